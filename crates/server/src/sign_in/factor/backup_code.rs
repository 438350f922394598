//! Codes that were written down.

use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::user::User;
use crate::user::backup_code::store;
use crate::user::notice::{self, Changed, Whence};

/// Whether an account has one that was not used. They stand in for another factor, and are void with the last of those.
#[must_use]
pub fn is_there(_: &Site, user: &User) -> bool {
    user.second_factor_at.is_some() && user.ways.backup_codes > 0
}

/// Whether `typed` is one of the account's backup codes; its name if it is. It is used up.
///
/// # Errors
/// What the database says.
pub fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    typed: &str,
    now: i64,
) -> Result<Option<&'static str>> {
    if !is_there(site, user) {
        return Ok(None);
    }
    let left = store::take(tx, &app.vault, &user.id, typed, now)?;
    Ok(left.map(|_| "otp"))
}

/// Tells the owner of an account that one was used, and how many are left; `user` is the account as it was before.
///
/// # Errors
/// What the database says.
pub fn tell(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    (whence, now): (&Whence, i64),
) -> Result<()> {
    let left = format!("{} left", user.ways.backup_codes - 1);
    notice::way_changed(tx, (app, site), user, (Changed::BackupCodeUsed, &left), (whence, now))
}
