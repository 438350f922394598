-- What backends are told of, besides what a browser sees: the tokens of a sign-in that were minted before this revision of
-- its session are refused. It rises when the sign-in ends, and when it loses something that its tokens say.
alter table sign_ins add column not_before_rev bigint not null default 0;
-- When that was, in Unix milliseconds.
alter table sign_ins add column revoked_at bigint;
create index sign_ins_revoked on sign_ins (deployment_id, revoked_at) where revoked_at is not null;
