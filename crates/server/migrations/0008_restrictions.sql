-- What an organization or workspace asks of whoever acts in it. Addresses are a JSON list of networks, which is kept while
-- the restriction is off.
alter table organizations add column requires_second_factor bigint not null default 0;
alter table organizations add column restricts_addresses bigint not null default 0;
alter table organizations add column allowed_addresses text not null default '[]';
alter table workspaces add column requires_second_factor bigint not null default 0;
alter table workspaces add column restricts_addresses bigint not null default 0;
alter table workspaces add column allowed_addresses text not null default '[]';

-- Since when an account has a second factor; null while it has none. Whoever adds the first or removes the last one sets
-- it in that transaction, and raises the revisions of the account's sessions.
alter table users add column second_factor_at bigint;
