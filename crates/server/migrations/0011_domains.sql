-- Domains that organizations say are theirs. Several may say so of one domain; it is nobody's until somebody proves it.
create table organization_domains (
    id text primary key,
    deployment_id text not null references deployments (id),
    organization_id text not null references organizations (id),
    fqdn text not null,
    -- What the record says that proves it.
    record text not null,
    -- What it does once it is proved: automatic, suggestion or none.
    join_mode text not null,
    attempts bigint not null,
    verified_at bigint,
    checked_at bigint,
    -- Since when, and how often in a row, the record of a proved domain was not there.
    missing_since bigint,
    missed bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index organization_domains_fqdn on organization_domains (organization_id, fqdn);

-- Who has proved a domain: one organization of a deployment. When the record is looked for again.
create table domain_owners (
    deployment_id text not null,
    fqdn text not null,
    organization_id text not null,
    domain_id text not null,
    next_check_at bigint not null,
    primary key (deployment_id, fqdn)
);
create index domain_owners_due on domain_owners (deployment_id, next_check_at);
create index domain_owners_organization on domain_owners (organization_id, domain_id);

-- Who was a member of an organization and is not any more: an address in its domain brings nobody back by itself.
create table former_members (
    organization_id text not null,
    user_id text not null,
    deployment_id text not null,
    -- 1 when somebody else ended it: then it takes an invitation.
    removed bigint not null,
    ended_at bigint not null,
    primary key (organization_id, user_id)
);
create index former_members_user on former_members (user_id);
