//! The mail that brings a code and a link to set another password.

use crate::app::Site;
use crate::error::Result;
use crate::mail::{self, PASSWORD_RESET};
use crate::world::Mail;

/// The mail to a proved address, whose owner reads this language. It says nothing that whoever asked for it could have filled in.
///
/// # Errors
/// What [`mail::render`] says.
pub fn recovery(site: &Site, to: (&str, &str), (code, token): (&str, &str)) -> Result<Mail> {
    // Always at the configured host, whatever the request said.
    let page = (site.config.ui.forgot_password_page_url.as_str(), "forgot-password");
    let facts = [
        ("code", code),
        ("minutes", &mail::minutes(&site.config)),
        ("link", &mail::link(&site.config, page, &[("token", token)])),
        ("link_minutes", &(super::token_ms(site) / 60_000).max(1).to_string()),
    ];
    mail::render(site, &PASSWORD_RESET, to, &facts)
}
