//! The mails about one's own account that bring a code.

use crate::app::Site;
use crate::world::Mail;

/// The mail with the code by which somebody who is signed in proves again who they are.
#[must_use]
pub fn proof_code(site: &Site, to: &str, code: &str) -> Mail {
    let app = &site.config.app_name;
    let why = format!("to confirm that it is you who changes your account at {app}");
    with_code(site, to, code, &why)
}

/// The mail with the code that proves an address which is added to an account.
#[must_use]
pub fn address_code(site: &Site, to: &str, code: &str) -> Mail {
    let why = format!("to add this address to your account at {}", site.config.app_name);
    with_code(site, to, code, &why)
}

/// The message with the code that proves a phone number which is added to an account.
#[must_use]
pub fn number_code(site: &Site, to: &str, code: &str) -> Mail {
    let why = format!("to add this number to your account at {}", site.config.app_name);
    with_code(site, to, code, &why)
}

/// The mail to the owner of an address that somebody wanted to add to another account.
#[must_use]
pub fn already_yours(site: &Site, to: &str) -> Mail {
    let app = &site.config.app_name;
    let lines = [
        format!("Somebody tried to add this address to another account at {app}. It belongs to yours."),
        "If that was you: remove it from this account first. If not, you need not do anything.".to_owned(),
    ];
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject: format!("This address belongs to your account at {app}"),
        text: format!("{}\n", lines.join("\n\n")),
        html: lines.iter().map(|line| format!("<p>{}</p>", escape(line))).collect(),
        code: None,
        link: None,
    }
}

fn with_code(site: &Site, to: &str, code: &str, why: &str) -> Mail {
    let (app, minutes) = (&site.config.app_name, site.config.lifetimes.code_ms / 60_000);
    let text = format!(
        "{code} is your code {why}.\n\nIt works once, for {minutes} minutes.\n\
         If you did not ask for it, tell nobody: without the code nothing happens.\n"
    );
    let html = format!(
        "<p>Your code {}:</p><p style=\"font-size:2em;letter-spacing:.2em\"><b>{code}</b></p>\
         <p>It works once, for {minutes} minutes.<br>If you did not ask for it, tell nobody: \
         without the code nothing happens.</p>",
        escape(why)
    );
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject: format!("{code} is your {app} code"),
        text,
        html,
        code: Some(code.to_owned()),
        link: None,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
