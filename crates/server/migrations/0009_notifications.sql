-- What users are told, each in the inbox of one user until it expires.
create table notifications (
    id text primary key,
    deployment_id text not null references deployments (id),
    user_id text not null references users (id),
    -- By which membership it is seen, '' for what belongs to the user alone: with the membership it is gone.
    membership_id text not null,
    organization_id text,
    workspace_id text,
    kind text not null,
    severity text not null,
    -- The invitation or domain that it tells of, '' for anything else: with it it is settled.
    subject text not null,
    -- The facts, as JSON; the words are made when it is shown.
    metadata text not null,
    -- 'unread', 'read' or 'archived'.
    state text not null,
    starred bigint not null,
    -- The id again, for the indexes: were the pages in the order of the primary key, PostgreSQL might read that
    -- backwards, through everybody's rows.
    ord text not null,
    created_at bigint not null,
    updated_at bigint not null,
    read_at bigint,
    archived_at bigint
);
create index notifications_inbox on notifications (user_id, membership_id, state, ord);
create index notifications_severity on notifications (user_id, membership_id, severity, state, ord);
create index notifications_starred on notifications (user_id, membership_id, state, ord) where starred = 1;
create index notifications_subject on notifications (subject) where subject <> '';
create index notifications_old on notifications (deployment_id, created_at);
