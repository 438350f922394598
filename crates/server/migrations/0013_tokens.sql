-- Keys that follow one another: when each begins to sign, the longest life of a token that it can have signed, and when an
-- operator said that others may have it. The column 'active' is not used any more.
alter table signing_keys add column signs_at bigint not null default 0;
alter table signing_keys add column longest_ms bigint not null default 3600000;
alter table signing_keys add column withdrawn_at bigint;
update signing_keys set signs_at = created_at;
create index signing_keys_deployment on signing_keys (deployment_id, signs_at);
