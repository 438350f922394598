//! What the owner of an account is mailed when a way into it changes: what, when and from where, so that whoever did not
//! do it hears of it at once.

use super::User;
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::outbox;
use crate::time::rfc3339;
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
    /// A phone number was removed.
    PhoneRemoved,
    /// Another phone number is the primary one.
    PhoneMadePrimary,
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
    /// One word for it, by which a template tells what to say.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.told().0
    }

    /// The word, and a sentence without its end.
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::PasswordSet => ("password_set", "A password was set"),
            Self::PasswordChanged => ("password_changed", "The password was changed"),
            Self::PasswordReset => ("password_reset", "The password was set anew with a mailed code or link"),
            Self::PasswordRemoved => ("password_removed", "The password was removed"),
            Self::UsernameChanged => ("username_changed", "The username was changed"),
            Self::EmailAdded => ("email_added", "An email address was added"),
            Self::EmailRemoved => ("email_removed", "An email address was removed"),
            Self::EmailMadePrimary => ("email_made_primary", "Another email address is the primary one"),
            Self::PhoneAdded => ("phone_added", "A phone number was added"),
            Self::PhoneRemoved => ("phone_removed", "A phone number was removed"),
            Self::PhoneMadePrimary => ("phone_made_primary", "Another phone number is the primary one"),
            Self::AuthenticatorAdded => ("authenticator_added", "An authenticator was added"),
            Self::AuthenticatorRemoved => ("authenticator_removed", "An authenticator was removed"),
            Self::BackupCodesMade => ("backup_codes_made", "Backup codes were made; older ones are void"),
            Self::BackupCodeUsed => ("backup_code_used", "A backup code was used"),
            Self::PasskeyAdded => ("passkey_added", "A passkey was added"),
            Self::PasskeyRemoved => ("passkey_removed", "A passkey was removed"),
            Self::SecondFactorPolicyChanged => {
                ("second_factor_policy_changed", "Whether signing in takes a second factor was changed")
            }
            Self::DeletionAsked => ("deletion_asked", "The deletion of the account was asked for"),
            Self::Deleted => ("deleted", "The account was deleted"),
            Self::DeletionTakenBack => ("deletion_taken_back", "The deletion of the account was taken back"),
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
}

impl Whence {
    /// In words: `Firefox on Linux, from 192.0.2.1`.
    #[must_use]
    pub fn words(&self) -> String {
        if self.ip_address.is_empty() {
            return "somewhere else".to_owned();
        }
        match (self.browser.as_str(), self.device.as_str()) {
            ("", "") => format!("an unknown program, from {}", self.ip_address),
            (browser, "") => format!("{browser}, from {}", self.ip_address),
            ("", device) => format!("{device}, from {}", self.ip_address),
            (browser, device) => format!("{browser} on {device}, from {}", self.ip_address),
        }
    }
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
        let mail = mail(site, to, (what, detail), &facts(whence, now));
        let sealed = outbox::seal(app, "way_changed", &mail, now + WORTH_MS)?;
        outbox::post(tx, &site.config.id, &sealed, now)?;
    }
    Ok(())
}

fn proved(user: &User) -> impl Iterator<Item = &str> {
    user.emails.iter().filter(|email| email.verified_at.is_some()).map(|email| email.email.as_str())
}

/// When and from where, one line each.
fn facts(whence: &Whence, now: i64) -> [String; 2] {
    let moment = rfc3339(now);
    let minute = moment.get(..16).unwrap_or(&moment).replace('T', " ");
    [format!("When: {minute} UTC"), format!("From: {}", whence.words())]
}

fn mail(site: &Site, to: &str, (what, detail): (Changed, &str), facts: &[String; 2]) -> Mail {
    let (app, (_, said)) = (&site.config.app_name, what.told());
    let about = if detail.is_empty() { format!("{said}.") } else { format!("{said}: {detail}.") };
    let lines = [
        format!("Something about how you sign in to {app} has changed."),
        about,
        facts.join("\n"),
        "If that was you, you need not do anything. If not, somebody else can act as you: sign in, sign out everywhere \
         else, and change your password."
            .to_owned(),
    ];
    let html: Vec<String> =
        lines.iter().map(|line| format!("<p>{}</p>", escape(line).replace('\n', "<br>"))).collect();
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject: format!("{app}: {}", said.to_lowercase()),
        text: format!("{}\n", lines.join("\n\n")),
        html: html.concat(),
        code: None,
        link: None,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_somebody_acts_from_is_said_as_far_as_it_is_known() {
        let whence = |browser: &str, device: &str| Whence {
            ip_address: "192.0.2.1".to_owned(),
            browser: browser.to_owned(),
            device: device.to_owned(),
        };
        for (browser, device, said) in [
            ("Firefox", "Linux", "Firefox on Linux, from 192.0.2.1"),
            ("Firefox", "", "Firefox, from 192.0.2.1"),
            ("", "iPhone", "iPhone, from 192.0.2.1"),
            ("", "", "an unknown program, from 192.0.2.1"),
        ] {
            assert_eq!(whence(browser, device).words(), said);
        }
        let facts = facts(&whence("", "iPhone"), 1_700_000_000_000);
        assert_eq!(facts[0], "When: 2023-11-14 22:13 UTC");
    }
}
