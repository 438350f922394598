//! Sign-up attempts in the database.

use super::machine::Stage;
use super::to_json;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::AttemptId;
use crate::params;
use keyrack_protocol::SignupAttempt;

/// An attempt as it was read; saved only if nobody moved it meanwhile.
pub struct Attempt {
    /// Where it stands.
    pub stage: Stage,
    /// When it ends by itself.
    pub expires_at: i64,
    version: i64,
}

/// Loads an attempt that the rack opens; none when it is no open sign-up.
///
/// # Errors
/// What the database says.
pub fn load(tx: &mut Tx<'_>, id: &AttemptId) -> Result<Option<Attempt>> {
    let row = tx.query_one(
        "select stage, expires_at, version from attempts where id = $1 and kind = 'sign_up' and ended_at is null",
        params![id.as_str()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let stage =
        serde_json::from_str(&cells.text()?).map_err(|cause| Error::internal("read an attempt", cause))?;
    Ok(Some(Attempt { stage, expires_at: cells.int()?, version: cells.int()? }))
}

/// Saves the next stage of an attempt.
///
/// # Errors
/// What the database says; `internal` when somebody moved it, which the session's lock rules out.
pub fn save(
    tx: &mut Tx<'_>,
    id: &AttemptId,
    before: &Attempt,
    (stage, shown): (&Stage, &SignupAttempt),
    listed_until: i64,
) -> Result<()> {
    let moved = tx.execute(
        "update attempts set stage = $3, shown = $4, listed_until = $5, version = version + 1
         where id = $1 and version = $2",
        params![id.as_str(), before.version, &to_json(stage)?, &to_json(shown)?, listed_until],
    )?;
    if moved == 1 { Ok(()) } else { Err(Error::internal("save an attempt", "it was moved under its lock")) }
}
