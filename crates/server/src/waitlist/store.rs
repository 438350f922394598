//! The list in the database.

use crate::db::{Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::WaitlistEntryId;
use crate::params;
use crate::secret::{self, For};

/// Somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: WaitlistEntryId,
    /// The address, normalised.
    pub email: String,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// The language of the browser that asked.
    pub language: String,
    /// When the address was put on the list.
    pub created_at: i64,
    /// When it was put there last, or invited.
    pub updated_at: i64,
    /// When the last invitation was sent.
    pub invited_at: Option<i64>,
    /// Until when it lets the address in.
    pub invited_until: Option<i64>,
}

/// Puts an address on the list; one that is there stays as it is, but for when it was put there last: whoever typed the
/// address now may be somebody else. Gives what is on the list then.
///
/// # Errors
/// What the database says.
pub fn join(tx: &mut Tx<'_>, deployment: &str, new: &Entry) -> Result<Entry> {
    let sql = "insert into waitlist_entries
             (id, deployment_id, email, first_name, last_name, language, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (deployment_id, email) do update set updated_at = excluded.updated_at returning id, email, first_name, last_name,
             language, created_at, updated_at, invited_at, invited_until";
    let values = params![
        new.id.as_str(),
        deployment,
        &new.email,
        &new.first_name,
        &new.last_name,
        &new.language,
        new.created_at
    ];
    let row = tx.query_one(sql, values)?;
    read(row.ok_or_else(|| Error::internal("join the waitlist", "no row came back"))?)
}

/// An entry by its id.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &WaitlistEntryId) -> Result<Option<Entry>> {
    let sql = "select id, email, first_name, last_name, language, created_at, updated_at, invited_at,
             invited_until
         from waitlist_entries where deployment_id = $1 and id = $2";
    on.query_one(sql, params![deployment, id.as_str()])?.map(read).transpose()
}

/// An entry by its address.
///
/// # Errors
/// What the database says.
pub fn by_email(on: &mut Snapshot<'_>, deployment: &str, email: &str) -> Result<Option<Entry>> {
    let sql = "select id, email, first_name, last_name, language, created_at, updated_at, invited_at,
             invited_until
         from waitlist_entries where deployment_id = $1 and email = $2";
    on.query_one(sql, params![deployment, email])?.map(read).transpose()
}

/// Those who have waited longest, after the entry `after` (`""` from the beginning); only those who were not invited
/// yet, if `waiting`.
///
/// # Errors
/// What the database says.
pub fn list(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (after, limit): (&str, i64),
    waiting: bool,
) -> Result<Vec<Entry>> {
    let sql = "select id, email, first_name, last_name, language, created_at, updated_at, invited_at, invited_until from waitlist_entries
         where deployment_id = $1 and ($2 = '' or id > $2) and ($4 = 0 or invited_at is null)
         order by id limit $3";
    let rows = on.query(sql, params![deployment, after, limit, i64::from(waiting)])?;
    rows.into_iter().map(read).collect()
}

/// Notes that an entry was invited; none when it is gone.
///
/// # Errors
/// What the database says.
pub fn invited(
    tx: &mut Tx<'_>,
    deployment: &str,
    (id, now, until): (&WaitlistEntryId, i64, i64),
) -> Result<Option<Entry>> {
    let sql = "update waitlist_entries set invited_at = $3, invited_until = $4, updated_at = $3
         where deployment_id = $1 and id = $2 returning id, email, first_name, last_name,
             language, created_at, updated_at, invited_at, invited_until";
    tx.query_one(sql, params![deployment, id.as_str(), now, until])?.map(read).transpose()
}

/// Takes an address off the list, with its invitation: it has an account now, or wants none. Whether it was on it.
///
/// # Errors
/// What the database says.
pub fn leave(tx: &mut Tx<'_>, deployment: &str, email: &str) -> Result<bool> {
    let row = tx.query_one(
        "delete from waitlist_entries where deployment_id = $1 and email = $2 returning id",
        params![deployment, email],
    )?;
    let Some(row) = row else { return Ok(false) };
    secret::forget(tx, (deployment, For::Waitlist, &row.cells().text()?))?;
    Ok(true)
}

fn read(row: Row) -> Result<Entry> {
    let mut cells = row.cells();
    Ok(Entry {
        id: WaitlistEntryId::stored(cells.text()?),
        email: cells.text()?,
        first_name: cells.text()?,
        last_name: cells.text()?,
        language: cells.text()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
        invited_at: cells.optional_int()?,
        invited_until: cells.optional_int()?,
    })
}
