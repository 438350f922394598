//! The ways into an account beside its addresses, its username and its password.

use super::User;
use crate::app::Site;
use crate::config::FieldUse;
use crate::db::{Cells, Snapshot};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, PhoneNumberId, UserId};
use crate::params;
use crate::time::rfc3339;
use keyrack_protocol::{ReauthenticationMethod, UserAuthenticator, UserPhoneNumber};
use phonenumber::PhoneNumber;

/// What an account has of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways {
    /// `none`, `optional` or `enforced`, where the account differs from its deployment.
    pub second_factor_policy: Option<String>,
    /// `available`, `busy` or `away`.
    pub availability: String,
    /// The id of its picture, `""` for none.
    pub picture_id: String,
    /// Backup codes that were not used yet.
    pub backup_codes: i64,
    /// How many passkeys it has.
    pub passkeys: i64,
    /// The language of the browser that was signed in to it last, `""` when unknown.
    pub language: String,
    /// What the application shows its owner of what it keeps with it: an object in JSON.
    pub public_metadata: String,
    /// Its phone numbers, oldest first.
    pub phones: Vec<Phone>,
    /// Its confirmed authenticators, oldest first.
    pub authenticators: Vec<Authenticator>,
}

/// A phone number of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Its id.
    pub id: PhoneNumberId,
    /// E.164.
    pub phone: String,
    /// Whether it is the primary one.
    pub is_primary: bool,
    /// When it was proved.
    pub verified_at: Option<i64>,
}

/// A confirmed authenticator of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// Its id.
    pub id: AuthenticatorId,
    /// When its set-up began.
    pub created_at: i64,
}

impl Ways {
    /// Of an account that has none.
    #[must_use]
    pub fn none() -> Self {
        Self {
            second_factor_policy: None,
            availability: "available".to_owned(),
            picture_id: String::new(),
            backup_codes: 0,
            passkeys: 0,
            language: String::new(),
            public_metadata: "{}".to_owned(),
            phones: Vec::new(),
            authenticators: Vec::new(),
        }
    }
}

/// Whether somebody can sign in to an account that has this, as a deployment lets people sign in. Every change that takes
/// something from an account asks it of what would be left. What only lets a password be set anew is no way in.
#[must_use]
pub fn can_sign_in(user: &User, site: &Site) -> bool {
    let auth = &site.config.auth;
    let is_mailed = user.emails.iter().any(|email| email.verified_at.is_some());
    let is_named = is_mailed || (user.username.is_some() && auth.username != FieldUse::Off);
    let is_texted = user.ways.phones.iter().any(|phone| phone.verified_at.is_some());
    (user.has_password && is_named)
        || (is_mailed && (auth.email_otp || auth.magic_link))
        || (is_texted && auth.phone_otp)
        || (user.ways.passkeys > 0 && takes_passkeys(site))
}

/// The ways in which whoever owns an account can prove it again: what it has of them, the strongest last; a passkey where
/// the deployment takes passkeys.
#[must_use]
pub fn to_reauthenticate(user: &User, site: &Site) -> Vec<ReauthenticationMethod> {
    use ReauthenticationMethod::{Authenticator, BackupCode, EmailOtp, Passkey, Password, PhoneOtp};
    let has = [
        (Password, user.has_password),
        (EmailOtp, user.emails.iter().any(|email| email.verified_at.is_some())),
        (PhoneOtp, user.ways.phones.iter().any(|phone| phone.verified_at.is_some())),
        (Authenticator, !user.ways.authenticators.is_empty()),
        (BackupCode, user.ways.backup_codes > 0),
        (Passkey, user.ways.passkeys > 0 && takes_passkeys(site)),
    ];
    has.into_iter().filter(|(_, has)| *has).map(|(way, _)| way).collect()
}

fn takes_passkeys(site: &Site) -> bool {
    let passkey = &site.config.auth.passkey;
    passkey.enabled && passkey.rp_id(&site.config.origin).is_some()
}

/// Reads the columns `second_factor_policy, availability, picture_id, backup_codes, passkeys, language,
/// public_metadata`; phone numbers and authenticators are read apart.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Ways> {
    Ok(Ways {
        second_factor_policy: cells.optional_text()?,
        availability: cells.text()?,
        picture_id: cells.text()?,
        backup_codes: cells.int()?,
        passkeys: cells.int()?,
        language: cells.text()?,
        public_metadata: cells.text()?,
        ..Ways::none()
    })
}

/// Reads the phone numbers and confirmed authenticators of one account into it.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, user: &mut User) -> Result<()> {
    let rows = on.query(
        "select user_id, 'phone' as kind, id as id, phone, is_primary, verified_at, created_at from phone_numbers
         where user_id = $1
         union all select user_id, 'authenticator', id, '', 0, verified_at, created_at from authenticators
         where user_id = $1 and verified_at is not null order by id",
        params![user.id.as_str()],
    )?;
    for row in rows {
        let (_, way) = read_way(&mut row.cells())?;
        way.put_into(user);
    }
    Ok(())
}

/// A row of the phone numbers and authenticators of accounts.
#[derive(Clone, Debug)]
pub enum Way {
    /// A phone number.
    Phone(Phone),
    /// A confirmed authenticator.
    Authenticator(Authenticator),
}

impl Way {
    /// Adds it to an account that has not got it yet.
    pub fn put_into(self, user: &mut User) {
        match self {
            Self::Phone(phone) if !user.ways.phones.contains(&phone) => user.ways.phones.push(phone),
            Self::Authenticator(one) if !user.ways.authenticators.contains(&one) => {
                user.ways.authenticators.push(one);
            }
            Self::Phone(_) | Self::Authenticator(_) => {}
        }
    }
}

/// Reads the columns `user_id, kind, id, phone, is_primary, verified_at, created_at`.
///
/// # Errors
/// When the columns are others.
pub fn read_way(cells: &mut Cells) -> Result<(UserId, Way)> {
    let (user, kind, id) = (UserId::stored(cells.text()?), cells.text()?, cells.text()?);
    let (phone, is_primary) = (cells.text()?, cells.int()? == 1);
    let (verified_at, created_at) = (cells.optional_int()?, cells.int()?);
    let way = match kind.as_str() {
        "phone" => Way::Phone(Phone { id: PhoneNumberId::stored(id), phone, is_primary, verified_at }),
        "authenticator" => Way::Authenticator(Authenticator { id: AuthenticatorId::stored(id), created_at }),
        _ => return Err(Error::internal("read the ways into an account", kind)),
    };
    Ok((user, way))
}

/// A phone number as it is shown to its owner: national digits and dial code apart.
#[must_use]
pub fn phone_view(phone: &Phone) -> UserPhoneNumber {
    let (country_code, phone_number) = apart(&phone.phone);
    UserPhoneNumber {
        id: phone.id.to_string(),
        phone_number,
        country_code,
        verified: phone.verified_at.is_some(),
        verified_at: phone.verified_at.map(rfc3339),
    }
}

/// Dial code (`+1`) and national digits of a number in E.164.
#[must_use]
pub fn apart(phone: &str) -> (String, String) {
    match phone.parse::<PhoneNumber>() {
        Ok(parsed) => {
            let code = format!("+{}", parsed.code().value());
            let national = phone.strip_prefix(&code).unwrap_or(phone).to_owned();
            (code, national)
        }
        // Numbers are kept as they were parsed; one that an older table knew is shown whole.
        Err(_) => (String::new(), phone.to_owned()),
    }
}

/// An authenticator as it is shown to its owner.
#[must_use]
pub fn authenticator_view(authenticator: &Authenticator) -> UserAuthenticator {
    UserAuthenticator { id: authenticator.id.to_string(), created_at: rfc3339(authenticator.created_at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_as_dial_code_and_national_digits() {
        assert_eq!(apart("+4915112345678"), ("+49".to_owned(), "15112345678".to_owned()));
        assert_eq!(apart("+12025550123"), ("+1".to_owned(), "2025550123".to_owned()));
        assert_eq!(apart("+390612345678"), ("+39".to_owned(), "0612345678".to_owned()));
    }
}
