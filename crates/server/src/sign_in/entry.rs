//! Where every way in ends: a first factor is proved, and either there is a sign-in, or an attempt that waits for what is
//! still needed. The same door lets attempts on.
//!
//! Locks are taken in order: organizations and the user ([`owner`]), then sessions ([`enter`]), then counters, by whoever
//! counts.

pub use super::inside::{Inside, Owner, enter, enter_to_change, owner};

use super::machine::{self, Fact, Proved, Stage};
use super::store::{self, Attempt, Kept};
use super::whose::{is_its, password_of};
use super::{COMPLETED_SHOWN_MS, policy, shown};
use crate::app::{App, Site};
use crate::db::Tx;
use crate::domain::joining;
use crate::error::Result;
use crate::notification;
use crate::session::enter::{Arrival, Left, NewAttempt, Room};
use crate::session::{Plan, Proof, crowd, store as session_store};
use crate::user::{self, User, resets};
use keyrack_protocol::{ChangeReason, Code, EndReason, SignInMethod};

/// What was proved first.
#[derive(Clone, Debug)]
pub struct First {
    /// How.
    pub method: SignInMethod,
    /// The address or the number that the proof rests on, `""` where it rests on none: the account must go on having it
    /// proved while the attempt waits.
    pub identifier: String,
    /// The address that the attempt shows: what was typed, `""` where that was something else.
    pub email: String,
    /// What it is worth. One that counts as two factors has `second_factor_at`.
    pub proof: Proof,
}

/// Goes on after a first factor that was proved without an attempt: opens the sign-in, or puts an attempt into the
/// session that waits for what is still needed. A refusal inside has changed nothing and may be committed.
///
/// # Errors
/// What the database says. Inside: `USER_DISABLED`, `USER_ALREADY_SIGNED_IN`, `too_many_accounts`.
pub fn proved(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    owner: Owner,
    first: First,
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    if let Err(refused) = user::may_act(&owner.user) {
        return Ok(Err(refused));
    }
    let inside = enter(tx, (app, site), owner, (arrival, None))?;
    proved_inside(tx, (app, site), inside, first, arrival)
}

/// The same in a session that is entered already. The caller has asked [`user::may_act`].
///
/// # Errors
/// As [`proved`].
pub fn proved_inside(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    inside: Inside,
    first: First,
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    if let Err(refused) = may_enter(site, &inside) {
        return Ok(Err(refused));
    }
    let user = &inside.owner.user;
    let needs = policy::needs(tx, site, (user, &first.proof))?;
    let stage = machine::begun(user.id.as_str(), &first.proof, needs);
    let kept = kept(app, (user, inside.owner.password_hash.as_deref()), first, stage);
    settle(tx, (app, site), inside, (None, kept), arrival).map(Ok)
}

/// What is kept of an attempt whose first factor was proved at once.
fn kept(app: &App, (user, hash): (&User, Option<&str>), first: First, stage: Stage) -> Kept {
    Kept {
        email: first.email,
        password: Some(password_of(app, &user.id, hash)),
        ..Kept::new(first.method, &first.identifier, stage)
    }
}

/// Opens a sign-in that rests on another one of the account, which somebody has said yes to: nothing is left to be proved,
/// or there is none. A refusal inside has opened nothing and may be committed.
///
/// # Errors
/// What the database says. Inside: as [`proved`], and `access_denied` when more is asked of the account than was proved.
pub fn granted(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    mut inside: Inside,
    proof: &Proof,
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    let user = &inside.owner.user;
    if let Err(refused) = user::may_act(user).and_then(|()| may_enter(site, &inside)) {
        return Ok(Err(refused));
    }
    let needs = policy::needs(tx, site, (user, proof))?;
    if !matches!(machine::begun(user.id.as_str(), proof, needs), Stage::Done { .. }) {
        return Ok(Err(Code::AccessDenied));
    }
    let_in(tx, (app, site), &mut inside, proof, arrival)?;
    inside.room.leave(tx, site, ChangeReason::SignedIn, arrival.now).map(Ok)
}

/// Goes on for an account that was just made in a session: opens its sign-in, or puts an attempt into the session that
/// waits for what is still needed. The caller leaves the session afterwards, for this reason.
///
/// # Errors
/// What the database says.
pub fn made(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (room, user): (&mut Room, &User),
    first: First,
    arrival: &Arrival,
) -> Result<ChangeReason> {
    let needs = policy::needs(tx, site, (user, &first.proof))?;
    let stage = machine::begun(user.id.as_str(), &first.proof, needs);
    if let Stage::Done { proof, .. } = &stage {
        room.open_sign_in(tx, (app, site), (user, proof), arrival)?;
        return Ok(ChangeReason::SignedIn);
    }
    let hash = user::store::password_hash(tx, &site.config.id, &user.id)?;
    let kept = kept(app, (user, hash.as_deref()), first, stage);
    put(tx, (app, site), (room, user), (None, &kept), arrival)?;
    Ok(ChangeReason::Attempt)
}

/// Moves an attempt of the session on by what was proved in it. A refusal inside ends the attempt and is to be
/// committed.
///
/// # Errors
/// What the database says. Inside: as [`proved`], and `BAD_SIGN_IN_ATTEMPT` when the attempt does not wait for that.
pub fn moved(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    inside: Inside,
    (attempt, proved): (&Attempt, Proved),
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    let user = &inside.owner.user;
    if let Err(refused) = user::may_act(user).and_then(|()| may_enter(site, &inside)) {
        end(tx, site, inside.room, attempt, arrival)?;
        return Ok(Err(refused));
    }
    let proof = match (&attempt.kept.stage, &proved) {
        (Stage::Left { proof, .. }, Proved::Phone { .. }) => proof.and("sms", arrival.now),
        (_, Proved::First { proof, .. }) | (Stage::Left { proof, .. }, _) => proof.clone(),
        _ => return Ok(Err(Code::BadAttempt)),
    };
    let needs = policy::needs(tx, site, (user, &proof))?;
    let fact = Fact { attempt: attempt.id.to_string(), proved };
    let Ok(stage) = machine::step(attempt.at(), &fact, needs, arrival.now) else {
        return Ok(Err(Code::BadAttempt));
    };
    // Whichever it has by now: what is proved from here on stands beside it, and ends with it.
    let password = Some(password_of(app, &user.id, inside.owner.password_hash.as_deref()));
    let kept = Kept { stage, password, ..attempt.kept.clone() };
    settle(tx, (app, site), inside, (Some(attempt), kept), arrival).map(Ok)
}

/// Whether an attempt still waits for something that is asked of the account, which still has the password and the
/// identifier that it began with.
///
/// # Errors
/// What the database says.
pub fn is_current(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    owner: &Owner,
    attempt: &Attempt,
) -> Result<bool> {
    if user::may_act(&owner.user).is_err() {
        return Ok(false);
    }
    if !is_its(app, owner, attempt) {
        return Ok(false);
    }
    let Stage::Left { proof, .. } = &attempt.kept.stage else { return Ok(true) };
    let needs = policy::needs(tx, site, (&owner.user, proof))?;
    Ok(machine::is_current(&attempt.kept.stage, needs))
}

/// Ends an attempt of a session.
///
/// # Errors
/// What the database says.
pub fn end(tx: &mut Tx<'_>, site: &Site, room: Room, attempt: &Attempt, arrival: &Arrival) -> Result<Left> {
    let plan = Plan { end_attempts: vec![attempt.id.clone()], ..Plan::default() };
    session_store::apply(tx, site, &room.loaded, &plan, &arrival.by())?;
    room.leave(tx, site, ChangeReason::Attempt, arrival.now)
}

fn may_enter(site: &Site, inside: &Inside) -> std::result::Result<(), Code> {
    let Inside { owner, room, .. } = inside;
    if room.loaded.visible(room.opened).any(|sign_in| sign_in.user.id == owner.user.id) {
        return Err(Code::UserAlreadySignedIn);
    }
    room.has_place(site)
}

/// Keeps an attempt as it is now: a new one, or one that moved. When nothing is left the sign-in is opened.
fn settle(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    mut inside: Inside,
    (before, kept): (Option<&Attempt>, Kept),
    arrival: &Arrival,
) -> Result<Left> {
    let is_done = matches!(kept.stage, Stage::Done { .. });
    if let Stage::Done { proof, .. } = &kept.stage {
        open(tx, (app, site), &mut inside, proof, arrival)?;
    }
    let Inside { owner, mut room, .. } = inside;
    put(tx, (app, site), (&mut room, &owner.user), (before, &kept), arrival)?;
    let reason = if is_done { ChangeReason::SignedIn } else { ChangeReason::Attempt };
    room.leave(tx, site, reason, arrival.now)
}

/// Writes an attempt as it is now: a new one, or one that moved.
fn put(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (room, user): (&mut Room, &User),
    (before, kept): (Option<&Attempt>, &Kept),
    arrival: &Arrival,
) -> Result<()> {
    let is_done = matches!(kept.stage, Stage::Done { .. });
    let expires_at = before.map_or(arrival.now + site.config.lifetimes.attempt_ms, |it| it.expires_at);
    let listed_until = if is_done { expires_at.min(arrival.now + COMPLETED_SHOWN_MS) } else { expires_at };
    let id = before.map_or(arrival.attempt(), |attempt| &attempt.id);
    let shown = shown::shown(site, (id, &room.loaded.id), (kept, Some(user)), expires_at);
    let Some(before) = before else {
        let attempt = NewAttempt { kind: "sign_in", stage: store::stage(kept)?, listed_until, expires_at };
        return room.add_attempt(tx, (app, site), &attempt, &store::json(&shown)?, arrival);
    };
    store::save(tx, before, (kept, &shown), listed_until)
}

/// Opens the sign-in, after others have made room and the account has joined what its domains open.
fn open(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    inside: &mut Inside,
    proof: &Proof,
    arrival: &Arrival,
) -> Result<()> {
    if proof.has("mail") {
        // Whoever has the mailbox is in, and needs no other password; what was mailed meanwhile opens nothing later. Who came
        // another way may be whom the mail is to keep out.
        resets::void(tx, (&app.vault, &site.config.id), &inside.owner.user.id)?;
    }
    let_in(tx, (app, site), inside, proof, arrival)
}

/// The same where nothing was proved just now.
fn let_in(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    inside: &mut Inside,
    proof: &Proof,
    arrival: &Arrival,
) -> Result<()> {
    let Inside { owner: Owner { user, joins, .. }, room, crowded_out, .. } = inside;
    crowd::end_elsewhere(tx, site, crowded_out, EndReason::EvictedByCap, &arrival.by())?;
    notification::device::notice(tx, site, user, &room.loaded.id, arrival)?;
    joining::join(tx, site, joins, &user.id, &arrival.by())?;
    room.open_sign_in(tx, (app, site), (user, proof), arrival)
}
