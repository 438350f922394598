//! Somebody acts as a user: the sign-in that a ticket for it opens, and what the user is told.

use super::exchange::{Bearer, still_may, vouched_by};
use super::open::{has_place, left, locked};
use crate::app::{App, Site};
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::UserId;
use crate::mail::{self, ACTED_AS, harmless};
use crate::notification::{self, News};
use crate::outbox;
use crate::session::enter::{self, Left};
use crate::session::{Bounds, Proof};
use crate::time::minute;
use crate::user::notice::Whence;
use crate::user::{self, User};
use keyrack_protocol::Acting;

/// How long the mail is worth sending.
const WORTH_MS: i64 = 2 * 24 * 3_600_000;

/// Somebody acts as a user: everything that is asked of the user is passed over, and the sign-in says whose it is. It takes
/// nobody's place, ends soon, and ends with the key that let them.
pub(super) fn impersonation(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (bearer, user, act): (&Bearer<'_>, &UserId, &Acting),
) -> Result<(Left, String)> {
    let arrival = bearer.arrival;
    let user = locked(tx, site, user)?;
    still_may(tx, site, (act, &user))?;
    let mut room = enter::existing_or_new(tx, (app, site), arrival, &[])?;
    has_place(site, (&room, &user))?;
    bearer.use_up(tx, site)?;
    let key = vouched_by(tx, site, &bearer.ticket.maker)?;
    let lived = arrival.now.saturating_add(site.config.impersonation.lifetime_ms);
    let ends_at = key.as_ref().and_then(|(_, ends_at)| *ends_at).map_or(lived, |ends_at| ends_at.min(lived));
    let bounds = Bounds {
        act: Some(act.clone()),
        vouched_by: key.map(|(key, _)| key),
        ends_at: Some(ends_at),
        ..Bounds::default()
    };
    let proof = Proof { methods: Proof::TICKET.to_owned(), proved_at: arrival.now, second_factor_at: None };
    room.open_bounded(tx, (app, site), (&user, &proof, &bounds), arrival)?;
    tell(tx, (app, site), (&user, act), (arrival.now, ends_at))?;
    left(tx, site, room, arrival)
}

/// Tells the user who acts and why: in the inbox, and at every address that the account has proved.
fn tell(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (user, act): (&User, &Acting),
    (now, ends_at): (i64, i64),
) -> Result<()> {
    let tells = &site.config.impersonation;
    if !tells.tells_user && !tells.mails_user {
        return Ok(());
    }
    let actor = known_as(tx, site, act)?;
    if tells.tells_user {
        let news = News::ActedAs { actor: &actor, reason: &act.reason };
        notification::put(tx, site, &user.id, &news, now)?;
    }
    if !tells.mails_user {
        return Ok(());
    }
    let facts = [
        ("actor", &*harmless(&actor)),
        ("reason", &*harmless(&act.reason)),
        ("time", &*minute(now)),
        ("until", &*minute(ends_at)),
    ];
    // The browser that acts is not theirs: its language says nothing.
    let nowhere = Whence::default();
    for email in user.emails.iter().filter(|email| email.verified_at.is_some()) {
        let mail = mail::render(site, &ACTED_AS, (user.language(&nowhere), &email.email), &facts)?;
        let sealed = outbox::seal(app, ACTED_AS.name, &mail, now.saturating_add(WORTH_MS))?;
        outbox::post(tx, &site.config.id, &sealed, now)?;
    }
    Ok(())
}

/// Who acts, as people know them.
fn known_as(on: &mut Snapshot<'_>, site: &Site, act: &Acting) -> Result<String> {
    let Some(id) = UserId::parse(&act.sub) else { return Ok(act.sub.clone()) };
    let found = user::store::find(on, &site.config.id, &id)?;
    let name = found.as_ref().map(|actor| format!("{} {}", actor.first_name, actor.last_name));
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let email = found.and_then(|actor| actor.emails.into_iter().find(|email| email.is_primary));
    Ok(name.or(email.map(|email| email.email)).unwrap_or_else(|| act.sub.clone()))
}
