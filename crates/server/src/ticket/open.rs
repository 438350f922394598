//! What tickets open that are no first factor: a sign-in beside another one, a membership; and what every way asks that opens
//! a sign-in. Acting as somebody else has a file of its own.

use super::exchange::{Bearer, present};
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{InvitationId, SignInId, UserId};
use crate::invitation::accept::{self, Offer, Outcome};
use crate::invitation::look::Sent;
use crate::invitation::sentence;
use crate::notification;
use crate::session::enter::{self, Arrival, Left, Room};
use crate::session::{Bounds, LiveSignIn, crowd, store as sessions};
use crate::user::{self, User};
use keyrack_protocol::{ChangeReason, Code, EndReason};
use std::sync::Arc;

/// A sign-in is handed over: the new one is worth what that is, and ends with it.
pub(super) fn handover(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (bearer, user, from): (&Bearer<'_>, &UserId, &SignInId),
) -> Result<(Left, String)> {
    let (arrival, deployment) = (bearer.arrival, site.config.id.as_str());
    let user = locked(tx, site, user)?;
    let whose = super::store::whose(tx, deployment, from, arrival.now)?.ok_or(Code::TicketNotFound)?;
    let own = enter::own_session(tx, (app, site), arrival)?;
    let mut crowded_out = crowd::crowded_out(tx, site, &user, own, arrival.now)?;
    crowded_out.retain(|sign_in| sign_in.id != *from);
    let also = crowded_out.iter().map(|sign_in| &sign_in.session).chain([&whose.session]);
    let mut room = enter::existing_or_new(tx, (app, site), arrival, &also.collect::<Vec<_>>())?;
    let from = live(tx, site, (&whose.session, from), arrival.now)?;
    has_place(site, (&room, &user))?;
    bearer.use_up(tx, site)?;
    crowd::end_elsewhere(tx, site, &crowded_out, EndReason::EvictedByCap, &arrival.by())?;
    notification::device::notice(tx, site, &user, &room.loaded.id, arrival)?;
    let longest = from.created_at.saturating_add(site.config.lifetimes.sign_in_max_age_ms);
    let bounds = Bounds {
        handed_from: Some(from.id.clone()),
        ends_at: Some(from.bounds.cut(longest)),
        ..Bounds::default()
    };
    let proof = from.old.as_ref().map_or(&from.proof, |old| &old.proof);
    room.open_bounded(tx, (app, site), (&user, proof, &bounds), arrival)?;
    left(tx, site, room, arrival)
}

/// Whoever is signed in, and has proved the invited address, accepts an invitation.
pub(super) fn invitation(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Arc<Site>),
    (bearer, invitation): (&Bearer<'_>, &InvitationId),
) -> Result<(Left, String)> {
    bearer.use_up(tx, site)?;
    let offer = Offer { sent: Sent::vouched(invitation), arrival: bearer.arrival.clone() };
    match accept::accept(tx, (app, site), &offer)? {
        Outcome::Member(accepted) => Ok((accepted.left, accepted.sign_in.to_string())),
        Outcome::SignIn(_) => {
            let text = "Sign in with the invited address to accept the invitation.";
            Err(Error::refused(Code::InvitationNotAccepted, text))
        }
        Outcome::Refused(why, _) => Err(Error::refused(Code::InvitationNotAccepted, sentence(why))),
    }
}

/// The account under its lock, if it may act.
pub(super) fn locked(tx: &mut Tx<'_>, site: &Site, id: &UserId) -> Result<User> {
    let locked = user::store::lock(tx, &site.config.id, id)?;
    present(locked.map(|(user, _)| user))
}

/// The sign-in that is handed over, its session being locked.
fn live(
    tx: &mut Tx<'_>,
    site: &Site,
    (session, id): (&crate::id::SessionId, &SignInId),
    now: i64,
) -> Result<LiveSignIn> {
    let loaded = sessions::load(tx, &site.config.id, session)?;
    let found = loaded.and_then(|loaded| loaded.sign_ins.into_iter().find(|it| it.id == *id));
    Ok(found.filter(|it| now < it.expires_at).ok_or(Code::TicketNotFound)?)
}

pub(super) fn has_place(site: &Site, (room, user): (&Room, &User)) -> Result<()> {
    if room.loaded.visible(room.opened).any(|sign_in| sign_in.user.id == user.id) {
        return Err(Code::UserAlreadySignedIn.into());
    }
    Ok(room.has_place(site)?)
}

pub(super) fn left(tx: &mut Tx<'_>, site: &Site, room: Room, arrival: &Arrival) -> Result<(Left, String)> {
    let left = room.leave(tx, site, ChangeReason::SignedIn, arrival.now)?;
    Ok((left, arrival.sign_in().to_string()))
}
