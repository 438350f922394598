//! Refusing what a sign-in's tokens say, before they expire by themselves.
//!
//! A token carries the session's revision that it was minted at. Whatever ends a sign-in, or takes from it what its tokens
//! may say, raises the revision in the same transaction: tokens of an earlier one say what is true no more. So one number
//! of each sign-in tells backends which of its tokens to refuse ([`crate::revocation`]).

use crate::app::Site;
use crate::db::{Revoked, Row, Tx};
use crate::error::Result;
use crate::id::SignInId;
use crate::params;

/// Refuses all tokens of a live sign-in that were minted until now. The caller holds the session's lock and raises its
/// revision afterwards.
///
/// # Errors
/// What the database says.
pub(super) fn revoke(tx: &mut Tx<'_>, site: &Site, sign_in: &SignInId, now: i64) -> Result<()> {
    let row = tx.query_one(
        "update sign_ins set revoked_at = $2,
             not_before_rev = (select revision + 1 from sessions where sessions.id = sign_ins.session_id)
         where id = $1 and ended_at is null returning not_before_rev",
        params![sign_in.as_str(), now],
    )?;
    told(tx, site, sign_in, row)
}

/// Has backends told what an update of a sign-in returned, if it was one.
pub(super) fn told(tx: &mut Tx<'_>, site: &Site, sign_in: &SignInId, row: Option<Row>) -> Result<()> {
    let Some(row) = row else { return Ok(()) };
    let not_before_rev = row.cells().int()?;
    let (deployment, sign_in) = (site.config.id.clone(), sign_in.clone());
    tx.touch_revoked(Revoked { deployment, sign_in, not_before_rev });
    Ok(())
}
