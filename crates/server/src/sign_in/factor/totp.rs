//! Codes of a program (RFC 6238).

use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::user::User;

/// Whether an account has it, in a deployment that offers it.
#[must_use]
pub fn is_there(_: &Site, _: &User) -> bool {
    false
}

/// Whether `typed` is right; its name if it is.
///
/// # Errors
/// What the database says.
pub fn check(_: &mut Tx<'_>, _: (&App, &Site), _: &User, _: &str, _: i64) -> Result<Option<&'static str>> {
    Ok(None)
}
