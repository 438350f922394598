-- The ways into an account beside address, username and password, and what was proved when a sign-in was made.

-- Numbers in E.164. As with addresses, an unproved one matches nothing.
create table phone_numbers (
    id text primary key,
    deployment_id text not null references deployments (id),
    user_id text not null references users (id),
    phone text not null,
    is_primary bigint not null,
    verified_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index phone_numbers_verified on phone_numbers (deployment_id, phone) where verified_at is not null;
create index phone_numbers_user on phone_numbers (user_id);
-- Whoever proves one takes it from those who have it unproved.
create index phone_numbers_phone on phone_numbers (deployment_id, phone);
create index email_addresses_email on email_addresses (deployment_id, email);

-- Programs that make codes (RFC 6238). One that was not confirmed yet is no factor.
create table authenticators (
    id text primary key,
    deployment_id text not null references deployments (id),
    user_id text not null references users (id),
    -- The shared secret, sealed with the master key.
    sealed text not null,
    -- The last time step whose code was taken: none works twice.
    last_step bigint not null,
    verified_at bigint,
    created_at bigint not null
);
create index authenticators_user on authenticators (user_id);
create index authenticators_unconfirmed on authenticators (deployment_id, created_at) where verified_at is null;

create table backup_codes (
    id text primary key,
    deployment_id text not null references deployments (id),
    user_id text not null references users (id),
    hash text not null,
    used_at bigint,
    created_at bigint not null
);
create unique index backup_codes_hash on backup_codes (user_id, hash);

create table passkeys (
    id text primary key,
    deployment_id text not null references deployments (id),
    user_id text not null references users (id),
    -- The id that the authenticator gave it, base64url.
    credential_id text not null,
    -- What verifies it, with its counter: JSON.
    credential text not null,
    name text not null,
    device_type text not null,
    backed_up bigint not null,
    created_at bigint not null,
    last_used_at bigint
);
create unique index passkeys_credential on passkeys (deployment_id, credential_id);
create index passkeys_user on passkeys (user_id);

-- What an authenticator knows a user by: random bytes in base64url (WebAuthn, 14.6.1), drawn with the first passkey.
alter table users add column passkey_handle text;
create unique index users_passkey_handle on users (deployment_id, passkey_handle) where passkey_handle is not null;

-- 'none', 'optional' or 'enforced', where the account differs from its deployment.
alter table users add column second_factor_policy text;
alter table users add column availability text not null default 'available';
-- The id of the picture, '' for none.
alter table users add column picture_id text not null default '';
alter table users add column password_set_at bigint;
-- Kept with the account, so that reading a session counts nothing: codes that were not used, and passkeys.
alter table users add column backup_codes bigint not null default 0;
alter table users add column passkeys bigint not null default 0;
-- What its owner read when it was signed in to last, '' when unknown: mails about the account are in that language.
alter table users add column language text not null default '';
-- When the account's owner asked for its deletion, and when it is carried out.
alter table users add column deletion_asked_at bigint;
alter table users add column deletion_due_at bigint;
create index users_deletion on users (deployment_id, deletion_due_at) where deletion_due_at is not null;

-- What was proved for a sign-in (RFC 8176 names, space between), when the last of it was proved, and since when it
-- counts as proved with a second factor.
alter table sign_ins add column proofs text not null default 'pwd';
alter table sign_ins add column proved_at bigint not null default 0;
alter table sign_ins add column second_factor_at bigint;
-- The key that it had before its assurance changed, with what was proved for that: both go when the new one is used.
alter table sign_ins add column old_key_hash text;
alter table sign_ins add column old_proofs text;
alter table sign_ins add column old_proved_at bigint;
alter table sign_ins add column old_second_factor_at bigint;

-- Who waits to be let in, where the sign-up mode is 'waitlist'.
create table waitlist_entries (
    id text primary key,
    deployment_id text not null references deployments (id),
    email text not null,
    first_name text not null,
    last_name text not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- The language of the browser that asked.
    language text not null,
    -- When the last invitation was sent, and until when it admits.
    invited_at bigint,
    invited_until bigint
);
create unique index waitlist_entries_email on waitlist_entries (deployment_id, email);
create index waitlist_entries_updated on waitlist_entries (deployment_id, updated_at);

-- By which way a message reaches people, 'email' or 'sms', and the language that it is written in.
alter table outbox add column channel text not null default 'email';
alter table outbox add column language text not null default 'en';

-- Counts of an account's second factors, codes and known browsers stay as those of its passwords do.
drop index throttles_short;
create index throttles_short on throttles (deployment_id, window_started_at)
    where kind not in ('password', 'account', 'nobody', 'known', 'second_factor', 'code_guess', 'reset_guess');
drop index throttles_guesses;
create index throttles_guesses on throttles (deployment_id, blocked_until)
    where kind in ('password', 'nobody', 'code_guess', 'reset_guess');
