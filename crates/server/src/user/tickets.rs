//! Tickets of an account that nobody has used, taken back with whatever ends its sign-ins.

use crate::db::Tx;
use crate::error::Result;
use crate::id::UserId;
use crate::params;

/// Takes back what would sign an account in, or let its user act as another one. The caller holds its lock.
///
/// # Errors
/// What the database says.
pub fn take_back(tx: &mut Tx<'_>, deployment: &str, user: &UserId, now: i64) -> Result<()> {
    tx.execute(
        "update tickets set revoked_at = $3 where deployment_id = $1 and (user_id = $2 or actor = $2)
             and used_at is null and revoked_at is null and expires_at > $3",
        params![deployment, user.as_str(), now],
    )?;
    Ok(())
}
