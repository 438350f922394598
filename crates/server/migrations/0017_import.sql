-- What an imported hash of a password costs to verify ('bcrypt,10'), until its owner signs in or sets another: then it is one of
-- our own, and this is null.
alter table users add column imported_hash text;
create index users_imported_hash on users (deployment_id, imported_hash) where imported_hash is not null;
