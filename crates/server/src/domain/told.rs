//! Who is told about the domains of an organization, and what they find in their inboxes.

use super::Domain;
use crate::app::Site;
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::{MembershipId, OrganizationId, UserId};
use crate::membership::{self, Place, role};
use crate::notification::{self, News};
use crate::params;
use crate::time::rfc3339;

/// Administrators of one organization that are told at most.
const MOST: usize = 20;

/// What they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The record is missing.
    Missed,
    /// The domain is not proved any more.
    Lost,
}

/// Somebody who administrates an organization and may act.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// Who.
    pub user: UserId,
    /// By which membership.
    pub membership: MembershipId,
    /// The primary address, if it is proved.
    pub email: Option<String>,
    /// What they read, `""` when unknown.
    pub language: String,
}

/// Those who administrate an organization and may act, at most 20, the first to have become members first.
///
/// # Errors
/// What the database says.
pub fn administrators(
    on: &mut Snapshot<'_>,
    site: &Site,
    organization: &OrganizationId,
) -> Result<Vec<Administrator>> {
    let place = place_of(organization);
    let administrate = place.kind.administrate();
    let roles = role::all(on, membership::roles_of(&site.config, place.kind), &place)?;
    let mut told: Vec<Administrator> = Vec::new();
    for role in roles.iter().filter(|role| role.permissions.iter().any(|one| one == administrate)) {
        let rows = on.query(
            "select m.user_id, m.id, e.email, u.language from membership_roles r join memberships m on m.id = r.membership_id
                 join users u on u.id = m.user_id
                 left join email_addresses e on e.user_id = u.id and e.is_primary = 1 and e.verified_at is not null
             where r.place_id = $1 and r.role_id = $2 and u.disabled_at is null and u.deleted_at is null
             order by r.membership_id limit $3",
            params![&place.id, &role.id, i64::try_from(MOST).unwrap_or(0)],
        )?;
        for row in rows {
            let mut cells = row.cells();
            let user = UserId::stored(cells.text()?);
            let membership = MembershipId::stored(cells.text()?);
            if told.len() < MOST && !told.iter().any(|one| one.user == user) {
                told.push(Administrator {
                    user,
                    membership,
                    email: cells.optional_text()?,
                    language: cells.text()?,
                });
            }
        }
    }
    Ok(told)
}

/// Tells the administrators in their inboxes, in place of what they were told of the domain before. The caller holds the
/// organization's lock, and no user's.
///
/// # Errors
/// What the database says.
pub fn tell(tx: &mut Tx<'_>, site: &Site, domain: &Domain, word: Word, now: i64) -> Result<()> {
    let (of, until) = (&place_of(&domain.organization), &until(site, domain, now));
    let told = administrators(tx, site, &domain.organization)?;
    let users: Vec<&UserId> = told.iter().map(|one| &one.user).collect();
    notification::settle_before(tx, site, &[domain.id.to_string()], (&users, now))?;
    for Administrator { user, membership, .. } in &told {
        let domain = (domain.id.as_str(), domain.fqdn.as_str());
        let news = match word {
            Word::Missed => News::DomainMissed { of, membership, domain, until },
            Word::Lost => News::DomainLost { of, membership, domain },
        };
        notification::write(tx, site, user, &news, now)?;
    }
    Ok(())
}

/// Puts away what somebody was told of a domain: its record is there again, or the domain is gone. The caller holds the
/// organization's lock.
///
/// # Errors
/// What the database says.
pub fn is_over(tx: &mut Tx<'_>, site: &Site, domain: &Domain, now: i64) -> Result<()> {
    notification::settle(tx, site, &[domain.id.to_string()], now)
}

/// When a domain is lost whose record stays away, RFC 3339.
#[must_use]
pub fn until(site: &Site, domain: &Domain, now: i64) -> String {
    let since = domain.missing_since.unwrap_or(now);
    rfc3339(since + site.config.organizations.domains.grace_ms)
}

fn place_of(organization: &OrganizationId) -> Place {
    Place { kind: Kind::Organization, id: organization.to_string(), organization: organization.clone() }
}
