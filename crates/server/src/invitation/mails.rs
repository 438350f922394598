//! The mail that invites. Names in it were chosen by people whom the recipient need not know: they are shown as text,
//! and what mail programs would make a link of is broken up.

use crate::app::Site;
use crate::error::Result;
use crate::mail::{self, harmless};
use crate::membership::list::Member;
use crate::user::email::EmailAddress;
use crate::world::Mail;

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

/// The mail to an invited address, in the language of whoever invites: the recipient's is not known. The link stands in
/// it alone.
///
/// # Errors
/// What [`mail::render`] says.
pub fn invitation(
    site: &Site,
    (language, to): (&str, &EmailAddress),
    words: &Words,
    token: &str,
) -> Result<Mail> {
    let config = &site.config;
    let link = mail::link(config, (&config.ui.invite_page_url, "invite"), &[("token", token)]);
    let (days, hours) = mail::span(config.lifetimes.invitation_ms);
    let facts = [
        ("inviter", harmless(&words.inviter)),
        ("organization", harmless(&words.organization)),
        ("workspace", words.workspace.as_deref().map(harmless).unwrap_or_default()),
        ("link", link),
        ("days", days),
        ("hours", hours),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    mail::render(site, &mail::INVITATION, (language, to.as_str()), &facts)
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
