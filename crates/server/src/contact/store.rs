//! Addresses and phone numbers of accounts in the database.

use super::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::UserId;
use crate::params;

/// Adds one that is not proved.
///
/// # Errors
/// What the database says.
pub fn add(
    tx: &mut Tx<'_>,
    (deployment, kind): (&str, Kind),
    (user, id, text): (&UserId, &str, &str),
    now: i64,
) -> Result<()> {
    let sql = match kind {
        Kind::Email => {
            "insert into email_addresses (id, deployment_id, user_id, email, is_primary, created_at, updated_at)
             values ($1, $2, $3, $4, 0, $5, $5)"
        }
        Kind::Phone => {
            "insert into phone_numbers (id, deployment_id, user_id, phone, is_primary, created_at, updated_at)
             values ($1, $2, $3, $4, 0, $5, $5)"
        }
    };
    tx.execute(sql, params![id, deployment, user.as_str(), text, now]).map(drop)
}

/// Whose it is who has proved it.
///
/// # Errors
/// What the database says.
pub fn owner(on: &mut Snapshot<'_>, (deployment, kind): (&str, Kind), text: &str) -> Result<Option<UserId>> {
    let sql = match kind {
        Kind::Email => {
            "select user_id from email_addresses where deployment_id = $1 and email = $2 and verified_at is not null
             order by id"
        }
        Kind::Phone => {
            "select user_id from phone_numbers where deployment_id = $1 and phone = $2 and verified_at is not null
             order by id"
        }
    };
    let row = on.query_one(sql, params![deployment, text])?;
    row.map(|row| Ok(UserId::stored(row.cells().text()?))).transpose()
}

/// Everybody who has it, proved or not, in the order of their ids.
///
/// # Errors
/// What the database says.
pub fn holders(on: &mut Snapshot<'_>, (deployment, kind): (&str, Kind), text: &str) -> Result<Vec<UserId>> {
    let sql = match kind {
        Kind::Email => {
            "select distinct user_id from email_addresses where deployment_id = $1 and email = $2 order by user_id"
        }
        Kind::Phone => {
            "select distinct user_id from phone_numbers where deployment_id = $1 and phone = $2 order by user_id"
        }
    };
    let rows = on.query(sql, params![deployment, text])?;
    rows.into_iter().map(|row| Ok(UserId::stored(row.cells().text()?))).collect()
}

/// Takes it from an account that has it.
///
/// # Errors
/// What the database says.
pub fn take(tx: &mut Tx<'_>, kind: Kind, (user, text): (&UserId, &str)) -> Result<()> {
    let sql = match kind {
        Kind::Email => "delete from email_addresses where user_id = $1 and email = $2",
        Kind::Phone => "delete from phone_numbers where user_id = $1 and phone = $2",
    };
    tx.execute(sql, params![user.as_str(), text]).map(drop)
}

/// Adds one that was proved at that moment, the primary one of its account. Of two that are proved at once the database
/// lets one through, and the other one's transaction runs again.
///
/// # Errors
/// What the database says.
pub fn add_proved_number(
    tx: &mut Tx<'_>,
    deployment: &str,
    (user, id, number): (&UserId, &str, &str),
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into phone_numbers
             (id, deployment_id, user_id, phone, is_primary, verified_at, created_at, updated_at)
         values ($1, $2, $3, $4, 1, $5, $5, $5)",
        params![id, deployment, user.as_str(), number, now],
    )
    .map(drop)
}

/// Notes that it is proved. Of two that are proved at once the database lets one through, and the other one's
/// transaction runs again.
///
/// # Errors
/// What the database says.
pub fn prove(tx: &mut Tx<'_>, kind: Kind, id: &str, now: i64) -> Result<()> {
    let sql = match kind {
        Kind::Email => "update email_addresses set verified_at = $2, updated_at = $2 where id = $1",
        Kind::Phone => "update phone_numbers set verified_at = $2, updated_at = $2 where id = $1",
    };
    tx.execute(sql, params![id, now]).map(drop)
}

/// Makes it the only primary one of its account.
///
/// # Errors
/// What the database says.
pub fn make_primary(tx: &mut Tx<'_>, kind: Kind, (user, id): (&UserId, &str), now: i64) -> Result<()> {
    let sql = match kind {
        Kind::Email => {
            "update email_addresses set is_primary = case when id = $2 then 1 else 0 end, updated_at = $3
             where user_id = $1 and (id = $2 or is_primary = 1)"
        }
        Kind::Phone => {
            "update phone_numbers set is_primary = case when id = $2 then 1 else 0 end, updated_at = $3
             where user_id = $1 and (id = $2 or is_primary = 1)"
        }
    };
    tx.execute(sql, params![user.as_str(), id, now]).map(drop)
}

/// Notes that an account has changed.
///
/// # Errors
/// What the database says.
pub fn touch(tx: &mut Tx<'_>, user: &UserId, now: i64) -> Result<()> {
    tx.execute("update users set updated_at = $2 where id = $1", params![user.as_str(), now]).map(drop)
}
