//! Backup codes in the database. Whoever changes something holds the user's lock.

use super::{Drawn, HOW_MANY, hash, letters};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::params;
use crate::vault::Vault;

/// Gives an account these codes; all that it had are void.
///
/// # Errors
/// What the database says.
pub fn replace(
    tx: &mut Tx<'_>,
    vault: &Vault,
    (deployment, user): (&str, &UserId),
    drawn: &Drawn,
    now: i64,
) -> Result<()> {
    forget(tx, user)?;
    for (id, code) in drawn.ids.iter().zip(&drawn.shown) {
        let letters = letters(code).ok_or_else(|| Error::internal("make backup codes", "one is none"))?;
        tx.execute(
            "insert into backup_codes (id, deployment_id, user_id, hash, created_at) values ($1, $2, $3, $4, $5)",
            params![id.as_str(), deployment, user.as_str(), &hash(vault, user, &letters), now],
        )?;
    }
    let made = i64::try_from(HOW_MANY).unwrap_or(i64::MAX);
    tx.execute(
        "update users set backup_codes = $2, updated_at = $3 where id = $1",
        params![user.as_str(), made, now],
    )?;
    Ok(())
}

/// Uses a code up; how many are left then, none if it is no code of this user that still works.
///
/// # Errors
/// What the database says.
pub fn take(tx: &mut Tx<'_>, vault: &Vault, user: &UserId, typed: &str, now: i64) -> Result<Option<i64>> {
    let Some(letters) = letters(typed) else { return Ok(None) };
    let used = tx.execute(
        "update backup_codes set used_at = $3 where user_id = $1 and hash = $2 and used_at is null",
        params![user.as_str(), &hash(vault, user, &letters), now],
    )?;
    if used != 1 {
        return Ok(None);
    }
    let row = tx.query_one(
        "update users set backup_codes = backup_codes - 1 where id = $1 returning backup_codes",
        params![user.as_str()],
    )?;
    row.map(|row| row.cells().int()).transpose()
}

/// Voids all codes of an account.
///
/// # Errors
/// What the database says.
pub fn forget(tx: &mut Tx<'_>, user: &UserId) -> Result<()> {
    tx.execute("delete from backup_codes where user_id = $1", params![user.as_str()])?;
    tx.execute(
        "update users set backup_codes = 0 where id = $1 and backup_codes <> 0",
        params![user.as_str()],
    )?;
    Ok(())
}
