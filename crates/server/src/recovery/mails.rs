//! The mail that brings a code and a link to set another password.

use crate::app::Site;
use crate::config::Deployment;
use crate::world::Mail;
use url::Url;

/// The mail to a proved address. It says nothing that whoever asked for it could have filled in.
pub fn recovery(site: &Site, to: &str, (code, token): (&str, &str)) -> Mail {
    let (app, link) = (&site.config.app_name, link(&site.config, token));
    let (code_for, link_for) = (site.config.lifetimes.code_ms / 60_000, super::token_ms(site) / 60_000);
    let text = format!(
        "{code} is your code to set another password for {app}. It works for {code_for} minutes.\n\n\
         Or open this page, within {link_for} minutes:\n{link}\n\n\
         Each works once. Tell nobody the code, also nobody who calls you.\n\
         If you did not ask for it, you need not do anything: your password stays as it is.\n"
    );
    let html = format!(
        "<p>Your code to set another password for {}:</p>\
         <p style=\"font-size:2em;letter-spacing:.2em\"><b>{code}</b></p>\
         <p>It works for {code_for} minutes. Or, within {link_for} minutes:</p>\
         <p style=\"font-size:1.2em\"><a href=\"{}\"><b>Set another password</b></a></p>\
         <p>Each works once. Tell nobody the code, also nobody who calls you.<br>\
         If you did not ask for it, you need not do anything: your password stays as it is.</p>",
        escape(app),
        escape(&link)
    );
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject: format!("{code} is your {app} code"),
        text,
        html,
        code: Some(code.to_owned()),
        link: Some(link),
    }
}

/// The mail to every proved address of an account whose password was set anew.
pub fn changed(site: &Site, to: &str) -> Mail {
    let app = &site.config.app_name;
    let text = format!(
        "The password of your account at {app} was set anew, with a code or link that was mailed to you. Everybody who was \
         signed in with it is signed out.\n\nIf that was you, you need not do anything. If not, somebody else reads your mail: \
         secure your mailbox first, and then set another password.\n"
    );
    let html = format!("<p>{}</p>", escape(text.trim()).replace("\n\n", "</p><p>"));
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject: format!("Your {app} password was set anew"),
        text,
        html,
        code: None,
        link: None,
    }
}

/// Where a token leads: always to the configured host, whatever the request said.
fn link(config: &Deployment, token: &str) -> String {
    let page = match config.ui.forgot_password_page_url.as_str() {
        "" => format!("{}/forgot-password", config.base()),
        path if path.starts_with('/') => format!("{}{path}", config.origin),
        page => page.to_owned(),
    };
    match Url::parse(&page) {
        Ok(mut url) => {
            url.query_pairs_mut().append_pair("token", token);
            url.into()
        }
        // The configuration lets only addresses through.
        Err(_) => format!("{page}?token={token}"),
    }
}

/// The application's name is the operator's, but it may hold an ampersand.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
