-- What happened, for whoever has to explain it: written with what it tells about, never changed. It holds ids,
-- no foreign keys: it outlives what it names.
create table audit (
    id text primary key,
    deployment_id text not null,
    at bigint not null,
    event text not null,
    -- 'ok' or 'refused', and the code or the reason.
    result text not null,
    reason text not null,
    -- 'user', 'operator:<uid>', 'system' or 'stranger'.
    actor text not null,
    ip_address text not null,
    user_id text not null,
    session_id text not null,
    sign_in_id text not null,
    -- HMAC of the identifier that was said, which may be nobody's.
    identifier text not null
);
create index audit_deployment on audit (deployment_id, id);
create index audit_user on audit (user_id, id) where user_id <> '';
create index audit_session on audit (session_id, id) where session_id <> '';

-- What an operator lists.
create index users_deployment on users (deployment_id, id);
create index sessions_deployment on sessions (deployment_id, id);
