//! A code that is sent to a proved phone number of the account.

use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::id::AttemptId;
use crate::secret::{self, Used};
use crate::sign_in::code;
use crate::user::User;
use crate::user::ways::Phone;

/// Whether an account has it, in a deployment that offers it.
#[must_use]
pub fn is_there(site: &Site, user: &User) -> bool {
    site.config.auth.second_factor.phone_otp && proved(user).next().is_some()
}

/// The proved numbers of an account.
pub fn proved(user: &User) -> impl Iterator<Item = &Phone> {
    user.ways.phones.iter().filter(|phone| phone.verified_at.is_some())
}

/// The proved number that ends with these digits; the only one, if nobody said any.
#[must_use]
pub fn ending_with<'a>(user: &'a User, digits: Option<&str>) -> Option<&'a Phone> {
    match digits {
        Some(digits) => {
            proved(user).find(|phone| phone.phone.get(phone.phone.len().saturating_sub(4)..) == Some(digits))
        }
        None => Some(proved(user).next()?).filter(|_| proved(user).count() == 1),
    }
}

/// Whether `typed` is the code that was sent for an attempt to `number`; its name if it is.
///
/// # Errors
/// What the database says.
pub fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (user, attempt): (&User, &AttemptId),
    (number, typed): (&str, &str),
    now: i64,
) -> Result<Option<&'static str>> {
    if !proved(user).any(|phone| phone.phone == number) {
        return Ok(None);
    }
    let guess = code::later_hash(app, attempt, (number, typed));
    let used = secret::consume(tx, (&site.config.id, code::LATER, attempt.as_str()), &guess, now)?;
    Ok((used == Used::Now).then_some("sms"))
}
