//! Organizations and workspaces as whoever runs the application gets hold of them, and what can be done for both: take back
//! what one asks of whoever acts in it, when nobody meets it any more who could.

use super::view;
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{MembershipId, UserId};
use crate::membership::restriction::{self, Restriction};
use crate::membership::{Place, are_there, role, roles_of, store, unknown};
use std::sync::Arc;

/// Takes the lock of a place's organization.
///
/// # Errors
/// `organizations_disabled`, `workspaces_disabled`; `organization_not_found`, `workspace_not_found`.
pub fn lock(tx: &mut Tx<'_>, site: &Site, (kind, id): (Kind, &str)) -> Result<Place> {
    are_there(&site.config, kind)?;
    store::lock(tx, &site.config.id, (kind, id))?.ok_or_else(|| absent(kind))
}

/// Makes a user the first member of a place that is new, with the creator's role.
///
/// # Errors
/// What the database says.
pub fn begin(
    tx: &mut Tx<'_>,
    (site, place): (&Site, &Place),
    (member, owner): (&MembershipId, &UserId),
    by: &By,
) -> Result<()> {
    let deployment = site.config.id.as_str();
    store::begin(tx, deployment, place)?;
    store::add(tx, (deployment, place), (member, owner), 0, by.now)?;
    let creator = place.kind.role_id(&roles_of(&site.config, place.kind).creator);
    role::give(tx, (deployment, place), member, &creator)?;
    let event = match place.kind {
        Kind::Organization => Event::OrganizationCreated,
        Kind::Workspace => Event::WorkspaceCreated,
    };
    let about = About { reason: &place.id, user: Some(owner), ..About::default() };
    audit::record(tx, site, by, event, about)
}

/// Why there is no such place.
#[must_use]
pub fn absent(kind: Kind) -> Error {
    let text = match kind {
        Kind::Organization => {
            "There is no such organization in this deployment; see `keyrack organization list`."
        }
        Kind::Workspace => "There is no such workspace in this deployment; see `keyrack workspace list`.",
    };
    Error::refused(unknown(kind), text)
}

/// Lets an organization (`org_…`) or a workspace (`wsp_…`) ask for no address and no second factor. The list of addresses
/// is kept. A second time it changes nothing.
///
/// # Errors
/// `organization_not_found`, `workspace_not_found`.
pub async fn unrestrict(app: &App, site: &Arc<Site>, id: String, by: By) -> Result<view::Unrestricted> {
    let kind = if id.starts_with("wsp_") { Kind::Workspace } else { Kind::Organization };
    let site = Arc::clone(site);
    let lifted = app.db.write(move |tx| {
        let place = store::lock(tx, &site.config.id, (kind, &id))?.ok_or_else(|| absent(kind))?;
        let before =
            restriction::of(tx, &place)?.into_iter().next().map(|(_, asks)| asks).unwrap_or_default();
        let after =
            Restriction { second_factor: false, by_address: false, addresses: before.addresses.clone() };
        let asked = after != before;
        if asked {
            restriction::write(tx, &place, &after, by.now)?;
            restriction::raise_gate(tx, &place)?;
            let about = About { reason: &place.id, ..About::default() };
            audit::record(tx, &site, &by, Event::RestrictionChanged, about)?;
        }
        Ok(view::Unrestricted { id: place.id, asked })
    });
    lifted.await
}
