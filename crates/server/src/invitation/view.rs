//! Invitations as those who manage the place see them.

use super::Invitation;
use crate::app::Site;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::UserId;
use crate::membership::list::{self, Member};
use crate::membership::{Place, Role, role, roles_of};
use crate::organization::{self, Organization, view};
use crate::time::rfc3339;
use crate::workspace::{self, Workspace};
use keyrack_protocol as wire;
use std::collections::BTreeMap;

/// A workspace with the organization that it is in and its roles.
type Inside = (Workspace, Organization, Vec<Role>);

/// What invitations of one organization speak of, each read once.
struct Spoken {
    organization: wire::Organization,
    roles: Vec<Role>,
    inviters: BTreeMap<UserId, Option<Member>>,
    workspaces: BTreeMap<String, Option<Inside>>,
}

/// Invitations of an organization.
///
/// # Errors
/// What the database says.
pub fn all(
    on: &mut Snapshot<'_>,
    site: &Site,
    place: &Place,
    (these, now): (&[Invitation], i64),
) -> Result<Vec<wire::OrganizationInvitation>> {
    let organization = organization::store::present(on, &site.config.id, &place.id)?;
    let mut spoken = Spoken {
        organization: view::organization(site, &organization),
        roles: role::all(on, roles_of(&site.config, Kind::Organization), place)?,
        inviters: BTreeMap::new(),
        workspaces: BTreeMap::new(),
    };
    for it in these {
        if !spoken.inviters.contains_key(&it.inviter) {
            spoken.inviters.insert(it.inviter.clone(), list::one(on, place, &it.inviter)?);
        }
        if let Some(id) = it.wanted.workspace.as_ref().filter(|id| !spoken.workspaces.contains_key(*id)) {
            spoken.workspaces.insert(id.clone(), workspace(on, site, place, id)?);
        }
    }
    Ok(these.iter().map(|it| one(site, (&spoken, it), now)).collect())
}

fn workspace(on: &mut Snapshot<'_>, site: &Site, place: &Place, id: &str) -> Result<Option<Inside>> {
    let Some((found, of)) = workspace::store::load(on, &site.config.id, id)? else { return Ok(None) };
    let inside = Place { kind: Kind::Workspace, id: id.to_owned(), organization: place.organization.clone() };
    let roles = role::all(on, roles_of(&site.config, Kind::Workspace), &inside)?;
    Ok(Some((found, of, roles)))
}

fn one(site: &Site, (spoken, it): (&Spoken, &Invitation), now: i64) -> wire::OrganizationInvitation {
    let usual = |kind: Kind| kind.role_id(&roles_of(&site.config, kind).member);
    let chosen = |roles: &[Role], id: Option<&String>, kind: Kind| -> Option<Role> {
        let id = id.cloned().unwrap_or_else(|| usual(kind));
        roles.iter().find(|role| role.id == id).cloned()
    };
    let of = &spoken.organization;
    let inviter = spoken.inviters.get(&it.inviter).and_then(Option::as_ref);
    let workspace = it.wanted.workspace.as_ref();
    let workspace = workspace.and_then(|id| spoken.workspaces.get(id)).and_then(Option::as_ref);
    let role = chosen(&spoken.roles, it.wanted.role.as_ref(), Kind::Organization);
    let workspace_role = workspace.and_then(|(found, _, roles)| {
        let role = chosen(roles, it.wanted.workspace_role.as_ref(), Kind::Workspace)?;
        Some(view::workspace_role(site, found.id.as_str(), &role))
    });
    wire::OrganizationInvitation {
        id: it.id.to_string(),
        organization_id: of.id.clone(),
        email: it.email.to_string(),
        initial_organization_role: role.map(|role| view::organization_role(site, &of.id, &role)),
        inviter: inviter.map(|member| view::organization_member(site, of, &spoken.roles, member)),
        workspace: workspace.map(|(found, of, _)| workspace::view::workspace(site, found, of)),
        initial_workspace_role: workspace_role,
        expired: now >= it.expires_at,
        expires_at: rfc3339(it.expires_at),
        expiry: rfc3339(it.expires_at),
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
    }
}
