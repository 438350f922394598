//! Codes that were written down.

use super::{Again, Factor, Judged, Second};
use crate::app::{App, Site};
use crate::caller::Own;
use crate::db::Tx;
use crate::error::Result;
use crate::sign_in::reauthenticate;
use crate::throttle::SECOND_FACTOR;
use crate::user::User;
use crate::user::backup_code::{letters, store};
use crate::user::notice::{self, Changed, Whence};
use keyrack_protocol::Code;

pub(super) static FACTOR: Factor = Factor {
    second: Some(Second {
        place: 4,
        is_there,
        is_another: |_| true,
        stands_in: true,
        // However it is grouped.
        reads: |typed| letters(typed).is_some(),
        prepare: None,
        check: |tx, of, user, tried| check(tx, of, user, tried.typed, tried.by.now),
        used: Some(tell),
    }),
    again: Some(Again {
        word: "backup_code",
        prepare: None,
        prove: |account, fields| Box::pin(reauthenticate::by_code(account, fields, (&SECOND_FACTOR, judge))),
    }),
    ..Factor::named("backup_code")
};

/// Whether an account has one that was not used. They stand in for another factor, and are void with the last of those.
fn is_there(_: &Site, user: &User) -> bool {
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

fn judge(tx: &mut Tx<'_>, of: (&App, &Site), own: &Own, typed: &str) -> Result<Judged> {
    let Some(name) = check(tx, of, &own.user, typed, own.now())? else { return Ok(Err(Code::InvalidCode)) };
    tell(tx, of, &own.user, (&own.whence, own.now()))?;
    Ok(Ok((name, true)))
}

/// Tells the owner of an account that one was used, and how many are left; `user` is the account as it was before.
fn tell(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    (whence, now): (&Whence, i64),
) -> Result<()> {
    let left = format!("{} left", user.ways.backup_codes - 1);
    notice::way_changed(tx, (app, site), user, (Changed::BackupCodeUsed, &left), (whence, now))
}
