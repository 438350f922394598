//! Accounts: who they are, what their address and password may be, and whether they may act.

pub mod authenticator;
pub mod backup_code;
pub mod code_budget;
pub mod disposable;
pub mod email;
pub mod factors;
pub mod foreign;
mod hashing;
pub mod imported;
pub mod kept;
pub mod language;
pub mod notice;
pub mod password;
pub mod phone;
pub mod reachable;
pub mod resets;
pub mod standing;
pub mod store;
pub mod tickets;
pub mod username;
pub mod ways;

pub use code_budget::{Asker, Purse, SmsBudget, code_budget, code_taken};

use crate::app::Site;
use crate::id::{EmailAddressId, UserId};
use crate::mail;
use crate::picture;
use crate::time::rfc3339;
use keyrack_protocol::{Code, CurrentUser, UserEmailAddress};
use ways::Ways;

/// Why a change of how an account is entered is refused, whichever it is.
pub const SENSITIVE: &[Code] = &[Code::SignedOut, Code::UserDisabled, Code::ReauthenticationRequired];
/// The longest first or last name, in characters.
const NAME_MAX: usize = 100;

/// An account, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// First name, `""` when unset.
    pub first_name: String,
    /// Last name, `""` when unset.
    pub last_name: String,
    /// Username, if it has one.
    pub username: Option<String>,
    /// Whether a password is set.
    pub has_password: bool,
    /// When it was disabled.
    pub disabled_at: Option<i64>,
    /// When it was deleted.
    pub deleted_at: Option<i64>,
    /// Since when it has a second factor.
    pub second_factor_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// Its addresses, oldest first.
    pub emails: Vec<Email>,
    /// How it can be entered beside address, username and password.
    pub ways: Ways,
}

/// An address of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// Its id.
    pub id: EmailAddressId,
    /// Normalised.
    pub email: String,
    /// Whether it is the primary one.
    pub is_primary: bool,
    /// When it was proved.
    pub verified_at: Option<i64>,
    /// When it was added.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

impl User {
    /// Everything that it is called or reached by, which no password of it may be made of.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let emails = self.emails.iter().map(|email| email.email.clone());
        let own = [self.first_name.clone(), self.last_name.clone()];
        emails.chain(own).chain(self.username.clone()).collect()
    }

    /// The language in which its owner is written to: of the browser that was signed in to it last, else of the one that
    /// acts, whosever that is.
    #[must_use]
    pub fn language<'a>(&'a self, whence: &'a notice::Whence) -> &'a str {
        let known = [self.ways.language.as_str(), &whence.language];
        known.into_iter().find(|language| !language.is_empty()).unwrap_or(mail::DEFAULT_LANGUAGE)
    }

    /// Whether it has proved a phone number.
    #[must_use]
    pub fn has_proved_number(&self) -> bool {
        self.ways.phones.iter().any(|phone| phone.verified_at.is_some())
    }

    /// The same account without an address.
    #[must_use]
    pub fn without_email(&self, email: &str) -> Self {
        let mut user = self.clone();
        user.emails.retain(|one| one.email != email);
        user
    }

    /// The same account without a phone number.
    #[must_use]
    pub fn without_phone(&self, phone: &str) -> Self {
        let mut user = self.clone();
        user.ways.phones.retain(|one| one.phone != phone);
        user
    }
}

/// Decides whether an account may act: sign in, be minted for, read what is its own. Every path that lets it
/// asks this.
///
/// # Errors
/// [`Code::UserDisabled`] when it was disabled or deleted.
pub fn may_act(user: &User) -> Result<(), Code> {
    may_act_with(user.disabled_at, user.deleted_at)
}

/// The same of an account of which only this was read.
///
/// # Errors
/// As [`may_act`].
pub fn may_act_with(disabled_at: Option<i64>, deleted_at: Option<i64>) -> Result<(), Code> {
    match (disabled_at, deleted_at) {
        (None, None) => Ok(()),
        _ => Err(Code::UserDisabled),
    }
}

/// A first or last name as it is kept: trimmed, without control characters.
///
/// # Errors
/// [`Code::InvalidName`] when it is too long or holds control characters.
pub fn name(text: &str) -> Result<String, Code> {
    let name = text.trim();
    // Direction overrides and line separators would let a name rewrite the line that shows it.
    let hidden = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}');
    if name.chars().count() > NAME_MAX || name.chars().any(hidden) {
        return Err(Code::InvalidName);
    }
    Ok(name.to_owned())
}

/// The account as it is shown to itself.
#[must_use]
pub fn view(site: &Site, user: &User) -> CurrentUser {
    let emails: Vec<_> = user.emails.iter().map(email_view).collect();
    let primary = emails.iter().find(|email| email.is_primary).cloned();
    let phones: Vec<_> = user.ways.phones.iter().map(ways::phone_view).collect();
    let primary_phone = user.ways.phones.iter().find(|phone| phone.is_primary).map(ways::phone_view);
    let authenticators: Vec<_> = user.ways.authenticators.iter().map(ways::authenticator_view).collect();
    CurrentUser {
        id: user.id.to_string(),
        created_at: rfc3339(user.created_at),
        updated_at: rfc3339(user.updated_at),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        username: user.username.clone().unwrap_or_default(),
        email_address: primary.as_ref().map(|email| email.email.clone()).unwrap_or_default(),
        availability: user.ways.availability.clone(),
        has_profile_picture: !user.ways.picture_id.is_empty(),
        profile_picture_url: picture::url(&site.issuer, &user.ways.picture_id),
        primary_email_address_id: primary.as_ref().map(|email| email.id.clone()),
        primary_phone_number_id: primary_phone.as_ref().map(|phone| phone.id.clone()),
        primary_email_address: primary,
        primary_phone_number: primary_phone,
        user_email_addresses: emails.clone(),
        user_phone_numbers: phones.clone(),
        email_addresses: emails,
        phone_numbers: phones,
        second_factor_policy: {
            let policy = site.config.auth.second_factor.policy;
            policy.of_account(user.ways.second_factor_policy.as_deref()).as_str().to_owned()
        },
        social_connections: Vec::new(),
        user_authenticator: authenticators.first().cloned(),
        authenticators,
        backup_codes_generated: user.ways.backup_codes > 0,
        has_password: user.has_password,
        has_passkeys: user.ways.passkeys > 0,
        public_metadata: serde_json::from_str(&user.ways.public_metadata).unwrap_or_default(),
        segments: Vec::new(),
    }
}

fn email_view(email: &Email) -> UserEmailAddress {
    UserEmailAddress {
        id: email.id.to_string(),
        email: email.email.clone(),
        is_primary: email.is_primary,
        verified: email.verified_at.is_some(),
        verified_at: email.verified_at.map(rfc3339),
        verification_strategy: "otp".to_owned(),
        created_at: rfc3339(email.created_at),
        updated_at: rfc3339(email.updated_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_as_typed_unless_it_could_rewrite_the_line_it_stands_in() {
        assert_eq!(name("  Ada  "), Ok("Ada".to_owned()));
        assert_eq!(name("\",\"role\":\"admin"), Ok("\",\"role\":\"admin".to_owned()));
        assert_eq!(name(&"ä".repeat(100)), Ok("ä".repeat(100)));
        for wrong in ["a\u{0}b", "a\r\nBcc: b", "a\u{202e}b", "a\u{2028}b"] {
            assert_eq!(name(wrong), Err(Code::InvalidName), "{wrong:?}");
        }
        assert_eq!(name(&"a".repeat(101)), Err(Code::InvalidName));
    }
}
