//! What an operator decides about an account, in the database. The caller holds the user's lock and ends its
//! sign-ins.

use super::User;
use crate::db::Tx;
use crate::error::Result;
use crate::params;

/// Disables an account, or enables it again; one that is so already stays as it is.
///
/// # Errors
/// What the database says.
pub fn set_disabled(tx: &mut Tx<'_>, user: &User, at: Option<i64>, now: i64) -> Result<()> {
    if user.disabled_at.is_some() != at.is_some() {
        tx.execute(
            "update users set disabled_at = $2, updated_at = $3 where id = $1",
            params![user.id.as_str(), at, now],
        )?;
    }
    Ok(())
}

/// Deletes an account: its address and username are free again, and of what it said about a person nothing is left. The row
/// stays, so that records of what happened still lead somewhere.
///
/// # Errors
/// What the database says.
pub fn erase(tx: &mut Tx<'_>, user: &User, now: i64) -> Result<()> {
    let id = user.id.as_str();
    tx.execute(
        "update users set first_name = '', last_name = '', username = null, username_skeleton = null,
             password_hash = null, deleted_at = $2, updated_at = $2 where id = $1",
        params![id, now],
    )?;
    tx.execute("delete from email_addresses where user_id = $1", params![id])?;
    tx.execute("update sign_ins set ip_address = '', user_agent = '' where user_id = $1", params![id])?;
    Ok(())
}
