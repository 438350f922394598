//! The mails of a sign-in.

use crate::caller::Browser;
use crate::error::Result;
use crate::mail::{self, SECOND_FACTOR_GUESSED, SIGN_IN_CODE, SIGN_IN_LINK};
use crate::session::agent;
use crate::world::Mail;

/// The mail with the code that signs in, or that proves an address while signing in.
///
/// # Errors
/// What [`mail::render`] says.
pub fn code(browser: &Browser, to: &str, code: &str) -> Result<Mail> {
    let site = &browser.site;
    let facts = [("code", code), ("minutes", &mail::minutes(&site.config))];
    mail::render(site, &SIGN_IN_CODE, (browser.language(), to), &facts)
}

/// The mail with the link that signs in, and the code to type where it was asked for.
///
/// # Errors
/// What [`mail::render`] says.
pub fn link(browser: &Browser, to: &str, (link, code): (&str, &str)) -> Result<Mail> {
    let site = &browser.site;
    let facts = [
        ("link", link),
        ("code", code),
        ("minutes", &mail::minutes(&site.config)),
        ("browser", agent::browser(&browser.user_agent)),
        ("device", agent::device(&browser.user_agent)),
        ("address", &browser.address.to_string()),
    ];
    mail::render(site, &SIGN_IN_LINK, (browser.language(), to), &facts)
}

/// The mail to the owner of an account whose second factor somebody guesses at: the first one is known to them.
///
/// # Errors
/// What [`mail::render`] says.
pub fn guessed(browser: &Browser, to: &str) -> Result<Mail> {
    mail::render(&browser.site, &SECOND_FACTOR_GUESSED, (browser.language(), to), &[])
}
