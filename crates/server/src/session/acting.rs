//! Acting as the user of the active sign-in, inside the transaction that does it.

use super::enter::{self, Arrival, Room};
use super::tab::TabScope;
use crate::app::{App, Site};
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{SignInId, UserId};
use crate::params;
use crate::user;
use crate::world::SKEW_MS;
use keyrack_protocol::Code;

/// Times that a change of the session's active sign-in is waited out.
pub const TRIES: usize = 4;

/// Decides in a transaction whether a sign-in that a request was read with may still act.
///
/// # Errors
/// [`Code::SignedOut`], [`Code::UserDisabled`].
pub fn still(on: &mut Snapshot<'_>, deployment: &str, sign_in: &SignInId, now: i64) -> Result<()> {
    let row = on.query_one(
        "select u.disabled_at, u.deleted_at from sign_ins s join users u on u.id = s.user_id
         where s.id = $1 and s.deployment_id = $2 and s.ended_at is null and s.expires_at > $3 order by s.id",
        params![sign_in.as_str(), deployment, now - SKEW_MS],
    )?;
    let Some(row) = row else { return Err(Code::SignedOut.into()) };
    let mut cells = row.cells();
    user::may_act_with(cells.optional_int()?, cells.optional_int()?).map_err(Error::from)
}

/// Enters the session of a request that acts as `user`, whose lock is taken first: as the sign-in that `tab` names, else
/// as the active one; none when another one has become active meanwhile, and the caller must begin again with that.
///
/// # Errors
/// [`Code::SignedOut`], [`Code::UserDisabled`], [`Code::ScopeNotAvailable`].
pub fn enter_as(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    arrival: &Arrival,
    (user, tab): (&UserId, Option<&TabScope>),
) -> Result<Option<Room>> {
    let locked = user::store::lock(tx, &site.config.id, user)?;
    let Some(mut room) = enter::existing(tx, (app, site), arrival, &[])? else {
        return Err(Code::SignedOut.into());
    };
    room.tab = tab.map(|tab| tab.sign_in.clone());
    if let Some(tab) = tab {
        tab.sign_in(&room.loaded, room.opened)?;
    }
    let acting = room.acting().ok_or(Code::SignedOut)?;
    user::may_act(&acting.user)?;
    let is_same = locked.is_some() && acting.user.id == *user;
    Ok(is_same.then_some(room))
}
