//! Codes of a program (RFC 6238).

use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::user::User;
use crate::user::authenticator::store;

/// Whether an account has it. What was set up goes on working where nobody can set one up any more.
#[must_use]
pub fn is_there(_: &Site, user: &User) -> bool {
    !user.ways.authenticators.is_empty()
}

/// Whether `typed` is a code of one of the account's authenticators; its name if it is. None works twice.
///
/// # Errors
/// What the database says.
pub fn check(
    tx: &mut Tx<'_>,
    (app, _): (&App, &Site),
    user: &User,
    typed: &str,
    now: i64,
) -> Result<Option<&'static str>> {
    Ok(store::take(tx, &app.vault, &user.id, typed, now)?.then_some("otp"))
}
