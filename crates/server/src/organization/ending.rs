//! The end of a membership, whoever decides it.

use crate::app::Site;
use crate::audit::By;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::Result;
use crate::id::OrganizationId;
use crate::membership::former::{self, End};
use crate::membership::{Membership, Place, invited, store};
use crate::notification;
use crate::session::scope;
use crate::user;

/// Ends a membership, and with one of an organization those of its workspaces, and where the member's sign-ins stand. The
/// caller holds the organization's lock; takes the user's.
///
/// # Errors
/// What the database says.
pub fn end(
    tx: &mut Tx<'_>,
    (site, by): (&Site, &By),
    place: &Place,
    (member, how): (&Membership, End),
) -> Result<()> {
    user::store::lock(tx, &site.config.id, &member.user)?;
    let organization: Option<&OrganizationId> = match place.kind {
        Kind::Organization => Some(&place.organization),
        Kind::Workspace => None,
    };
    match organization {
        Some(organization) => {
            for (place, membership) in store::of_user(tx, &member.user, Some(organization))? {
                store::remove(tx, &place, &membership)?;
            }
            let of = (site.config.id.as_str(), organization.as_str());
            former::note(tx, of, (&member.user, how), by.now)?;
        }
        None => store::remove(tx, &place.id, &member.id)?,
    }
    for withdrawn in invited::withdraw_of(tx, place, &member.user, by.now)? {
        notification::settle_of(tx, &member.user, &withdrawn, by.now)?;
    }
    scope::end(tx, site, (&member.user, &place.id), by)
}
