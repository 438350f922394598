-- Programs that wait to be signed in by somebody who types their code into a page. What the program asks with is in
-- one_time_secrets, whose owner is the request.
create table device_requests (
    id text primary key,
    deployment_id text not null references deployments (id),
    user_code_hash text not null,
    -- What the program calls itself, and where it asked from.
    program text not null,
    ip_address text not null,
    user_agent text not null,
    language text not null,
    -- 'waiting', 'confirmed', 'denied' or 'taken'.
    state text not null,
    -- Who decided, by which sign-in, and what was proved for that one.
    user_id text,
    sign_in_id text,
    proofs text not null,
    proved_at bigint not null,
    second_factor_at bigint,
    -- How long the program pauses between two questions, and when the last one came.
    interval_ms bigint not null,
    polled_at bigint not null,
    created_at bigint not null,
    expires_at bigint not null
);
create unique index device_requests_code on device_requests (deployment_id, user_code_hash);
create index device_requests_user on device_requests (user_id) where user_id is not null;
create index device_requests_over on device_requests (deployment_id, expires_at);

-- Browsers that were sent back to an application's server, which fetches with the code of one (one_time_secrets, whose owner
-- it is) who they are.
create table handshakes (
    id text primary key,
    deployment_id text not null references deployments (id),
    session_id text not null,
    sign_in_id text not null,
    -- Where the browser was sent back to.
    origin text not null,
    -- SHA-256 of what the application's server keeps for this browser (RFC 7636).
    code_challenge text not null,
    -- The browser's address: what restricts where a sign-in stands looks at it.
    ip_address text not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index handshakes_over on handshakes (deployment_id, expires_at);
