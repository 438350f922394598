-- Mails that were given up are few and an operator counts them.
create index outbox_dead on outbox (deployment_id) where state = 'dead';
