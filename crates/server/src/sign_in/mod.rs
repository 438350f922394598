//! Signing in: proving who one is, and getting a sign-in for it.
//!
//! What an attempt waits for and what moves it on is pure ([`machine`]); [`policy`] says what is asked, each method is a file
//! ([`factor`]), and every way in ends at one door ([`entry`]). A try at a password is counted before it is looked at ([`tries`]), and an unknown
//! address or username costs the same work and gets the same answer as a wrong password.

mod begin;
mod code;
mod contact;
mod enrol;
pub mod entry;
pub mod factor;
mod first;
pub mod http;
mod inside;
pub mod machine;
pub mod own_password;
pub mod passkey;
mod phone;
pub mod policy;
mod prepare;
mod profile;
pub mod reauthenticate;
mod second;
mod shown;
pub mod store;
mod tries;
mod verify;
mod whose;

pub use factor::password::with_password;
pub use prepare::{Wanted, prepare};
pub use profile::{Filled, complete};
pub use verify::{Typed, verify};

use crate::db::Snapshot;
use crate::error::Result;
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::store::Credentials;
use crate::user::username::Username;
use keyrack_protocol::SignInMethod;
use store::Kept;

/// How long a completed attempt is still shown: older clients look for it after it is done.
pub const COMPLETED_SHOWN_MS: i64 = 600_000;

/// What a person says who they are by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// An address that somebody may have proved.
    Email(EmailAddress),
    /// A username.
    Username(Username),
}

impl Identifier {
    fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Username(username) => username.as_str(),
        }
    }

    /// The method of a sign-in with it and a password, and the address that its attempt shows: a username tells nobody
    /// the address behind it.
    fn shown(&self) -> (SignInMethod, String) {
        match self {
            Self::Email(email) => (SignInMethod::PlainEmail, email.to_string()),
            Self::Username(_) => (SignInMethod::PlainUsername, String::new()),
        }
    }

    /// The one that an attempt was begun with, which waits for a password.
    fn of_attempt(kept: &Kept) -> Result<Self> {
        Ok(match kept.method {
            SignInMethod::PlainUsername => Self::Username(Username::parse(&kept.identifier)?),
            _ => Self::Email(EmailAddress::parse(&kept.identifier)?),
        })
    }

    fn find(&self, on: &mut Snapshot<'_>, deployment: &str) -> Result<Option<Credentials>> {
        match self {
            Self::Email(email) => user::store::find_by_email(on, deployment, email),
            Self::Username(username) => user::store::find_by_username(on, deployment, username),
        }
    }
}
