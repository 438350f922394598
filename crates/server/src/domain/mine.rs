//! What a user's proved addresses open.

use super::joining;
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::named::Named;
use crate::membership::store;
use crate::membership::{are_there, unknown};
use crate::organization::acting::Actor;
use crate::organization::join::{self, Joined, Newcomer};
use crate::organization::{self, mine, view};
use crate::session::acting::still;
use crate::user;
use axum::response::Response;
use keyrack_protocol::{Code, OrganizationMembership, OrganizationSuggestion};

/// `GET /me/organization-suggestions`.
pub(super) async fn suggestions(account: Account) -> Result<Response> {
    if !account.site.config.organizations.enabled {
        return Ok(answer::ok(Vec::<OrganizationSuggestion>::new()));
    }
    let actor = Actor::of(&account);
    Ok(answer::ok(account.app.db.read(move |on| all(on, &actor)).await?))
}

fn all(on: &mut Snapshot<'_>, actor: &Actor) -> Result<Vec<OrganizationSuggestion>> {
    let mut all = Vec::new();
    for offer in joining::offers_to(on, &actor.site, &actor.user)? {
        let found = organization::store::load(on, actor.deployment(), offer.organization.as_str())?;
        let shown = found.map(|organization| view::organization(&actor.site, &organization));
        all.extend(shown.map(|organization| OrganizationSuggestion {
            organization_id: organization.id,
            name: organization.name,
            image_url: organization.image_url,
            domain: offer.domain,
        }));
    }
    Ok(all)
}

/// `POST /organizations/{organization_id}/join`.
pub(super) async fn join(account: Account, path: Named) -> Result<Response> {
    let (id, actor) = (path.id("organization_id"), Actor::of(&account));
    let joined = account.app.db.write(move |tx| join_in(tx, &actor, &id)).await?;
    Ok(answer::ok(joined))
}

/// Every check is made under the organization's lock, under which domains and memberships change.
fn join_in(tx: &mut Tx<'_>, actor: &Actor, id: &str) -> Result<OrganizationMembership> {
    let (site, kind) = (&actor.site, Kind::Organization);
    are_there(&site.config, kind)?;
    let place = store::lock(tx, actor.deployment(), (kind, id))?.ok_or(unknown(kind))?;
    still(tx, actor.deployment(), &actor.sign_in, actor.by.now)?;
    user::store::lock(tx, actor.deployment(), &actor.user)?;
    let who = (&actor.user, actor.visitor(tx)?);
    if let Some(before) = mine::memberships(tx, site, who, id)?.pop() {
        return Ok(before);
    }
    let offers = joining::offers_to(tx, site, &actor.user)?;
    // Whoever it is not offered to learns nothing, not even that there is such an organization.
    if !offers.iter().any(|offer| offer.organization == place.organization) {
        return Err(unknown(kind).into());
    }
    let newcomer = Newcomer { user: &actor.user, roles: &[], by: &actor.by };
    match join::join(tx, site, &place, newcomer)? {
        Joined::Now | Joined::Before => {}
        Joined::Full => return Err(Code::OrganizationFull.into()),
        Joined::TooMany => return Err(Code::TooManyOrganizations.into()),
    }
    let membership = mine::memberships(tx, site, who, id)?.pop();
    membership.ok_or_else(|| Error::internal("join an organization", "there is no membership"))
}
