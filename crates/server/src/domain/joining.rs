//! Who has proved an address in a domain that an organization has proved becomes a member of it, or may.
//!
//! Only a proved address counts, and only its own domain, not one above it. Whoever was a member before and is not any
//! more is never brought back by this alone; whom somebody removed may not come back without an invitation.

use super::{name, store};
use crate::app::Site;
use crate::audit::By;
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::{OrganizationId, UserId};
use crate::membership::{self, Place, former};
use crate::organization::{
    self,
    join::{Joined, Newcomer},
};
use crate::params;
use crate::user::email::EmailAddress;
use keyrack_protocol::DomainJoinMode;

/// Whose addresses are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// Nobody's yet: the address of a sign-up, which will be proved when a user is made.
    New(&'a EmailAddress),
    /// A user, with every proved address.
    Known(&'a UserId),
    /// A user who is about to prove one more address.
    Adding(&'a UserId, &'a EmailAddress),
}

/// An organization that a domain of somebody's opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The domain.
    pub domain: String,
    /// The organization.
    pub organization: OrganizationId,
    /// What the domain does.
    pub mode: DomainJoinMode,
}

/// Finds the organizations that somebody is to be put into by [`join`], and takes their locks: to be called in the same
/// transaction before any lock of a user or session. Of almost everybody there are none, and nothing is locked.
///
/// # Errors
/// What the database says.
pub fn enter(tx: &mut Tx<'_>, site: &Site, who: Who<'_>) -> Result<Vec<Place>> {
    if !site.config.organizations.enabled {
        return Ok(Vec::new());
    }
    let mut places = Vec::new();
    for organization in wanted(tx, site, who)? {
        let named = (Kind::Organization, organization.as_str());
        places.extend(membership::store::lock(tx, &site.config.id, named)?);
    }
    if !places.is_empty() {
        // What a domain does, and who was removed, changes only under the lock: from now on it stays.
        let still = wanted(tx, site, who)?;
        places.retain(|place| still.contains(&place.organization));
    }
    Ok(places)
}

/// Makes a user a member of these organizations, with the role of those who join, as far as there is room. The caller has
/// the places from [`enter`], holds the user's lock and knows that the user may act.
///
/// # Errors
/// What the database says.
pub fn join(tx: &mut Tx<'_>, site: &Site, places: &[Place], user: &UserId, by: &By) -> Result<()> {
    for place in places {
        // Where there is no room any more a sign-up or a sign-in goes on all the same.
        let joined = organization::join::join(tx, site, place, Newcomer { user, roles: &[], by })?;
        if joined == Joined::Now {
            organization::join::tell(tx, site, place, (user, by.now))?;
        }
    }
    Ok(())
}

/// The organizations that a user may join because of a proved address: one offer for each, in the order of their ids.
/// Whoever was removed from one is not offered it.
///
/// # Errors
/// What the database says.
pub fn offers_to(on: &mut Snapshot<'_>, site: &Site, user: &UserId) -> Result<Vec<Offer>> {
    let mut open = Vec::new();
    for offer in offers(on, site, Who::Known(user))? {
        let organization = offer.organization.as_str();
        let was_removed = former::find(on, organization, user)? == Some(former::End::Removed);
        if !was_removed && !is_member(on, organization, user)? {
            open.push(offer);
        }
    }
    Ok(open)
}

/// The organizations that somebody is to be put into, in the order of their ids, which is that of locks.
fn wanted(on: &mut Snapshot<'_>, site: &Site, who: Who<'_>) -> Result<Vec<OrganizationId>> {
    let mut all = Vec::new();
    for offer in offers(on, site, who)? {
        if offer.mode == DomainJoinMode::Automatic && is_open_to(on, site, &offer.organization, who)? {
            all.push(offer.organization);
        }
    }
    Ok(all)
}

/// Whether an organization takes somebody in: nobody is locked for one that is full.
fn is_open_to(
    on: &mut Snapshot<'_>,
    site: &Site,
    organization: &OrganizationId,
    who: Who<'_>,
) -> Result<bool> {
    let (id, most) = (organization.as_str(), i64::from(site.config.organizations.max_members));
    if most > 0 && membership::store::count(on, id)? >= most {
        return Ok(false);
    }
    match who {
        Who::New(_) => Ok(true),
        Who::Known(user) | Who::Adding(user, _) => {
            let (member_of, _) = organization::store::counts(on, user)?;
            Ok(member_of < i64::from(site.config.organizations.max_per_user)
                && former::find(on, id, user)?.is_none()
                && !is_member(on, id, user)?)
        }
    }
}

fn is_member(on: &mut Snapshot<'_>, organization: &str, user: &UserId) -> Result<bool> {
    let row = on.query_one(
        "select id from memberships where place_id = $1 and user_id = $2 order by id",
        params![organization, user.as_str()],
    )?;
    Ok(row.is_some())
}

/// What the domains of somebody's proved addresses open: one offer for each organization, an automatic one before
/// others, in the order of the organizations' ids.
fn offers(on: &mut Snapshot<'_>, site: &Site, who: Who<'_>) -> Result<Vec<Offer>> {
    let mut offers: Vec<Offer> = Vec::new();
    for domain in domains(on, who)? {
        let owner = store::owner(on, &site.config.id, &domain)?;
        let open = owner.filter(|(_, mode)| *mode != DomainJoinMode::None);
        offers.extend(open.map(|(organization, mode)| Offer { domain, organization, mode }));
    }
    offers.sort_by(|a, b| {
        let rank = |offer: &Offer| offer.mode != DomainJoinMode::Automatic;
        a.organization.cmp(&b.organization).then(rank(a).cmp(&rank(b)))
    });
    offers.dedup_by(|later, first| later.organization == first.organization);
    Ok(offers)
}

/// The domains of somebody's proved addresses, each once.
fn domains(on: &mut Snapshot<'_>, who: Who<'_>) -> Result<Vec<String>> {
    let (user, added) = match who {
        Who::New(email) => return Ok(vec![name::of_address(email.as_str()).to_owned()]),
        Who::Known(user) => (user, None),
        Who::Adding(user, email) => (user, Some(name::of_address(email.as_str()).to_owned())),
    };
    let rows = on.query(
        "select email from email_addresses where user_id = $1 and verified_at is not null order by id",
        params![user.as_str()],
    )?;
    let mut domains: Vec<String> = added.into_iter().collect();
    for row in rows {
        let email = row.cells().text()?;
        domains.push(name::of_address(&email).to_owned());
    }
    domains.sort_unstable();
    domains.dedup();
    Ok(domains)
}
