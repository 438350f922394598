//! Who gives way when there are too many: orphans in the session, and sign-ins of the account elsewhere.

use super::{LiveSignIn, Loaded, Opened, Plan, store};
use crate::app::Site;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{SessionId, SignInId};
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

/// The sign-ins of `user` in other sessions that give way to one more, least recently active first.
///
/// # Errors
/// What the database says.
pub fn crowded_out(
    tx: &mut Tx<'_>,
    site: &Site,
    user: &User,
    session: Option<&SessionId>,
) -> Result<Vec<store::OfUser>> {
    let mut elsewhere = store::sign_ins_of(tx, &site.config.id, user)?;
    elsewhere.retain(|sign_in| Some(&sign_in.session) != session);
    let surplus = (elsewhere.len() + 1).saturating_sub(site.config.max_sessions_per_account as usize);
    elsewhere.truncate(surplus);
    Ok(elsewhere)
}

/// Ends sign-ins in other sessions, whose locks the caller holds, and raises those sessions' revisions.
///
/// # Errors
/// What the database says.
pub fn end_elsewhere(
    tx: &mut Tx<'_>,
    site: &Site,
    sign_ins: &[store::OfUser],
    reason: EndReason,
    now: i64,
) -> Result<()> {
    let (deployment, max_age_ms) = (&site.config.id, site.config.lifetimes.sign_in_max_age_ms);
    for sign_in in sign_ins {
        let Some(loaded) = store::load(tx, deployment, &sign_in.session)? else { continue };
        if loaded.sign_ins.iter().all(|live| live.id != sign_in.id) {
            continue;
        }
        let was_active = loaded.active.as_ref() == Some(&sign_in.id);
        let plan = Plan {
            end: vec![(sign_in.id.clone(), reason)],
            active: was_active.then_some(None),
            end_reason: was_active.then_some(Some(reason)),
            ..Plan::default()
        };
        store::apply(tx, &loaded, &plan, now)?;
        store::raise(tx, deployment, &sign_in.session, max_age_ms, now)?;
    }
    Ok(())
}
