//! A sign-in on a browser that the account was never signed in on.

use super::{News, put};
use crate::app::Site;
use crate::db::Tx;
use crate::error::Result;
use crate::id::SessionId;
use crate::params;
use crate::session::enter::Arrival;
use crate::user::User;

/// What is known of the browsers that an account was signed in on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    /// It was signed in on this one.
    here: bool,
    /// It was signed in on any.
    anywhere: bool,
}

/// Whether an account of this age is told. Who signs in for the first time has no other browser; of an account that is
/// older than what is kept of its sign-ins nobody knows that.
fn is_told(known: Known, age_ms: i64, kept_ms: i64) -> bool {
    !known.here && (known.anywhere || age_ms > kept_ms)
}

/// Tells a user that the account is about to be signed in on `session`, if it never was. The caller holds the user's
/// lock, and signs in afterwards.
///
/// # Errors
/// What the database says.
pub fn notice(
    tx: &mut Tx<'_>,
    site: &Site,
    user: &User,
    session: &SessionId,
    arrival: &Arrival,
) -> Result<()> {
    let known = known(tx, user, session)?;
    if !is_told(known, arrival.now - user.created_at, site.config.retention.sign_ins_ms) {
        return Ok(());
    }
    let news = News::NewDevice { user_agent: &arrival.user_agent, ip_address: &arrival.ip_address };
    put(tx, site, &user.id, &news, arrival.now)
}

fn known(tx: &mut Tx<'_>, user: &User, session: &SessionId) -> Result<Known> {
    let row = tx.query_one(
        "select (select count(*) from (select 1 from sign_ins where session_id = $2 and user_id = $1 limit 1) as here),
             (select count(*) from (select 1 from sign_ins where user_id = $1 limit 1) as anywhere)",
        params![user.id.as_str(), session.as_str()],
    )?;
    let Some(row) = row else { return Ok(Known { here: false, anywhere: false }) };
    let mut cells = row.cells();
    Ok(Known { here: cells.int()? > 0, anywhere: cells.int()? > 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_browser_that_was_not_seen_is_told_of_and_the_first_one_is_none() {
        let known = |here, anywhere| Known { here, anywhere };
        assert!(is_told(known(false, true), 0, 30));
        assert!(!is_told(known(true, true), 100, 30));
        assert!(!is_told(known(false, false), 30, 30));
        assert!(is_told(known(false, false), 31, 30));
    }
}
