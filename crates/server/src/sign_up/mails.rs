//! The mails of a sign-up.

use crate::app::Site;
use crate::world::Mail;

/// The mail with the code that proves an address. It says nothing that the person filled in: a stranger
/// could have filled it in.
pub fn code(site: &Site, to: &str, code: &str) -> Mail {
    let (app, minutes) = (&site.config.app_name, site.config.lifetimes.code_ms / 60_000);
    let text = format!(
        "{code} is your code to sign up for {app}.\n\nIt works once, for {minutes} minutes.\n\
         If you did not ask for it, you need not do anything: without the code nothing happens.\n"
    );
    let html = format!(
        "<p>Your code to sign up for {}:</p><p style=\"font-size:2em;letter-spacing:.2em\"><b>{code}</b></p>\
         <p>It works once, for {minutes} minutes.<br>If you did not ask for it, you need not do anything: \
         without the code nothing happens.</p>",
        escape(app)
    );
    let subject = format!("{code} is your {app} code");
    Mail { subject, code: Some(code.to_owned()), ..plain(site, to, text, html) }
}

/// The mail to the owner of an address with which somebody tried to sign up.
pub fn already_yours(site: &Site, to: &str) -> Mail {
    let app = &site.config.app_name;
    let text = format!(
        "Somebody tried to sign up for {app} with this address, which already has an account.\n\n\
         If that was you: sign in instead. If not, you need not do anything.\n"
    );
    let html = format!(
        "<p>Somebody tried to sign up for {} with this address, which already has an account.</p>\
         <p>If that was you: sign in instead. If not, you need not do anything.</p>",
        escape(app)
    );
    Mail { subject: format!("You already have an account at {app}"), ..plain(site, to, text, html) }
}

fn plain(site: &Site, to: &str, text: String, html: String) -> Mail {
    let from = site.config.mail_from.clone();
    Mail { from, to: to.to_owned(), subject: String::new(), text, html, code: None, link: None }
}

/// The application's name is the operator's, but it may hold an ampersand.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
