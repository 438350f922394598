//! What the owner of an account is mailed when a way into it changes: what, when and from where, so that whoever did not
//! do it hears of it at once.

use super::User;
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::mail::{self, ACCOUNT_CHANGED};
use crate::outbox;
use crate::time::minute;
use crate::world::Mail;

/// How long such a mail is worth sending.
const WORTH_MS: i64 = 2 * 24 * 3_600_000;

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A password was set where there was none.
    PasswordSet,
    /// The password was changed by whoever knew it.
    PasswordChanged,
    /// The password was set anew by whoever could read the mail.
    PasswordReset,
    /// The password was removed.
    PasswordRemoved,
    /// The username was changed.
    UsernameChanged,
    /// An address was proved and added.
    EmailAdded,
    /// An address was removed.
    EmailRemoved,
    /// Another address is the primary one.
    EmailMadePrimary,
    /// A phone number was proved and added.
    PhoneAdded,
    /// A phone number was entered that is still to be proved.
    PhoneGiven,
    /// A phone number was removed.
    PhoneRemoved,
    /// Another phone number is the primary one.
    PhoneMadePrimary,
    /// Somebody else proved a phone number, which the account has lost by that.
    PhoneTaken,
    /// An authenticator was added.
    AuthenticatorAdded,
    /// An authenticator was removed.
    AuthenticatorRemoved,
    /// Backup codes were made; older ones are void.
    BackupCodesMade,
    /// A backup code was used.
    BackupCodeUsed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// Whether signing in takes a second factor was changed.
    SecondFactorPolicyChanged,
    /// The deletion of the account was asked for.
    DeletionAsked,
    /// The deletion of the account was taken back.
    DeletionTakenBack,
    /// The account was deleted.
    Deleted,
}

impl Changed {
    /// One word for it, by which a template tells what to say ([`mail::CHANGES`]).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PasswordSet => "password_set",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::PasswordRemoved => "password_removed",
            Self::UsernameChanged => "username_changed",
            Self::EmailAdded => "email_added",
            Self::EmailRemoved => "email_removed",
            Self::EmailMadePrimary => "email_made_primary",
            Self::PhoneAdded => "phone_added",
            Self::PhoneGiven => "phone_given",
            Self::PhoneRemoved => "phone_removed",
            Self::PhoneMadePrimary => "phone_made_primary",
            Self::PhoneTaken => "phone_taken",
            Self::AuthenticatorAdded => "authenticator_added",
            Self::AuthenticatorRemoved => "authenticator_removed",
            Self::BackupCodesMade => "backup_codes_made",
            Self::BackupCodeUsed => "backup_code_used",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::SecondFactorPolicyChanged => "second_factor_policy_changed",
            Self::DeletionAsked => "deletion_asked",
            Self::Deleted => "deleted",
            Self::DeletionTakenBack => "deletion_taken_back",
        }
    }
}

/// From where somebody acts, as people recognise it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whence {
    /// The client's address.
    pub ip_address: String,
    /// The browser's name, `""` when unknown.
    pub browser: String,
    /// The device's name, `""` when unknown.
    pub device: String,
    /// The language in which whoever does it is written to, `""` when unknown.
    pub language: String,
}

/// Mails to every address that the account has proved that a way into it has changed; `detail` says which (an address, a
/// name), `""` for nothing. The caller holds the user's lock, and gives the account as it was before: an address that the
/// change takes from it is told, too.
///
/// The mails are sealed here, not before the transaction: whom they go to is known only in it, and one that runs again has
/// left none behind.
///
/// # Errors
/// What the database says.
pub fn way_changed(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    (what, detail): (Changed, &str),
    (whence, now): (&Whence, i64),
) -> Result<()> {
    for to in proved(user) {
        let mail = mail(site, (user.language(whence), to), (what, detail), (whence, now))?;
        let sealed = outbox::seal(app, ACCOUNT_CHANGED.name, &mail, now + WORTH_MS)?;
        outbox::post(tx, &site.config.id, &sealed, now)?;
    }
    Ok(())
}

fn proved(user: &User) -> impl Iterator<Item = &str> {
    user.emails.iter().filter(|email| email.verified_at.is_some()).map(|email| email.email.as_str())
}

fn mail(
    site: &Site,
    (language, to): (&str, &str),
    (what, detail): (Changed, &str),
    (whence, now): (&Whence, i64),
) -> Result<Mail> {
    let facts = [
        ("change", what.word()),
        ("detail", detail),
        ("time", &minute(now)),
        ("browser", &whence.browser),
        ("device", &whence.device),
        ("address", &whence.ip_address),
    ];
    mail::render(site, &ACCOUNT_CHANGED, (language, to), &facts)
}
