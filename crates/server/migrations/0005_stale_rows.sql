-- What the sweep looks for, so that it reads what it deletes and not whole tables.
create index audit_old on audit (deployment_id, at);
create index attempts_over on attempts (deployment_id, expires_at);
create index sign_ins_over on sign_ins (deployment_id, ended_at) where ended_at is not null;
create index sessions_over on sessions (deployment_id, outer_until) where ended_at is not null;
create index one_time_secrets_over on one_time_secrets (deployment_id, expires_at);
create index outbox_over on outbox (deployment_id, created_at) where state <> 'queued';
create index throttles_short on throttles (deployment_id, window_started_at)
    where kind not in ('password', 'account', 'nobody');
create index throttles_guesses on throttles (deployment_id, blocked_until) where kind in ('password', 'nobody');

-- What is blanked when an account is deleted.
create index audit_identifier on audit (deployment_id, identifier) where identifier <> '';
