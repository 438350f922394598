//! Passkeys in the database.

use super::{Passkey, ceremony::Kept, device_type};
use crate::db::{Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{PasskeyId, UserId};
use crate::params;

/// The passkeys of an account, oldest first.
///
/// # Errors
/// What the database says.
pub fn of_user(on: &mut Snapshot<'_>, user: &UserId) -> Result<Vec<Passkey>> {
    let rows = on.query(
        "select id, credential_id, credential, name, device_type, backed_up, created_at, last_used_at from passkeys
         where user_id = $1 order by id",
        params![user.as_str()],
    )?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Passkey> {
    let mut cells = row.cells();
    let (id, credential_id, kept) = (PasskeyId::stored(cells.text()?), cells.text()?, cells.text()?);
    Ok(Passkey {
        id,
        credential_id,
        kept: serde_json::from_str(&kept).map_err(|cause| Error::internal("read a passkey", cause))?,
        name: cells.text()?,
        multi_device: cells.text()? == device_type(true),
        backed_up: cells.int()? == 1,
        created_at: cells.int()?,
        last_used_at: cells.optional_int()?,
    })
}

/// Whose the passkey is that a device knows by this id, and the handle by which the device knows them.
///
/// # Errors
/// What the database says.
pub fn owner(
    on: &mut Snapshot<'_>,
    deployment: &str,
    credential_id: &str,
) -> Result<Option<(UserId, Option<String>)>> {
    let row = on.query_one(
        "select u.id, u.passkey_handle from passkeys p join users u on u.id = p.user_id
         where p.deployment_id = $1 and p.credential_id = $2 order by p.id",
        params![deployment, credential_id],
    )?;
    row.map(|row| {
        let mut cells = row.cells();
        Ok((UserId::stored(cells.text()?), cells.optional_text()?))
    })
    .transpose()
}

/// The handle by which devices know an account: the one that it has, else `drawn`, which it has from now on. The caller
/// holds the user's lock.
///
/// # Errors
/// What the database says.
pub fn handle(tx: &mut Tx<'_>, user: &UserId, drawn: &str) -> Result<String> {
    let row = tx.query_one(
        "update users set passkey_handle = coalesce(passkey_handle, $2) where id = $1 returning passkey_handle",
        params![user.as_str(), drawn],
    )?;
    let row = row.ok_or_else(|| Error::internal("draw a user handle", "the user is gone"))?;
    row.cells().text()
}

/// What an account is called where it is chosen: its primary address, else its username.
///
/// # Errors
/// What the database says.
pub fn label(on: &mut Snapshot<'_>, user: &UserId) -> Result<String> {
    let row = on.query_one(
        "select coalesce((select e.email from email_addresses e where e.user_id = u.id
             order by e.is_primary desc, e.id limit 1), u.username, '') from users u where u.id = $1",
        params![user.as_str()],
    )?;
    row.map_or(Ok(String::new()), |row| row.cells().text())
}

/// Keeps a new passkey of an account, whose lock the caller holds; `false` and nothing kept when the deployment has it
/// already, whoever's it is.
///
/// # Errors
/// What the database says.
pub fn add(tx: &mut Tx<'_>, deployment: &str, user: &UserId, passkey: &Passkey) -> Result<bool> {
    let added = tx.execute(
        "insert into passkeys (id, deployment_id, user_id, credential_id, credential, name, device_type, backed_up,
             created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (deployment_id, credential_id) do nothing",
        params![
            passkey.id.as_str(),
            deployment,
            user.as_str(),
            &passkey.credential_id,
            &json(&passkey.kept)?,
            &passkey.name,
            device_type(passkey.multi_device),
            i64::from(passkey.backed_up),
            passkey.created_at
        ],
    )?;
    count(tx, user, passkey.created_at)?;
    Ok(added == 1)
}

/// Keeps what a passkey is after it has signed.
///
/// # Errors
/// What the database says.
pub fn signed(tx: &mut Tx<'_>, id: &PasskeyId, (kept, backed_up): (&Kept, bool), now: i64) -> Result<()> {
    tx.execute(
        "update passkeys set credential = $2, backed_up = $3, last_used_at = $4 where id = $1",
        params![id.as_str(), &json(kept)?, i64::from(backed_up), now],
    )?;
    Ok(())
}

/// Calls a passkey of an account otherwise; `false` when it has no such passkey.
///
/// # Errors
/// What the database says.
pub fn rename(tx: &mut Tx<'_>, user: &UserId, id: &str, name: &str) -> Result<bool> {
    let renamed = tx.execute(
        "update passkeys set name = $3 where id = $1 and user_id = $2",
        params![id, user.as_str(), name],
    )?;
    Ok(renamed == 1)
}

/// Removes a passkey of an account, whose lock the caller holds; `false` when it has no such passkey.
///
/// # Errors
/// What the database says.
pub fn remove(tx: &mut Tx<'_>, user: &UserId, id: &str, now: i64) -> Result<bool> {
    let removed =
        tx.execute("delete from passkeys where id = $1 and user_id = $2", params![id, user.as_str()])?;
    count(tx, user, now)?;
    Ok(removed == 1)
}

/// Notes with the account how many there are.
fn count(tx: &mut Tx<'_>, user: &UserId, now: i64) -> Result<()> {
    tx.execute(
        "update users set passkeys = (select count(*) from passkeys p where p.user_id = users.id), updated_at = $2
         where id = $1",
        params![user.as_str(), now],
    )?;
    Ok(())
}

fn json(kept: &Kept) -> Result<String> {
    serde_json::to_string(kept).map_err(|cause| Error::internal("write a passkey", cause))
}
