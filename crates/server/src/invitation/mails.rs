//! The mail that invites. Names in it were chosen by people whom the recipient need not know: they are shown as text,
//! and what mail programs would make a link of is broken up.

use crate::app::Site;
use crate::config::Deployment;
use crate::membership::list::Member;
use crate::user::email::EmailAddress;
use crate::world::Mail;
use url::Url;

/// Characters of a name that a subject shows.
const IN_SUBJECT: usize = 60;

/// What the mail speaks of.
#[derive(Clone, Debug)]
pub struct Words {
    /// The organization's name.
    pub organization: String,
    /// The workspace's, if to one.
    pub workspace: Option<String>,
    /// Who invites.
    pub inviter: String,
}

/// The mail to an invited address. The link stands in it alone.
pub fn invitation(site: &Site, to: &EmailAddress, words: &Words, token: &str) -> Mail {
    let app = &site.config.app_name;
    let link = link(&site.config, token);
    let (inviter, organization) = (harmless(&words.inviter), harmless(&words.organization));
    let place = match words.workspace.as_deref().map(harmless) {
        Some(workspace) => format!("{workspace} at {organization}"),
        None => organization.clone(),
    };
    let time = span(site.config.lifetimes.invitation_ms);
    let text = format!(
        "{inviter} invites you to {place} on {app}.\n\nOpen this page to see the invitation and to accept it:\n\
         {link}\n\nIt works once, for {time}, and for {to} alone: do not pass it on.\n\
         If you do not expect it, you need not do anything: without you nothing happens.\n"
    );
    let html = format!(
        "<p>{} invites you to {} on {}.</p>\
         <p style=\"font-size:1.2em\"><a href=\"{}\"><b>See the invitation</b></a></p>\
         <p>It works once, for {time}, and for {} alone: do not pass it on.<br>\
         If you do not expect it, you need not do anything: without you nothing happens.</p>",
        escape(&inviter),
        escape(&place),
        escape(app),
        escape(&link),
        escape(to.as_str())
    );
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_string(),
        subject: format!("{} invites you to {}", short(&inviter), short(&organization)),
        text,
        html,
        code: None,
        link: Some(link),
    }
}

/// Where a token leads: to the deployment's own page, or the hosted one.
fn link(config: &Deployment, token: &str) -> String {
    let page = match config.ui.invite_page_url.as_str() {
        "" => format!("{}/invite", config.base()),
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

/// What a member is called in a mail: by name, or by the address where there is none.
pub fn name_of(member: &Member) -> String {
    let name = format!("{} {}", member.first_name, member.last_name);
    match (name.trim(), &member.email) {
        ("", Some((_, email, _))) => email.clone(),
        ("", None) => "Somebody".to_owned(),
        (name, _) => name.to_owned(),
    }
}

/// A name of which no mail program makes a link: what could be a host or an address is broken up.
fn harmless(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let joins = rest.peek().is_some_and(|next| !next.is_whitespace());
        // Dots of all scripts, which a browser reads as the one of a host.
        if joins && matches!(c, '.' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | ':' | '@' | '/') {
            out.push(' ');
        }
    }
    out
}

fn short(name: &str) -> String {
    match name.char_indices().nth(IN_SUBJECT) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name.to_owned(),
    }
}

/// A time in whole days or hours.
fn span(ms: i64) -> String {
    let hours = (ms / 3_600_000).max(1);
    match (hours / 24, hours) {
        (days, _) if days >= 2 => format!("{days} days"),
        (_, 1) => "one hour".to_owned(),
        (_, hours) => format!("{hours} hours"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    #[test]
    fn k09_no_name_is_made_a_link() {
        for (name, shown) in [
            ("Acme Inc.", "Acme Inc."),
            ("J.R.R. Tolkien", "J. R. R. Tolkien"),
            ("evil.com", "evil. com"),
            ("https://evil.example/x", "https: / / evil. example/ x"),
            ("www\u{3002}evil\u{ff0e}com", "www\u{3002} evil\u{ff0e} com"),
            ("a@evil.com", "a@ evil. com"),
        ] {
            assert_eq!(harmless(name), shown);
        }
    }

    #[test]
    fn a_link_leads_to_the_page_that_the_deployment_has_and_keeps_what_its_address_says() {
        let mut config = Deployment::built_in(4400, Mode::Staging);
        config.path = "/keyrack".to_owned();
        for (page, leads) in [
            ("", "http://localhost:4400/keyrack/invite?token=org.1"),
            ("/join", "http://localhost:4400/join?token=org.1"),
            ("https://app.example.com/join?a=b#c", "https://app.example.com/join?a=b&token=org.1#c"),
            ("https://app.example.com", "https://app.example.com/?token=org.1"),
        ] {
            config.ui.invite_page_url = page.to_owned();
            assert_eq!(link(&config, "org.1"), leads);
        }
    }

    #[test]
    fn a_long_name_is_cut_in_a_subject_and_a_time_is_whole() {
        assert_eq!(short(&"ä".repeat(60)), "ä".repeat(60));
        assert_eq!(short(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
        for (ms, said) in [(864_000_000, "10 days"), (90_000_000, "25 hours"), (3_600_000, "one hour")] {
            assert_eq!(span(ms), said);
        }
    }
}
