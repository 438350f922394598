//! Keys in the database.

use super::{ApiKey, Scope};
use crate::db::{Cells, Row, Snapshot, Tx};
use crate::error::Result;
use crate::id::ApiKeyId;
use crate::params;

/// A key, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id, name and scopes.
    pub key: ApiKey,
    /// The word in it: `live` or `test`.
    pub mode: String,
    /// When it was made.
    pub created_at: i64,
    /// When it ends, or ended; none for one that does not.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was last used, as far as that was written.
    pub last_used_at: Option<i64>,
}

impl Stored {
    /// `live`, `expired` or `revoked`.
    #[must_use]
    pub fn state(&self, now: i64) -> &'static str {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(at)) if now >= at => "expired",
            _ => "live",
        }
    }
}

/// Writes a new key, of which only `hash` is kept.
///
/// # Errors
/// What the database says.
pub fn create(tx: &mut Tx<'_>, deployment: &str, new: &Stored, hash: &str) -> Result<()> {
    tx.execute(
        "insert into api_keys (id, deployment_id, name, mode, hash, scopes, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            new.key.id.as_str(),
            deployment,
            &new.key.name,
            &new.mode,
            hash,
            &Scope::text(&new.key.scopes),
            new.created_at,
            new.expires_at
        ],
    )?;
    Ok(())
}

/// A key of a deployment, and the HMAC that is kept of it, whether or not it is over.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, deployment: &str, id: &ApiKeyId) -> Result<Option<(Stored, String)>> {
    let row = on.query_one(
        "select id, name, scopes, mode, created_at, expires_at, revoked_at, last_used_at, hash from api_keys
         where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )?;
    let read = |row: Row| {
        let mut cells = row.cells();
        Ok((read(&mut cells)?, cells.text()?))
    };
    row.map(read).transpose()
}

/// The keys of one page, newest first, and one more if there is one.
///
/// # Errors
/// What the database says.
pub fn list(on: &mut Snapshot<'_>, deployment: &str, (after, rows): (&str, i64)) -> Result<Vec<Stored>> {
    let found = on.query(
        "select id, name, scopes, mode, created_at, expires_at, revoked_at, last_used_at from api_keys
         where deployment_id = $1 and ($2 = '' or id < $2) order by id desc limit $3",
        params![deployment, after, rows],
    )?;
    found.into_iter().map(|row| read(&mut row.cells())).collect()
}

fn read(cells: &mut Cells) -> Result<Stored> {
    let (id, name, scopes) = (ApiKeyId::stored(cells.text()?), cells.text()?, cells.text()?);
    Ok(Stored {
        key: ApiKey { id, name, scopes: Scope::stored(&scopes) },
        mode: cells.text()?,
        created_at: cells.int()?,
        expires_at: cells.optional_int()?,
        revoked_at: cells.optional_int()?,
        last_used_at: cells.optional_int()?,
    })
}

/// Ends a key; `false` when it was revoked before, or is not there.
///
/// # Errors
/// What the database says.
pub fn revoke(tx: &mut Tx<'_>, deployment: &str, id: &ApiKeyId, now: i64) -> Result<bool> {
    let revoked = tx.execute(
        "update api_keys set revoked_at = $3,
             expires_at = case when expires_at is null or expires_at > $3 then $3 else expires_at end
         where id = $1 and deployment_id = $2 and revoked_at is null",
        params![id.as_str(), deployment, now],
    )?;
    Ok(revoked == 1)
}
