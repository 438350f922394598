//! Those who wait to be let in, where the sign-up mode is `waitlist`: an address that anybody may put on the list, and
//! an invitation to it when the operator lets it in.
//!
//! The list says nothing of accounts: an address that has one is put on it like any other. An invitation's token lets
//! its address begin a sign-up and proves nothing: the code is mailed as to anybody (adr/0015).

pub mod look;
pub mod store;
pub mod token;

use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::error::Result;
use crate::id::{SecretId, WaitlistEntryId};
use crate::mail::{self, WAITLIST_INVITATION};
use crate::outbox::{self, Sealed};
use crate::secret::{self, For, Fresh};
use crate::throttle::Subject;
use std::sync::Arc;
use store::Entry;
use token::Token;

/// An invitation that is ready to be sent, drawn before the transaction that sends it.
#[derive(Clone, Debug)]
struct Invitation {
    id: WaitlistEntryId,
    fresh: Fresh,
    mail: Sealed,
    identifier: Subject,
    expires_at: i64,
}

/// Invites those who wait: mails each a new token; one that was mailed before works no more. Those who are gone
/// meanwhile are left out. Gives them as they are then.
///
/// # Errors
/// What the database says.
pub async fn invite(app: &Arc<App>, site: &Arc<Site>, entries: Vec<Entry>, by: By) -> Result<Vec<Entry>> {
    let drawn = entries.iter().map(|entry| draw(app, site, entry)).collect::<Result<Vec<Invitation>>>()?;
    let site = Arc::clone(site);
    let invited = app.db.write(move |tx| {
        let mut invited = Vec::new();
        for one in &drawn {
            let deployment = site.config.id.as_str();
            let Some(entry) = store::invited(tx, deployment, (&one.id, by.now, one.expires_at))? else {
                continue;
            };
            let owner = (deployment, For::Waitlist, one.id.as_str());
            secret::replace(tx, owner, &one.fresh, (by.now, one.expires_at))?;
            outbox::post(tx, deployment, &one.mail, by.now)?;
            let about = About { identifier: Some(&one.identifier), ..About::default() };
            audit::record(tx, &site, &by, Event::InvitationSent, about)?;
            invited.push(entry);
        }
        Ok(invited)
    });
    invited.await
}

fn draw(app: &App, site: &Site, entry: &Entry) -> Result<Invitation> {
    let token = Token::draw(&app.world, &entry.id);
    let config = &site.config;
    let expires_at = app.world.clock.now_ms() + config.lifetimes.invitation_ms;
    let text = token.to_text();
    let link = mail::link(config, (&config.ui.sign_up_page_url, "sign-up"), &[("invite_token", &text)]);
    let (days, hours) = mail::span(config.lifetimes.invitation_ms);
    let facts = [("link", link.as_str()), ("days", &days), ("hours", &hours)];
    let written = mail::render(site, &WAITLIST_INVITATION, (&entry.language, &entry.email), &facts)?;
    Ok(Invitation {
        id: entry.id.clone(),
        fresh: Fresh { id: SecretId::draw(&app.world), hash: token.hash(&app.vault) },
        mail: outbox::seal(app, WAITLIST_INVITATION.name, &written, expires_at)?,
        identifier: Subject::new(&app.vault, &config.id, &entry.email),
        expires_at,
    })
}
