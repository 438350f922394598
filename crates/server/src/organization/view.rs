//! Organizations, members and roles as they are shown.

use super::Organization;
use crate::app::Site;
use crate::membership::Role;
use crate::membership::list::{Member, Page};
use crate::picture;
use crate::time::rfc3339;
use keyrack_protocol as wire;

/// An organization as its members see it.
#[must_use]
pub fn organization(site: &Site, it: &Organization) -> wire::Organization {
    wire::Organization {
        id: it.id.to_string(),
        name: it.name.clone(),
        slug: it.slug.clone(),
        description: it.description.clone(),
        image_url: picture::url(&site.issuer, &it.picture),
        member_count: it.members,
        public_metadata: it.public_metadata.clone(),
        enforce_mfa: it.asks.second_factor,
        enable_ip_restriction: it.asks.by_address,
        whitelisted_ips: it.asks.listed(),
        auto_assigned_workspace_id: it.auto_assigned_workspace.clone().unwrap_or_default(),
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
        segments: Vec::new(),
    }
}

/// When a role was made, and when it last changed: one of all places with the deployment.
fn times(site: &Site, role: &Role) -> (String, String) {
    let (made, changed) = match role.own {
        true => (role.created_at, role.updated_at),
        false => (site.created_at, site.updated_at),
    };
    (rfc3339(made), rfc3339(changed))
}

/// A role of an organization.
#[must_use]
pub fn organization_role(site: &Site, organization: &str, role: &Role) -> wire::OrganizationRole {
    let (created_at, updated_at) = times(site, role);
    wire::OrganizationRole {
        id: role.id.clone(),
        organization_id: role.own.then(|| organization.to_owned()),
        name: role.name.clone(),
        permissions: role.permissions.clone(),
        is_deployment_level: !role.own,
        created_at,
        updated_at,
    }
}

/// A role of a workspace.
#[must_use]
pub fn workspace_role(site: &Site, workspace: &str, role: &Role) -> wire::WorkspaceRole {
    let (created_at, updated_at) = times(site, role);
    wire::WorkspaceRole {
        id: role.id.clone(),
        workspace_id: role.own.then(|| workspace.to_owned()),
        name: role.name.clone(),
        permissions: role.permissions.clone(),
        is_deployment_level: !role.own,
        created_at,
        updated_at,
    }
}

/// Those of a place's roles that somebody has.
pub fn held<'a>(roles: &'a [Role], ids: &'a [String]) -> impl Iterator<Item = &'a Role> {
    roles.iter().filter(|role| ids.contains(&role.id))
}

/// A member of an organization, as other members see it.
#[must_use]
pub fn organization_member(
    site: &Site,
    of: &wire::Organization,
    roles: &[Role],
    member: &Member,
) -> wire::OrganizationMember {
    let user = user(site, member);
    wire::OrganizationMember {
        id: member.membership.id.to_string(),
        organization: of.clone(),
        organization_id: of.id.clone(),
        public_user_data: user.clone(),
        user,
        roles: held(roles, &member.roles).map(|role| organization_role(site, &of.id, role)).collect(),
        public_metadata: member.membership.public_metadata.clone(),
        created_at: rfc3339(member.membership.created_at),
        updated_at: rfc3339(member.membership.updated_at),
    }
}

/// A member of a workspace, as other members see it.
#[must_use]
pub fn workspace_member(
    site: &Site,
    of: &wire::Workspace,
    roles: &[Role],
    member: &Member,
) -> wire::WorkspaceMember {
    let user = user(site, member);
    wire::WorkspaceMember {
        id: member.membership.id.to_string(),
        workspace: of.clone(),
        workspace_id: of.id.clone(),
        organization: of.organization.clone(),
        organization_id: of.organization_id.clone(),
        public_user_data: user.clone(),
        user,
        roles: held(roles, &member.roles).map(|role| workspace_role(site, &of.id, role)).collect(),
        public_metadata: member.membership.public_metadata.clone(),
        created_at: rfc3339(member.membership.created_at),
        updated_at: rfc3339(member.membership.updated_at),
    }
}

fn user(site: &Site, member: &Member) -> wire::PublicUserData {
    let email = member.email.as_ref().map(|(id, email, verified)| wire::PublicEmailAddress {
        id: id.to_string(),
        email: email.clone(),
        verified: *verified,
    });
    wire::PublicUserData {
        id: member.membership.user.to_string(),
        first_name: member.first_name.clone(),
        last_name: member.last_name.clone(),
        username: member.username.clone().unwrap_or_default(),
        availability: member.availability.clone(),
        has_profile_picture: !member.picture.is_empty(),
        profile_picture_url: picture::url(&site.issuer, &member.picture),
        primary_email_address: email,
        primary_phone_number: None,
    }
}

/// Where a page stands; `number` is 0 when it was asked for with a cursor.
#[must_use]
pub fn meta(page: &Page, (number, limit): (u32, u32)) -> wire::PageMeta {
    wire::PageMeta {
        total: page.total,
        page: number,
        limit,
        has_more: page.next.is_some(),
        next_cursor: page.next.as_ref().map(crate::membership::list::Cursor::to_text),
    }
}
