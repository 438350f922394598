//! Codes of sign-in attempts: what they are for, and what is kept of them.

use super::factor;
use super::store::Attempt;
use crate::app::App;
use crate::id::AttemptId;
use crate::secret::{self, For};
use crate::session::Proof;
use crate::user::ways::Phone;
use crate::user::{Email, User};

/// Proves the first factor.
pub const FIRST: For = For::SignIn;
/// Proves what a later step asks for.
pub const LATER: For = For::SignInStep;

/// What is kept of a code of the first factor.
#[must_use]
pub fn hash(app: &App, attempt: &AttemptId, code: &str) -> String {
    secret::hash(&app.vault, FIRST, attempt.as_str(), code)
}

/// What is kept of a code of a later step: it fits only what it was sent to.
#[must_use]
pub fn later_hash(app: &App, attempt: &AttemptId, (to, code): (&str, &str)) -> String {
    secret::hash(&app.vault, LATER, attempt.as_str(), &format!("{to}/{code}"))
}

/// What the first factor of an attempt is worth that was proved by a code.
#[must_use]
pub fn proof(attempt: &Attempt, now: i64) -> Proof {
    let method = factor::proved_by(attempt.kept.method);
    Proof { methods: method.to_owned(), proved_at: now, second_factor_at: None }
}

/// The phone number of an account that is still to be proved: the primary one, where none is proved.
#[must_use]
pub fn phone_to_prove(user: &User) -> Option<&Phone> {
    let phones = &user.ways.phones;
    if phones.iter().any(|phone| phone.verified_at.is_some()) {
        return None;
    }
    phones.iter().find(|phone| phone.is_primary).or(phones.first())
}

/// The address of an account that a step proves: the primary one, which may be proved already and is then asked for in
/// place of a second factor.
#[must_use]
pub fn to_prove(user: &User) -> Option<&Email> {
    user.emails.iter().find(|email| email.is_primary)
}
