//! The user's own account, behind `/me`: what it is called, how it is reached and entered, where it is signed in.
//!
//! What could take an account from its owner asks for a proof of the last ten minutes ([`crate::caller::Fresh`]), and is
//! told by mail to every address that the account has proved ([`crate::user::notice`]). Every change is one transaction
//! under the account's lock, and raises the revision of each session that shows it ([`crate::caller::Own`]).

pub mod contact;
pub mod deletion;
pub mod export;
pub mod password;
pub mod profile;
pub mod sign_ins;

use crate::http::routes::Routes;
use crate::user::{authenticator, backup_code};

/// The routes of this feature.
#[must_use]
pub fn routes() -> Routes {
    profile::routes()
        .and(authenticator::http::routes())
        .and(backup_code::http::routes())
        .and(contact::http::routes())
        .and(contact::phones::routes())
        .and(password::routes())
        .and(sign_ins::routes())
        .and(export::routes())
        .and(deletion::routes())
}
