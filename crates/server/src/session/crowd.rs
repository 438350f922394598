//! Who gives way when there are too many: orphans in the session, and sign-ins of the account elsewhere.

use super::{LiveAttempt, LiveSignIn, Loaded, MAX_ATTEMPTS, Opened, bounds, end, read, store};
use crate::app::Site;
use crate::audit::By;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{AttemptId, SessionId, SignInId};
use crate::user::User;
use keyrack_protocol::EndReason;

/// The orphans that end when `user` signs in: earlier sign-ins of the same user whose key reached nobody, and
/// the oldest others if all together would be more than the session may hold.
pub(super) fn superseded(loaded: &Loaded, opened: Opened, user: &User, places: usize) -> Vec<SignInId> {
    let orphans = loaded.sign_ins.iter().enumerate().filter(|(index, _)| !opened.sign_in(*index));
    let (same, others): (Vec<&LiveSignIn>, Vec<&LiveSignIn>) =
        orphans.map(|(_, sign_in)| sign_in).partition(|sign_in| sign_in.user.id == user.id);
    let surplus = (loaded.sign_ins.len() + 1 - same.len()).saturating_sub(places);
    same.iter().chain(others.iter().take(surplus)).map(|sign_in| sign_in.id.clone()).collect()
}

/// More attempts than these are not kept in a session, whoever's they are.
const ATTEMPTS_OF_ALL: usize = 32;

/// The attempts that give way to one more: of those that the rack opens, completed ones first, then the oldest;
/// of the others only when the session would never end growing.
pub(super) fn surplus_attempts(loaded: &Loaded, opened: Opened) -> Vec<AttemptId> {
    let (mut mine, others): (Vec<_>, Vec<_>) =
        loaded.attempts.iter().enumerate().partition(|(index, _)| opened.attempt(*index));
    let surplus = (mine.len() + 1).saturating_sub(MAX_ATTEMPTS);
    mine.sort_by_key(|(index, attempt)| (!attempt.is_completed(), *index));
    let foreign = (others.len() + MAX_ATTEMPTS).saturating_sub(ATTEMPTS_OF_ALL);
    let giving_way = mine.into_iter().take(surplus).chain(others.into_iter().take(foreign));
    giving_way.map(|(_, attempt): (usize, &LiveAttempt)| attempt.id.clone()).collect()
}

/// The sign-ins of `user` in other sessions that give way to one more, least recently active first.
///
/// # Errors
/// What the database says.
pub fn crowded_out(
    tx: &mut Tx<'_>,
    site: &Site,
    user: &User,
    session: Option<&SessionId>,
    now: i64,
) -> Result<Vec<store::OfUser>> {
    let mut elsewhere = store::sign_ins_of(tx, &site.config.id, user, now)?;
    // In whose name somebody acts loses no place by it.
    let acted = bounds::acted_as(tx, &user.id)?;
    elsewhere.retain(|sign_in| Some(&sign_in.session) != session && !acted.contains(sign_in));
    let surplus = (elsewhere.len() + 1).saturating_sub(site.config.max_sessions_per_account as usize);
    elsewhere.truncate(surplus);
    Ok(elsewhere)
}

/// Ends sign-ins in other sessions, whose locks the caller holds, and raises those sessions' revisions. Gives
/// those that this ended: some may have been over.
///
/// # Errors
/// What the database says.
pub fn end_elsewhere(
    tx: &mut Tx<'_>,
    site: &Site,
    sign_ins: &[store::OfUser],
    reason: EndReason,
    by: &By,
) -> Result<Vec<store::OfUser>> {
    let mut ended = Vec::new();
    for sign_in in sign_ins {
        let Some(loaded) = read::settle(tx, site, &sign_in.session, by.now)? else { continue };
        if loaded.sign_ins.iter().all(|live| live.id != sign_in.id) {
            continue;
        }
        let plan = end(&loaded, vec![(sign_in.id.clone(), reason)]);
        store::apply(tx, site, &loaded, &plan, by)?;
        store::raise(tx, site, &sign_in.session, plan.reason(), by.now)?;
        ended.push(sign_in.clone());
    }
    Ok(ended)
}
