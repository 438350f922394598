//! Accepting: the user who has proved the invited address becomes a member, in one transaction with everything that
//! hangs on it. Nobody else ever does, whatever token they have.

use super::look::{self, Sent};
use super::{Invitation, authority, room, store};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SessionId, SignInId};
use crate::membership::{self, Place, Scope, are_there};
use crate::notification;
use crate::organization::{self, Organization};
use crate::secret::{self, For, Seen, Used};
use crate::session::enter::{self, Arrival, Left, Room};
use crate::session::{read, scope, store as session_store, switch_to};
use crate::throttle::Subject;
use crate::user::email::EmailAddress;
use crate::user::{self, User};
use crate::workspace::{self, Workspace};
use keyrack_protocol::{ChangeReason, InvitationRefusal};
use std::sync::Arc;

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// The user is a member.
    Member(Box<Accepted>),
    /// Nobody is signed in here; the address has an account.
    SignIn(EmailAddress),
    /// It was not accepted, and why; the address where whoever has the token may know it.
    Refused(InvitationRefusal, Option<EmailAddress>),
}

/// Somebody is a member.
#[derive(Debug)]
pub struct Accepted {
    /// Of this organization.
    pub organization: Organization,
    /// And of this workspace of it.
    pub workspace: Option<(Workspace, Organization)>,
    /// By this sign-in, which is active now.
    pub sign_in: SignInId,
    /// Whether the invitation was accepted before.
    pub already: bool,
    /// The session.
    pub left: Left,
}

/// Everything that accepting may need, drawn before the transaction.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The token.
    pub sent: Sent,
    /// Who comes with which rack.
    pub arrival: Arrival,
}

const NOTHING: Outcome = Outcome::Refused(InvitationRefusal::InvitationInvalid, None);

/// Who accepts what: everything is locked, and the address is proved.
struct Acceptor {
    place: Place,
    it: Invitation,
    seen: Seen,
    user: User,
    sign_in: SignInId,
    room: Room,
    /// The sessions beside this one that the user is signed in on, under their locks.
    others: Vec<SessionId>,
}

/// Accepts an invitation for the sign-in that may: takes the locks of the organization, of the user who has proved the
/// address, and of the user's sessions. What is refused changes nothing.
///
/// # Errors
/// What the database says.
pub fn accept(tx: &mut Tx<'_>, (app, site): (&App, &Arc<Site>), offer: &Offer) -> Result<Outcome> {
    let (config, now) = (&site.config, offer.arrival.now);
    if are_there(config, Kind::Organization).is_err() {
        return Ok(NOTHING);
    }
    // A token that is nobody's takes nobody's lock.
    let Some((it, _)) = look::find(tx, config, &offer.sent, now)? else { return Ok(NOTHING) };
    let organization = (Kind::Organization, it.wanted.organization.as_str());
    let Some(place) = membership::store::lock(tx, &config.id, organization)? else { return Ok(NOTHING) };
    let owner = owner(tx, site, &it.email)?;
    let mut others = match &owner {
        Some(user) => read::sessions_of(tx, &user.id)?,
        None => Vec::new(),
    };
    let room = enter::existing(tx, (app, site), &offer.arrival, &others.iter().collect::<Vec<_>>())?;
    // Whoever changed it before held the organization's lock.
    let Some((it, seen)) = look::find(tx, config, &offer.sent, now)? else { return Ok(NOTHING) };
    let is_anybody_here = room.as_ref().is_some_and(|room| room.loaded.visible(room.opened).next().is_some());
    let has_account = owner.is_some();
    let mine = room.as_ref().zip(owner.as_ref()).and_then(|(room, user)| sign_in_of(room, user));
    match (owner, room, mine) {
        (Some(user), Some(room), Some(sign_in)) => {
            user::may_act(&user)?;
            others.retain(|session| *session != room.loaded.id);
            accept_as(tx, (app, site), offer, Acceptor { place, it, seen, user, sign_in, room, others })
        }
        _ => Ok(elsewhere(&it, seen, (has_account, is_anybody_here), now)),
    }
}

/// The user who has proved the address, under its lock.
fn owner(tx: &mut Tx<'_>, site: &Site, email: &EmailAddress) -> Result<Option<User>> {
    let Some(before) = user::store::find_by_email(tx, &site.config.id, email)? else { return Ok(None) };
    let locked = user::store::lock(tx, &site.config.id, &before.user_id)?;
    // Until the lock was there the address could change hands.
    let now = user::store::find_by_email(tx, &site.config.id, email)?;
    let is_same = now.is_some_and(|now| now.user_id == before.user_id);
    Ok(locked.map(|(user, _)| user).filter(|_| is_same))
}

fn sign_in_of(room: &Room, user: &User) -> Option<SignInId> {
    room.loaded
        .visible(room.opened)
        .find(|sign_in| sign_in.user.id == user.id)
        .map(|sign_in| sign_in.id.clone())
}

/// What is answered where the account that could accept is not signed in.
fn elsewhere(it: &Invitation, seen: Seen, (has_account, is_anybody_here): (bool, bool), now: i64) -> Outcome {
    let email = it.email.clone();
    match it.works(seen, now) {
        Err(InvitationRefusal::InvitationExpired) => {
            Outcome::Refused(InvitationRefusal::InvitationExpired, Some(email))
        }
        Err(why) => Outcome::Refused(why, None),
        Ok(()) if is_anybody_here => {
            Outcome::Refused(InvitationRefusal::InvitationEmailMismatch, Some(email))
        }
        Ok(()) if has_account => Outcome::SignIn(email),
        Ok(()) => Outcome::Refused(InvitationRefusal::InvitationRequiresSignup, Some(email)),
    }
}

fn accept_as(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Arc<Site>),
    offer: &Offer,
    acceptor: Acceptor,
) -> Result<Outcome> {
    let (now, it) = (offer.arrival.now, &acceptor.it);
    let member = membership::store::member(tx, &acceptor.place, acceptor.user.id.as_str())?;
    if acceptor.seen == Seen::Used && it.accepted_by.as_ref() == Some(&acceptor.user.id) && member.is_some() {
        // The answer was lost, or the page loaded again.
        return leave(tx, site, offer, (acceptor, true));
    }
    if let Err(why) = it.works(acceptor.seen, now) {
        let email = (why == InvitationRefusal::InvitationExpired).then(|| it.email.clone());
        return Ok(Outcome::Refused(why, email));
    }
    let Some(given) = authority::still_given(tx, site, it, (member.is_some(), now))? else {
        return Ok(NOTHING);
    };
    if let Some(why) = room::full(tx, site, (&given, &acceptor.user), member.is_some())? {
        return Ok(Outcome::Refused(why, Some(it.email.clone())));
    }
    let owner = (site.config.id.as_str(), For::Invitation, it.id.as_str());
    let used = match &offer.sent.hash {
        Some(hash) => secret::consume(tx, owner, hash, now)?,
        // The mailed token dies with it.
        None => secret::forget(tx, owner).map(|()| Used::Now)?,
    };
    if used != Used::Now || !store::end(tx, &it.id, Some(&acceptor.user.id), now)? {
        return Err(Error::internal("use an invitation", "it was used under its lock"));
    }
    notification::settle_of(tx, &acceptor.user.id, it.id.as_str(), now)?;
    let by = by(offer, &acceptor);
    if let Some(role) = &given.role {
        room::let_in(tx, site, (&given.organization, role), (&acceptor.user, &by))?;
    }
    if let Some((workspace, role)) = &given.workspace {
        room::let_in(tx, site, (workspace, role), (&acceptor.user, &by))?;
    }
    record(tx, (app, site), offer, &acceptor)?;
    scope::tell_in(tx, site, &acceptor.others, &by)?;
    leave(tx, site, offer, (acceptor, false))
}

fn record(tx: &mut Tx<'_>, (app, site): (&App, &Site), offer: &Offer, acceptor: &Acceptor) -> Result<()> {
    let address = Subject::new(&app.vault, &site.config.id, acceptor.it.email.as_str());
    let about = About {
        reason: &acceptor.place.id,
        user: Some(&acceptor.user.id),
        session: Some(&acceptor.room.loaded.id),
        sign_in: Some(&acceptor.sign_in),
        identifier: Some(&address),
        invitation: Some(acceptor.it.id.as_str()),
    };
    audit::record(tx, site, &by(offer, acceptor), Event::InvitationAccepted, about)
}

/// Who accepts, for the records.
fn by(offer: &Offer, acceptor: &Acceptor) -> By {
    let Acceptor { room, sign_in, .. } = acceptor;
    let live = room.loaded.visible_sign_in(room.opened, sign_in.as_str()).ok();
    offer.arrival.by().acting(live.and_then(|live| live.bounds.act.as_ref()))
}

/// Where whoever accepted stands now.
fn standing(tx: &mut Tx<'_>, site: &Site, it: &Invitation, user: &User) -> Result<Option<Scope>> {
    let deployment = &site.config.id;
    if let Some(workspace) = &it.wanted.workspace
        && are_there(&site.config, Kind::Workspace).is_ok()
        && let Some(scope) = membership::standing::in_workspace(tx, deployment, workspace, &user.id)?
    {
        return Ok(Some(scope));
    }
    let place = (Kind::Organization, it.wanted.organization.as_str());
    let standing = membership::standing::find(tx, deployment, place, &user.id)?;
    Ok(standing.map(|organization| Scope { organization, workspace: None }))
}

/// Makes the sign-in that accepted the active one, lets it stand where it was invited to, and tells what that is.
fn leave(
    tx: &mut Tx<'_>,
    site: &Site,
    offer: &Offer,
    (acceptor, already): (Acceptor, bool),
) -> Result<Outcome> {
    let Acceptor { place, it, sign_in, user, room, .. } = acceptor;
    let mut plan = switch_to(&room.loaded, room.opened, sign_in.as_str())?;
    let to = standing(tx, site, &it, &user)?;
    let workspace = to.as_ref().and_then(|to| to.workspace.as_ref()).map(|inside| inside.place.clone());
    let live = room.loaded.visible_sign_in(room.opened, sign_in.as_str())?;
    let visitor = scope::visitor(live, Some(offer.arrival.address));
    // Who may not act there yet is a member all the same.
    if let Some(to) = to.and_then(|to| scope::as_admitted(to, visitor)) {
        plan.moved = scope::move_to(live, Some(to)).moved;
    }
    let left = if plan.is_empty() && already {
        room.leave_unchanged()
    } else {
        let reason = if plan.is_empty() { ChangeReason::Changed } else { plan.reason() };
        session_store::apply(tx, site, &room.loaded, &plan, &offer.arrival.by())?;
        room.leave(tx, site, reason, offer.arrival.now)?
    };
    let workspace = match workspace {
        None => None,
        Some(id) => workspace::store::load(tx, &site.config.id, &id)?,
    };
    let organization = organization::store::present(tx, &site.config.id, &place.id)?;
    Ok(Outcome::Member(Box::new(Accepted { organization, workspace, sign_in, already, left })))
}
