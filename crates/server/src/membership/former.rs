//! Who was a member of an organization and is not any more. An address in its domain does not bring them back.

use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::UserId;
use crate::params;

/// How somebody's membership ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// They left: they may come back when they want to.
    Left,
    /// Somebody else ended it: only an invitation brings them back.
    Removed,
}

/// Notes how a membership in an organization ended.
///
/// # Errors
/// What the database says.
pub fn note(
    tx: &mut Tx<'_>,
    (deployment, organization): (&str, &str),
    (user, end): (&UserId, End),
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into former_members (organization_id, user_id, deployment_id, removed, ended_at)
         values ($1, $2, $3, $4, $5) on conflict (organization_id, user_id) do update
         set removed = excluded.removed, ended_at = excluded.ended_at",
        params![organization, user.as_str(), deployment, i64::from(end == End::Removed), now],
    )?;
    Ok(())
}

/// How somebody's last membership in an organization ended; none when there was none, or there is one now.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, organization: &str, user: &UserId) -> Result<Option<End>> {
    let row = on.query_one(
        "select removed from former_members where organization_id = $1 and user_id = $2",
        params![organization, user.as_str()],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(if row.cells().int()? == 1 { End::Removed } else { End::Left }))
}

/// Forgets it, because the user is a member again.
///
/// # Errors
/// What the database says.
pub fn forget(tx: &mut Tx<'_>, organization: &str, user: &UserId) -> Result<()> {
    tx.execute(
        "delete from former_members where organization_id = $1 and user_id = $2",
        params![organization, user.as_str()],
    )?;
    Ok(())
}
