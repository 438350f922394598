//! Second factors: a file for each, and nothing outside of it knows how it works.
//!
//! A factor says whether an account has it ([`available`]), and whether what somebody typed is right ([`check`]). It uses
//! up what works once; counting tries is not its business but that of whoever asks.

pub mod backup_code;
pub mod passkey;
pub mod phone_otp;
pub mod totp;

use crate::app::{App, Site};
use crate::audit::By;
use crate::db::Tx;
use crate::error::Result;
use crate::session::Proof;
use crate::user::User;
use crate::user::backup_code::letters;

/// A kind of second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Codes of a program (RFC 6238).
    Authenticator,
    /// A code by SMS.
    PhoneOtp,
    /// A code that was written down.
    BackupCode,
    /// A passkey.
    Passkey,
}

impl Method {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Authenticator, Self::Passkey, Self::PhoneOtp, Self::BackupCode];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::PhoneOtp => "phone_otp",
            Self::BackupCode => "backup_code",
            Self::Passkey => "passkey",
        }
    }

    /// The method that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }

    fn is_there(self, site: &Site, user: &User) -> bool {
        match self {
            Self::Authenticator => totp::is_there(site, user),
            Self::PhoneOtp => phone_otp::is_there(site, user),
            Self::BackupCode => backup_code::is_there(site, user),
            Self::Passkey => passkey::is_there(site, user),
        }
    }
}

/// Whether an account has a second factor here, whatever was proved. Backup codes are none by themselves.
#[must_use]
pub fn has_any(site: &Site, user: &User) -> bool {
    Method::ALL.into_iter().any(|method| method != Method::BackupCode && method.is_there(site, user))
}

/// The second factors that an account can prove beside what was proved already: a number that the first factor was proved by
/// is none. What stands in for it, a backup code, is one then, and also where a deployment offers the factor no more.
#[must_use]
pub fn available(site: &Site, user: &User, proof: &Proof) -> Vec<Method> {
    let is_another = |method: &Method| *method != Method::PhoneOtp || !proof.has("sms");
    Method::ALL.into_iter().filter(|method| method.is_there(site, user)).filter(is_another).collect()
}

/// The method that what was typed may be of, where nobody said: what can be a code that was written down is one, however
/// it is grouped, and any other comes from a program.
#[must_use]
pub fn meant_by(typed: &str) -> Method {
    if letters(typed).is_some() { Method::BackupCode } else { Method::Authenticator }
}

/// A try at a second factor.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// What asked for it: the id of the attempt that it is made in, or of the sign-in that proves itself again.
    pub owner: &'a str,
    /// The factor.
    pub method: Method,
    /// What was typed, or what a device gave.
    pub typed: &'a str,
    /// Who tries.
    pub by: &'a By,
}

/// Whether a try at a second factor of an account is right: its name (RFC 8176) if it is. The caller holds the user's lock
/// and has counted the try.
///
/// # Errors
/// What the database says.
pub fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    tried: &Tried<'_>,
) -> Result<Option<&'static str>> {
    let (typed, now) = (tried.typed, tried.by.now);
    match tried.method {
        Method::Authenticator => totp::check(tx, (app, site), user, typed, now),
        Method::BackupCode => backup_code::check(tx, (app, site), user, typed, now),
        Method::Passkey => passkey::check(tx, (app, site), user, tried),
        // It belongs to an attempt: `phone_otp::check`.
        Method::PhoneOtp => Ok(None),
    }
}
