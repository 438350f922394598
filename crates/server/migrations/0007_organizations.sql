-- Organizations and the workspaces inside of them. Both have a gate, which rises when something about the access of all
-- their members changed: a sign-in that stands in one keeps the gate that it saw, and is out when that is no longer it.
create table organizations (
    id text primary key,
    deployment_id text not null references deployments (id),
    version bigint not null,
    gate bigint not null,
    -- 1 while sign-ins may still be found that stand in it at an older gate, or rows of what was deleted.
    unsettled bigint not null,
    name text not null,
    description text not null,
    slug text not null,
    -- The id of its picture, '' for none.
    picture_id text not null,
    public_metadata text not null,
    -- The workspace that new members are put into.
    auto_assigned_workspace_id text,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint
);
create unique index organizations_slug on organizations (deployment_id, slug) where deleted_at is null;
create index organizations_maker on organizations (created_by) where deleted_at is null;
create index organizations_unsettled on organizations (deployment_id, id) where unsettled = 1;

create table workspaces (
    id text primary key,
    deployment_id text not null references deployments (id),
    organization_id text not null references organizations (id),
    version bigint not null,
    gate bigint not null,
    unsettled bigint not null,
    name text not null,
    description text not null,
    slug text not null,
    -- The id of its picture, '' for none.
    picture_id text not null,
    public_metadata text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint
);
create unique index workspaces_slug on workspaces (organization_id, slug) where deleted_at is null;
create index workspaces_organization on workspaces (organization_id, id);
create index workspaces_unsettled on workspaces (deployment_id, id) where unsettled = 1;

-- Pictures of organizations and workspaces, in base64: as they were uploaded, less what does not draw them.
create table pictures (
    id text primary key,
    deployment_id text not null references deployments (id),
    place_id text not null,
    kind text not null,
    body text not null,
    created_at bigint not null
);
create index pictures_place on pictures (place_id);

-- Who is in which organization or workspace: `place_id` is the id of the one or the other.
create table memberships (
    id text primary key,
    deployment_id text not null references deployments (id),
    place_id text not null,
    organization_id text not null references organizations (id),
    user_id text not null references users (id),
    public_metadata text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index memberships_place_user on memberships (place_id, user_id);
create index memberships_place on memberships (place_id, id);
create index memberships_user on memberships (user_id, organization_id);

-- How many members each has: raises nothing, and locks no other row.
create table member_counts (
    place_id text primary key,
    deployment_id text not null,
    members bigint not null
);
create index member_counts_deserted on member_counts (deployment_id, place_id) where members = 0;

-- What a member is found by, folded: names and addresses, each searched by its beginning. `shared` is how many characters
-- a word begins with that the member's word before it begins with, too: a search for more of them finds both.
create table member_words (
    membership_id text not null,
    word text not null,
    shared bigint not null,
    deployment_id text not null,
    place_id text not null,
    primary key (membership_id, word)
);
create index member_words_place on member_words (place_id, word, membership_id, shared);

-- Roles of one organization or workspace; those that there are everywhere stand in the configuration.
create table roles (
    id text primary key,
    deployment_id text not null references deployments (id),
    place_id text not null,
    name text not null,
    permissions text not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- While those who had it are still found with it: it means nothing any more.
    removed_at bigint
);
create index roles_place on roles (place_id, id);

create table membership_roles (
    membership_id text not null,
    role_id text not null,
    deployment_id text not null,
    place_id text not null,
    primary key (membership_id, role_id)
);
create index membership_roles_place on membership_roles (place_id, role_id, membership_id);

-- Where a sign-in stands, and the gates that it passed.
alter table sign_ins add column organization_id text;
alter table sign_ins add column organization_membership_id text;
alter table sign_ins add column organization_gate bigint;
alter table sign_ins add column workspace_id text;
alter table sign_ins add column workspace_membership_id text;
alter table sign_ins add column workspace_gate bigint;
create index sign_ins_organization on sign_ins (organization_id, id) where organization_id is not null and ended_at is null;
create index sign_ins_workspace on sign_ins (workspace_id, id) where workspace_id is not null and ended_at is null;

-- Where the next sign-in of a user begins.
create table user_scopes (
    user_id text primary key references users (id),
    deployment_id text not null,
    organization_membership_id text,
    workspace_membership_id text
);
