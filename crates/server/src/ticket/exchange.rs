//! Exchanging a ticket: it is used up in the transaction that opens what it is for, whose answer has the key.
//!
//! Whatever refuses uses nothing up. Locks are taken in order, organizations and the user first, and the ticket is looked at
//! again under them: of two who come with it at once one gets it.

use super::{Held, Opens, Ticket, Worth, acting, create, open, store};
use crate::api_key;
use crate::app::{App, Site};
use crate::audit::{self, Event};
use crate::caller::Browser;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{ApiKeyId, UserId};
use crate::secret::{self, Used};
use crate::session::Proof;
use crate::session::enter::{self, Arrival, Left};
use crate::sign_in::entry::{self, First};
use crate::user::{self, User};
use keyrack_protocol::{Acting, Code, SignInMethod};
use std::sync::Arc;

/// What a ticket was exchanged for.
#[derive(Debug)]
pub struct Exchanged {
    /// The session, and the credential to hand out.
    pub left: Left,
    /// Who acts as the user of the new sign-in.
    pub act: Option<Acting>,
}

/// Exchanges a ticket in a browser's session.
///
/// # Errors
/// `ticket_not_found`, `ticket_used`, `ticket_expired`, `ticket_elsewhere`; and, the ticket being left as it was,
/// `USER_DISABLED`, `USER_ALREADY_SIGNED_IN`, `too_many_accounts`, `impersonation_disabled`, `impersonation_forbidden`,
/// `invitation_not_accepted`.
pub async fn exchange(browser: &Browser, text: &str, verifier: Option<&str>) -> Result<Exchanged> {
    let exchanged = match Held::parse(text) {
        None => Err(Code::TicketNotFound.into()),
        Some(held) => {
            let (app, site, arrival) =
                (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
            let verifier = verifier.map(str::to_owned);
            let taken = browser
                .app
                .db
                .write(move |tx| take(tx, (&app, &site), (&held, verifier.as_deref()), &arrival));
            taken.await
        }
    };
    if let Err(error) = &exchanged {
        note(browser, error).await;
    }
    browser.app.metrics.sign_ins.note(&exchanged);
    exchanged
}

/// Records a refusal.
async fn note(browser: &Browser, error: &Error) {
    let by = browser.arrive().by().stranger();
    audit::note_about(&browser.app, &browser.site, by, Event::TicketRefused, error.code().as_str()).await;
}

/// A ticket with its hash, and who comes with it.
pub(super) struct Bearer<'a> {
    pub ticket: Ticket,
    pub hash: String,
    pub verifier: Option<&'a str>,
    pub arrival: &'a Arrival,
}

fn take(
    tx: &mut Tx<'_>,
    of: (&App, &Arc<Site>),
    (held, verifier): (&Held, Option<&str>),
    arrival: &Arrival,
) -> Result<Exchanged> {
    let (app, site) = of;
    let ticket = store::load(tx, &site.config.id, &held.id)?.ok_or(Code::TicketNotFound)?;
    let hash = held.hash(&app.vault, ticket.opens.kind());
    let bearer = Bearer { ticket, hash, verifier, arrival };
    // Before any lock is taken: whoever has no ticket holds nobody up.
    if bearer.worth(tx, site)? == Worth::Again {
        return again(tx, (app, site), &bearer);
    }
    let act = bearer.ticket.opens.act().cloned();
    let (left, opened) = match &bearer.ticket.opens {
        Opens::SignIn(user) => sign_in(tx, (app, site), (&bearer, user))?,
        Opens::Impersonation(user, act) => acting::impersonation(tx, (app, site), (&bearer, user, act))?,
        Opens::Handover(user, from) => open::handover(tx, (app, site), (&bearer, user, from))?,
        Opens::Invitation(invitation) => open::invitation(tx, (app, site), (&bearer, invitation))?,
    };
    store::used(tx, &bearer.ticket.id, (left.loaded.id.as_str(), &opened), arrival.now)?;
    Ok(Exchanged { left, act })
}

impl Bearer<'_> {
    /// What the ticket is worth now, for whoever comes with it.
    fn worth(&self, on: &mut Snapshot<'_>, site: &Site) -> Result<Worth> {
        let (it, now) = (&self.ticket, self.arrival.now);
        let owner = (site.config.id.as_str(), it.opens.kind().purpose(), it.id.as_str());
        let worth = it.worth(secret::look(on, owner, &self.hash, now)?, now)?;
        it.is_for(self.verifier)?;
        if worth == Worth::Live && !is_backed(on, site, &it.maker, now)? {
            return Err(Code::TicketNotFound.into());
        }
        Ok(worth)
    }

    /// Uses the ticket up. The caller holds the locks of what it opens.
    ///
    /// # Errors
    /// As for [`exchange`], if somebody else was faster or it was taken back meanwhile.
    pub fn use_up(&self, tx: &mut Tx<'_>, site: &Site) -> Result<()> {
        store::lock(tx, &site.config.id, &self.ticket.id)?;
        let now = store::load(tx, &site.config.id, &self.ticket.id)?.ok_or(Code::TicketNotFound)?;
        let again = Bearer { ticket: now, hash: self.hash.clone(), ..*self };
        if again.worth(tx, site)? != Worth::Live {
            return Err(Code::TicketUsed.into());
        }
        let owner = (site.config.id.as_str(), self.ticket.opens.kind().purpose(), self.ticket.id.as_str());
        match secret::consume(tx, owner, &self.hash, self.arrival.now)? {
            Used::Now => Ok(()),
            Used::Expired => Err(Code::TicketExpired.into()),
            Used::Wrong | Used::Dead => Err(Code::TicketUsed.into()),
        }
    }
}

/// The secret key that made a ticket, if it was one.
fn key_of(maker: &str) -> Option<ApiKeyId> {
    maker.strip_prefix("key:").and_then(ApiKeyId::parse)
}

/// Whether the secret key that made a ticket is still good, if it was one.
fn is_backed(on: &mut Snapshot<'_>, site: &Site, maker: &str, now: i64) -> Result<bool> {
    let Some(key) = key_of(maker) else { return Ok(true) };
    let found = api_key::store::find(on, &site.config.id, &key)?;
    Ok(found.is_some_and(|(key, _)| key.state(now) == "live"))
}

/// The secret key that a ticket was made with, and when it ends.
pub(super) fn vouched_by(
    on: &mut Snapshot<'_>,
    site: &Site,
    maker: &str,
) -> Result<Option<(ApiKeyId, Option<i64>)>> {
    let Some(id) = key_of(maker) else { return Ok(None) };
    let found = api_key::store::find(on, &site.config.id, &id)?;
    Ok(found.map(|(key, _)| (key.key.id, key.expires_at)))
}

/// The same answer for whoever has the credential that was in it: nothing is done again.
fn again(tx: &mut Tx<'_>, (app, site): (&App, &Site), bearer: &Bearer<'_>) -> Result<Exchanged> {
    let room = enter::existing(tx, (app, site), bearer.arrival, &[])?.ok_or(Code::TicketUsed)?;
    let (session, opened) = bearer.ticket.led_to.as_ref().ok_or(Code::TicketUsed)?;
    let has_it = room.loaded.visible_sign_in(room.opened, opened).is_ok()
        || room.loaded.visible_attempt(room.opened, opened).is_ok();
    if room.loaded.id.as_str() != session || !has_it {
        return Err(Code::TicketUsed.into());
    }
    Ok(Exchanged { left: room.leave_unchanged(), act: bearer.ticket.opens.act().cloned() })
}

/// The account that a ticket is about, if it may act.
pub(super) fn present(user: Option<User>) -> Result<User> {
    let user = user.filter(|user| user.deleted_at.is_none()).ok_or(Code::TicketNotFound)?;
    user::may_act(&user)?;
    Ok(user)
}

/// The backend vouches for the user, as a first factor does: whatever else is asked of the account is asked now.
fn sign_in(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (bearer, user): (&Bearer<'_>, &UserId),
) -> Result<(Left, String)> {
    let arrival = bearer.arrival;
    let owner = entry::owner(tx, site, user)?.ok_or(Code::TicketNotFound)?;
    present(Some(owner.user.clone()))?;
    let inside = entry::enter(tx, (app, site), owner, (arrival, None))?;
    bearer.use_up(tx, site)?;
    let proof = Proof { methods: Proof::TICKET.to_owned(), proved_at: arrival.now, second_factor_at: None };
    let first =
        First { method: SignInMethod::Ticket, identifier: String::new(), email: String::new(), proof };
    let left = entry::proved_inside(tx, (app, site), inside, first, arrival)??;
    let is_in = left.loaded.sign_ins.iter().any(|it| it.id == *arrival.sign_in());
    let opened = if is_in { arrival.sign_in().to_string() } else { arrival.attempt().to_string() };
    Ok((left, opened))
}

/// Whether somebody may still act as a user for whom a ticket was made.
pub(super) fn still_may(tx: &mut Tx<'_>, site: &Site, (act, user): (&Acting, &User)) -> Result<()> {
    create::may_act_as(tx, site, (act, user))
}
