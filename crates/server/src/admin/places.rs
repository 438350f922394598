//! What an operator may do for an organization or a workspace: take back what it asks of whoever acts in it, when nobody
//! meets it any more who could.

use super::view;
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::error::{Error, Result};
use crate::membership::restriction::{self, Restriction};
use crate::membership::{store, unknown};
use std::sync::Arc;

/// Lets an organization (`org_…`) or a workspace (`wsp_…`) ask for no address and no second factor. The list of addresses
/// is kept. A second time it changes nothing.
///
/// # Errors
/// `organization_not_found`, `workspace_not_found`.
pub async fn unrestrict(app: &App, site: &Arc<Site>, id: String, by: By) -> Result<view::Unrestricted> {
    let kind = if id.starts_with("wsp_") { Kind::Workspace } else { Kind::Organization };
    let site = Arc::clone(site);
    let lifted = app.db.write(move |tx| {
        let absent = || Error::refused(unknown(kind), "There is none of this id in this deployment.");
        let place = store::lock(tx, &site.config.id, (kind, &id))?.ok_or_else(absent)?;
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
