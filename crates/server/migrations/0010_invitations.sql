-- Invitations of addresses to an organization, and perhaps to a workspace of it. The token that accepts one is a secret
-- of its own, in one_time_secrets, whose owner is the invitation.
create table invitations (
    id text primary key,
    deployment_id text not null references deployments (id),
    organization_id text not null references organizations (id),
    workspace_id text,
    email text not null,
    -- '' for what whoever joins gets.
    role_id text not null,
    workspace_role_id text not null,
    -- Whoever sent it last.
    inviter_id text not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- When it expires; once it has ended, when that was.
    expires_at bigint not null,
    ended_at bigint,
    -- The user who accepted it.
    accepted_by text
);
create unique index invitations_open on invitations (organization_id, email) where ended_at is null;
create index invitations_list on invitations (organization_id, id) where ended_at is null;
create index invitations_workspace on invitations (workspace_id, id) where workspace_id is not null;
create index invitations_email on invitations (deployment_id, email);
create index invitations_expiry on invitations (deployment_id, expires_at);
