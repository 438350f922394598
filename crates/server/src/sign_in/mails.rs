//! The mails of a sign-in.

use crate::app::Site;
use crate::world::Mail;

/// The mail with the code that signs in, or that proves an address while signing in.
pub fn code(site: &Site, to: &str, code: &str) -> Mail {
    let (app, minutes) = (&site.config.app_name, site.config.lifetimes.code_ms / 60_000);
    let text = format!(
        "{code} is your code to sign in to {app}.\n\nIt works once, for {minutes} minutes. Type it only where you began \
         to sign in; nobody else needs it.\nIf you did not ask for it, you need not do anything.\n"
    );
    let html = format!(
        "<p>Your code to sign in to {}:</p><p style=\"font-size:2em;letter-spacing:.2em\"><b>{code}</b></p>\
         <p>It works once, for {minutes} minutes. Type it only where you began to sign in; nobody else needs it.<br>\
         If you did not ask for it, you need not do anything.</p>",
        escape(app)
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

/// The mail with the link that signs in, and the code to type where it was asked for.
pub fn link(site: &Site, to: &str, (link, code): (&str, &str)) -> Mail {
    let (app, minutes) = (&site.config.app_name, site.config.lifetimes.code_ms / 60_000);
    let text = format!(
        "Open this page in the browser in which you began to sign in to {app}:\n{link}\n\n\
         Or type this code there: {code}\n\nBoth work once, for {minutes} minutes. Give the code to nobody.\n\
         If you did not ask for it, you need not do anything.\n"
    );
    let html = format!(
        "<p style=\"font-size:1.2em\"><a href=\"{}\"><b>Sign in to {}</b></a></p>\
         <p>Open it in the browser in which you began to sign in. Or type this code there:</p>\
         <p style=\"font-size:2em;letter-spacing:.2em\"><b>{code}</b></p>\
         <p>Both work once, for {minutes} minutes. Give the code to nobody.<br>\
         If you did not ask for it, you need not do anything.</p>",
        escape(link),
        escape(app)
    );
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject: format!("Sign in to {app}"),
        text,
        html,
        code: Some(code.to_owned()),
        link: Some(link.to_owned()),
    }
}

/// The mail to the owner of an account whose second factor somebody guesses at: the first one is known to them.
pub fn guessed(site: &Site, to: &str) -> Mail {
    let app = &site.config.app_name;
    let text = format!(
        "Somebody signed in to your account at {app} as far as the second factor, and gave a wrong one ten times within an \
         hour.\n\nIf that was you, wait an hour. If not, somebody knows your password or reads your mail: change your \
         password.\n"
    );
    let html = format!(
        "<p>Somebody signed in to your account at {} as far as the second factor, and gave a wrong one ten times within an \
         hour.</p><p>If that was you, wait an hour. If not, somebody knows your password or reads your mail: change your \
         password.</p>",
        escape(app)
    );
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject: format!("Somebody tries to sign in to your {app} account"),
        text,
        html,
        code: None,
        link: None,
    }
}

/// The application's name is the operator's, but it may hold an ampersand.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
