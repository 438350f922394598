-- Secret keys of backends. What is kept of one is an HMAC of the whole text that its owner holds.
create table api_keys (
    id text primary key,
    deployment_id text not null references deployments (id),
    name text not null,
    -- The word in it: 'live' or 'test'.
    mode text not null,
    hash text not null,
    -- What it may be used for, words between spaces.
    scopes text not null,
    created_at bigint not null,
    -- When it ends by itself; once it was revoked, when that was. Null: never.
    expires_at bigint,
    revoked_at bigint,
    -- Written in batches.
    last_used_at bigint
);
create index api_keys_deployment on api_keys (deployment_id, id);
create index api_keys_over on api_keys (deployment_id, expires_at) where expires_at is not null;

-- What backends ask with an Idempotency-Key, so that asking again has no second effect.
create table api_calls (
    -- HMAC of the secret key's id and the Idempotency-Key.
    id text primary key,
    deployment_id text not null,
    -- HMAC of what was asked.
    asked text not null,
    -- Status and body of the answer, sealed; '' while it is under way.
    answer text not null,
    created_at bigint not null
);
create index api_calls_created on api_calls (deployment_id, created_at);

-- Why, in the words of whoever did it.
alter table audit add column note text not null default '';

-- What the application keeps with an account: JSON, the one shown to its owner and the other to backends only. The id that
-- the application knows it by.
alter table users add column public_metadata text not null default '{}';
alter table users add column private_metadata text not null default '{}';
alter table users add column external_id text;
create unique index users_external_id on users (deployment_id, external_id) where external_id is not null;
-- What an account is found by beside its addresses and its username: the whole name and the last one, folded.
alter table users add column name_folded text not null default '';
alter table users add column last_name_folded text not null default '';
update users set name_folded = lower(trim(first_name || ' ' || last_name)), last_name_folded = lower(last_name)
    where first_name || last_name <> '';
create index users_name on users (deployment_id, name_folded) where name_folded <> '';
create index users_last_name on users (deployment_id, last_name_folded) where last_name_folded <> '';

create index organizations_deployment on organizations (deployment_id, id);
create index audit_event on audit (deployment_id, event, id);
