-- The secret key in whose name somebody acts as the user of a sign-in: it ends when that key is revoked. '' for none.
alter table sign_ins add column vouched_by text not null default '';
create index sign_ins_vouched on sign_ins (vouched_by) where vouched_by <> '' and ended_at is null;
