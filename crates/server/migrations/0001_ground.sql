-- One text for SQLite and PostgreSQL: text and bigint only, times are Unix milliseconds,
-- booleans 0 or 1, hashes base64url, JSON as text. Every select names its order.

create table deployments (
    id text primary key,
    version bigint not null,
    created_at bigint not null
);

-- Small facts of the installation, such as the master key's check value.
create table facts (
    deployment_id text not null,
    name text not null,
    value text not null,
    primary key (deployment_id, name)
);

create table leases (
    deployment_id text not null,
    name text not null,
    holder text not null,
    until bigint not null,
    primary key (deployment_id, name)
);

create table signing_keys (
    id text primary key,
    deployment_id text not null references deployments (id),
    alg text not null,
    public_jwk text not null,
    sealed text not null,
    active bigint not null,
    created_at bigint not null
);
create unique index signing_keys_active on signing_keys (deployment_id) where active = 1;

create table users (
    id text primary key,
    deployment_id text not null references deployments (id),
    version bigint not null,
    first_name text not null,
    last_name text not null,
    username text,
    password_hash text,
    disabled_at bigint,
    deleted_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);

create table email_addresses (
    id text primary key,
    deployment_id text not null references deployments (id),
    user_id text not null references users (id),
    email text not null,
    is_primary bigint not null,
    verified_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);
-- An unverified address matches nothing, so only proved ones are unique.
create unique index email_addresses_verified on email_addresses (deployment_id, email) where verified_at is not null;
create index email_addresses_user on email_addresses (user_id);

create table sessions (
    id text primary key,
    deployment_id text not null references deployments (id),
    version bigint not null,
    revision bigint not null,
    key_hash text not null,
    active_sign_in_id text,
    end_reason text,
    -- The first expiry in what is shown: a read after it first ends what has expired.
    valid_until bigint not null,
    -- Until then the credential of an ended session still tells why it ended.
    outer_until bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    ended_at bigint
);
create index sessions_due on sessions (valid_until) where ended_at is null;

create table sign_ins (
    id text primary key,
    deployment_id text not null references deployments (id),
    session_id text not null references sessions (id),
    user_id text not null references users (id),
    key_hash text not null,
    ip_address text not null,
    user_agent text not null,
    -- When it last became the active one: the order in which others take over.
    activated_at bigint not null,
    last_active_at bigint not null,
    expires_at bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    ended_at bigint,
    end_reason text
);
create index sign_ins_session on sign_ins (session_id);
create index sign_ins_user on sign_ins (user_id);

-- Exact last activity: written in batches, raises no revision.
create table sign_in_activity (
    sign_in_id text primary key references sign_ins (id),
    deployment_id text not null,
    last_active_at bigint not null
);

-- Flows under way, of both kinds ('sign_in', 'sign_up').
create table attempts (
    id text primary key,
    deployment_id text not null references deployments (id),
    session_id text not null references sessions (id),
    version bigint not null,
    kind text not null,
    key_hash text not null,
    -- What the flow itself knows (its stage), and what GET /session shows of it: JSON.
    stage text not null,
    shown text not null,
    -- Until then it is shown: its expiry, or ten minutes after completion.
    listed_until bigint not null,
    expires_at bigint not null,
    created_at bigint not null,
    ended_at bigint
);
create index attempts_session on attempts (session_id);

create table one_time_secrets (
    id text primary key,
    deployment_id text not null references deployments (id),
    purpose text not null,
    owner text not null,
    hash text not null,
    wrong_guesses bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
-- One live secret of a purpose an owner: a new one replaces the old one.
create unique index one_time_secrets_owner on one_time_secrets (deployment_id, purpose, owner);

create table throttles (
    deployment_id text not null,
    kind text not null,
    subject text not null,
    count bigint not null,
    window_started_at bigint not null,
    blocked_until bigint not null,
    primary key (deployment_id, kind, subject)
);

create table outbox (
    id text primary key,
    deployment_id text not null references deployments (id),
    kind text not null,
    state text not null,
    sealed text not null,
    tries bigint not null,
    next_at bigint not null,
    lease_until bigint not null,
    expires_at bigint not null,
    created_at bigint not null
);
create index outbox_due on outbox (next_at) where state = 'queued';
