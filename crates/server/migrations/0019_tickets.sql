-- Tickets: what is handed to a browser or a program, so that somebody is signed in there. The secret of one is in
-- one_time_secrets, whose owner is the ticket.
create table tickets (
    id text primary key,
    deployment_id text not null references deployments (id),
    -- 'sign_in', 'impersonation', 'handover' or 'invitation'.
    kind text not null,
    -- Whom it signs in; '' where whoever is signed in already uses it.
    user_id text not null,
    -- The sign-in that is handed over, or the invitation; '' for none.
    subject text not null,
    -- Who acts as the user, and why; '' where nobody does.
    actor text not null,
    actor_reason text not null,
    -- SHA-256 of what the browser or program keeps that may use it (RFC 7636); '' for any.
    code_challenge text not null,
    -- Who made it, in the words of the records.
    maker text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    revoked_at bigint,
    -- What came of it: the sign-in or the attempt, and the session that it is in.
    session_id text,
    opened text
);
create index tickets_list on tickets (deployment_id, id);
create index tickets_user on tickets (user_id, expires_at);
create index tickets_maker on tickets (deployment_id, maker, expires_at);
create index tickets_over on tickets (deployment_id, expires_at);

-- Who acts as the user of a sign-in, and why: a user's id, or what the application calls one of its own; '' where the user
-- does. The sign-in that one was handed over from, and ends with. When it ends however much it is used.
alter table sign_ins add column actor text not null default '';
alter table sign_ins add column actor_reason text not null default '';
alter table sign_ins add column handed_from text;
alter table sign_ins add column ends_at bigint;
create index sign_ins_actor on sign_ins (actor) where actor <> '' and ended_at is null;
create index sign_ins_handed on sign_ins (handed_from) where handed_from is not null and ended_at is null;
