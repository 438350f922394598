//! Tickets: made, listed while they are open, taken back. The same for operators and for backends.

use super::page::Page;
use super::view;
use crate::api_key::Scope;
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::id::TicketId;
use crate::invitation;
use crate::ticket::create::{self, Drawn, Order};
use crate::ticket::{Kind, Opens, Ticket, store};
use crate::time::rfc3339;
use keyrack_protocol::Code;
use std::sync::Arc;

/// What a secret key must be for to have tickets of a kind made.
#[must_use]
pub fn scope(kind: Kind) -> Scope {
    match kind {
        Kind::SignIn => Scope::TicketsSignIn,
        Kind::Impersonation => Scope::TicketsImpersonate,
        Kind::Handover => Scope::TicketsHandover,
        Kind::Invitation => Scope::InvitationsWrite,
    }
}

/// What a ticket of a kind is about: `user`, `sign_in`, `invitation`, `actor` and `reason`, for the socket by these names.
#[must_use]
fn of_kind(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::SignIn => &["user"],
        Kind::Impersonation => &["user", "actor", "reason"],
        Kind::Handover => &["sign_in"],
        Kind::Invitation => &["invitation"],
    }
}

/// Refuses what a ticket of this kind is not about: whoever says who acts must not get a sign-in in which nobody does.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn says_only(kind: Kind, said: &[(&str, bool)]) -> Result<()> {
    let is_of_it = |name: &str| of_kind(kind).contains(&name.trim_end_matches("_id"));
    match said.iter().find(|(name, is_said)| *is_said && !is_of_it(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let text = format!("{name} does not belong to a ticket of the kind {}.", kind.as_str());
            Err(Error::refused(Code::InvalidParameter, text))
        }
    }
}

/// Makes a ticket; `back` is where its page is to lead on to.
///
/// # Errors
/// As [`create::create`] and [`create::leads_on`], and `invitation_not_found`.
pub async fn make(
    app: &Arc<App>,
    site: &Arc<Site>,
    (order, back): (Order, Option<String>),
    by: By,
) -> Result<view::NewTicket> {
    if let Some(back) = &back {
        create::leads_on(&site.config, back)?;
    }
    let (held, of, drawn) = (Arc::clone(app), Arc::clone(site), Drawn::draw(&app.world));
    let text = drawn.held.to_text();
    let made = app.db.write(move |tx| {
        if let Opens::Invitation(id) = &order.opens {
            let found = invitation::store::load(tx, &of.config.id, id)?.filter(|it| it.is_open(by.now));
            found.ok_or(Code::InvitationNotFound)?;
        }
        create::create(tx, (&held, &of), (&order, &drawn), &by)
    });
    let made = made.await?;
    Ok(view::NewTicket {
        id: made.id.to_string(),
        expires_at: made.expires_at.div_euclid(1000),
        url: create::address(&site.config, &text, back.as_deref()),
        ticket: text,
    })
}

/// The open tickets of one page and of these kinds.
///
/// # Errors
/// What the database says.
pub fn page(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (page, kinds): (&Page, &[Kind]),
    now: i64,
) -> Result<view::List<view::Ticket>> {
    let found = store::open(on, deployment, (&page.after, page.rows()), (kinds, now))?;
    Ok(page.list(found.iter().map(shown).collect(), |it: &view::Ticket| &it.id))
}

fn shown(it: &Ticket) -> view::Ticket {
    let (sign_in, invitation) = match &it.opens {
        Opens::Handover(_, from) => (Some(from.to_string()), None),
        Opens::Invitation(id) => (None, Some(id.to_string())),
        Opens::SignIn(_) | Opens::Impersonation(..) => (None, None),
    };
    view::Ticket {
        id: it.id.to_string(),
        kind: it.opens.kind().as_str().to_owned(),
        user_id: it.opens.user().map(ToString::to_string),
        sign_in_id: sign_in,
        invitation_id: invitation,
        actor_id: it.opens.act().map(|act| act.sub.clone()),
        reason: it.opens.act().map(|act| act.reason.clone()),
        bound: !it.challenge.is_empty(),
        made_by: it.maker.clone(),
        created_at: rfc3339(it.created_at),
        expires_at: it.expires_at.div_euclid(1000),
    }
}

/// Takes an open ticket of one of these kinds back; it opens nothing from then on.
///
/// # Errors
/// `ticket_not_found`, also when it was used, taken back or has expired.
pub async fn revoke(
    app: &App,
    site: &Arc<Site>,
    (id, kinds): (TicketId, Vec<Kind>),
    by: By,
) -> Result<view::Ticket> {
    let site = Arc::clone(site);
    let revoked = app.db.write(move |tx| {
        let found = store::load(tx, &site.config.id, &id)?;
        let found = found.filter(|it| kinds.contains(&it.opens.kind())).ok_or(Code::TicketNotFound)?;
        if !store::revoke(tx, &site.config.id, &id, by.now)? {
            return Err(Code::TicketNotFound.into());
        }
        let about =
            About { reason: found.opens.kind().as_str(), user: found.opens.user(), ..About::default() };
        audit::record(tx, &site, &by, Event::TicketRevoked, about)?;
        Ok(shown(&found))
    });
    revoked.await
}
