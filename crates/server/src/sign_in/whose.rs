//! Whose an attempt is: an attempt goes on only while its account has still proved what it was begun with. Whoever removes an
//! address or a number from an account means it to open nothing more, neither at once nor in half an hour.

use super::entry::Owner;
use super::factor::{self, Known};
use super::phone;
use super::store::{Attempt, Kept};
use crate::app::App;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::UserId;
use crate::user::email::EmailAddress;
use crate::user::{self, User};
use crate::vault::Purpose;

/// Whether an attempt may still let an account in: it has the password that it had when the attempt began, be it none, and
/// what the attempt was begun with.
#[must_use]
pub fn is_its(app: &App, owner: &Owner, attempt: &Attempt) -> bool {
    let kept = &attempt.kept;
    let now = || password_of(app, &owner.user.id, owner.password_hash.as_deref());
    kept.password.as_ref().is_none_or(|then| *then == now()) && has_proved(&owner.user, kept)
}

/// What an attempt remembers a password by, also that there is none.
pub(super) fn password_of(app: &App, user: &UserId, hash: Option<&str>) -> String {
    app.vault.hash(Purpose::OneTime, user.as_str(), hash.unwrap_or_default().as_bytes())
}

/// Whether an account has proved what an attempt was begun with. A username proves nothing, and neither does nothing.
fn has_proved(user: &User, kept: &Kept) -> bool {
    let identifier = kept.identifier.as_str();
    match factor::known_by(kept.method) {
        _ if identifier.is_empty() => true,
        Known::Username => true,
        Known::Phone => {
            let mut proved = user.ways.phones.iter().filter(|phone| phone.verified_at.is_some());
            proved.any(|phone| phone.phone == identifier)
        }
        Known::Email => {
            let mut proved = user.emails.iter().filter(|email| email.verified_at.is_some());
            proved.any(|email| email.email == identifier)
        }
    }
}

/// Whether somebody can prove the first factor of an attempt: its account still has what it was begun with. Asked without
/// the account's lock, of what is sent only; an attempt of nobody costs the same question.
///
/// # Errors
/// What the database says.
pub(super) fn is_somebodys(on: &mut Snapshot<'_>, deployment: &str, attempt: &Attempt) -> Result<bool> {
    let identifier = attempt.kept.identifier.as_str();
    let found = match factor::known_by(attempt.kept.method) {
        Known::Phone => phone::owner(on, deployment, identifier)?,
        _ => {
            let email = EmailAddress::parse(identifier)?;
            user::store::find_by_email(on, deployment, &email)?.map(|found| found.user_id)
        }
    };
    Ok(found.is_some() && found.as_ref().map(UserId::as_str) == attempt.user())
}
