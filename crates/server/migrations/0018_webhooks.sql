-- What endpoints of the application are still to be told, and were told: ids only. What stands in a message is read when it is
-- sent, so that nothing personal waits here and what is told is never older than what was told before.
create table webhook_events (
    id text primary key,
    deployment_id text not null references deployments (id),
    -- The endpoint's name in the configuration.
    endpoint text not null,
    -- What happened, such as 'user.created'.
    kind text not null,
    -- Whom and what it is about; '' where there is none.
    user_id text not null,
    session_id text not null,
    sign_in_id text not null,
    place_id text not null,
    invitation_id text not null,
    reason text not null,
    happened_at bigint not null,
    -- 'queued', 'sent' or 'dead'.
    state text not null,
    tries bigint not null,
    next_at bigint not null,
    lease_until bigint not null,
    -- What became of the last try, for the operator.
    answer text not null,
    settled_at bigint
);
create index webhook_events_due on webhook_events (deployment_id, endpoint, id) where state = 'queued';
create index webhook_events_list on webhook_events (deployment_id, id);
create index webhook_events_settled on webhook_events (deployment_id, settled_at) where settled_at is not null;
