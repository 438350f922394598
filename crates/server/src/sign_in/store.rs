//! Sign-in attempts in the database.

use super::machine::{self, Stage};
use crate::db::{Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{AttemptId, SessionId};
use crate::params;
use keyrack_protocol::{SignInMethod, SigninAttempt};
use serde::{Deserialize, Serialize};

/// What is kept of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// How it began.
    pub method: SignInMethod,
    /// What was typed to say who it is, normalised: what codes of the first factor go to, and guesses are counted
    /// under, and what its account must go on having proved; `""` where the first factor rests on none.
    pub identifier: String,
    /// The address that is shown, may be `""`.
    pub email: String,
    /// Where it stands.
    pub stage: Stage,
    /// A hash of the account's password, as it was kept when the attempt began, or when the first factor was proved where
    /// that is the password: whoever changes it ends the attempt.
    #[serde(default)]
    pub password: Option<String>,
    /// Who asked for the link that was mailed last.
    #[serde(default)]
    pub asked: Option<Asked>,
    /// The authenticator that is being set up in it.
    #[serde(default)]
    pub enrolling: Option<String>,
    /// The phone number (E.164) that the last code of a later step went to.
    #[serde(default)]
    pub phone: Option<String>,
}

impl Kept {
    /// Of an attempt that begins: by this method, with what was typed to say who it is.
    #[must_use]
    pub fn new(method: SignInMethod, identifier: &str, stage: Stage) -> Self {
        Self {
            method,
            identifier: identifier.to_owned(),
            email: String::new(),
            stage,
            password: None,
            asked: None,
            enrolling: None,
            phone: None,
        }
    }
}

/// Who asked for a link, from where and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The browser, `""` when it is none of the common ones.
    pub browser: String,
    /// The device or system, `""` when it is none of the common ones.
    pub device: String,
    /// The client's address.
    pub ip_address: String,
    /// When, in Unix milliseconds.
    pub at: i64,
}

/// An attempt as it was read; saved only if nobody moved it meanwhile.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The session that it is in.
    pub session: SessionId,
    /// What is kept of it.
    pub kept: Kept,
    /// When it ends by itself.
    pub expires_at: i64,
    version: i64,
}

impl Attempt {
    /// As the machine sees it.
    #[must_use]
    pub fn at(&self) -> machine::Attempt<'_> {
        machine::Attempt { id: self.id.as_str(), stage: &self.kept.stage, deadline: self.expires_at }
    }

    /// The account that it is about; none if nobody has the identifier.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match &self.kept.stage {
            Stage::First { user, .. } => user.as_deref(),
            Stage::Left { user, .. } | Stage::Done { user, .. } => Some(user),
        }
    }
}

/// Loads an attempt that is under way; none when it is no open sign-in. Whether the rack opens it is the caller's to ask.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &AttemptId) -> Result<Option<Attempt>> {
    // What was completed has no stage.
    let row = on.query_one(
        "select session_id, stage, expires_at, version from attempts
         where id = $1 and deployment_id = $2 and kind = 'sign_in' and ended_at is null and stage <> ''",
        params![id.as_str(), deployment],
    )?;
    row.map(|row| read(row, id)).transpose()
}

fn read(row: Row, id: &AttemptId) -> Result<Attempt> {
    let mut cells = row.cells();
    let (session, stage) = (SessionId::stored(cells.text()?), cells.text()?);
    let kept = serde_json::from_str(&stage).map_err(|cause| Error::internal("read an attempt", cause))?;
    Ok(Attempt { id: id.clone(), session, kept, expires_at: cells.int()?, version: cells.int()? })
}

/// The session that an attempt is in, and the hash of its key; none when there is no such sign-in.
///
/// # Errors
/// What the database says.
pub fn key_of(
    on: &mut Snapshot<'_>,
    deployment: &str,
    id: &AttemptId,
) -> Result<Option<(SessionId, String)>> {
    let row = on.query_one(
        "select session_id, key_hash from attempts
         where id = $1 and deployment_id = $2 and kind = 'sign_in' and ended_at is null",
        params![id.as_str(), deployment],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    Ok(Some((SessionId::stored(cells.text()?), cells.text()?)))
}

/// Keeps something with an attempt that has not moved. The caller holds the lock of its session.
///
/// # Errors
/// What the database says.
pub fn keep(tx: &mut Tx<'_>, before: &Attempt, kept: &Kept) -> Result<()> {
    let kept = stage(kept)?;
    tx.execute(
        "update attempts set stage = $3, version = version + 1 where id = $1 and version = $2",
        params![before.id.as_str(), before.version, &kept],
    )?;
    Ok(())
}

/// Saves an attempt that has moved. The caller holds the lock of its session.
///
/// # Errors
/// What the database says; `internal` when somebody moved it, which the session's lock rules out.
pub fn save(
    tx: &mut Tx<'_>,
    before: &Attempt,
    (kept, shown): (&Kept, &SigninAttempt),
    listed_until: i64,
) -> Result<()> {
    let moved = tx.execute(
        "update attempts set stage = $3, shown = $4, listed_until = $5, version = version + 1
         where id = $1 and version = $2",
        params![before.id.as_str(), before.version, &stage(kept)?, &json(shown)?, listed_until],
    )?;
    if moved == 1 { Ok(()) } else { Err(Error::internal("save an attempt", "it was moved under its lock")) }
}

/// What is stored of an attempt: nothing, once it is completed.
///
/// # Errors
/// Only if writing JSON fails.
pub fn stage(kept: &Kept) -> Result<String> {
    if matches!(kept.stage, Stage::Done { .. }) { Ok(String::new()) } else { json(kept) }
}

/// As JSON.
///
/// # Errors
/// Only if writing JSON fails.
pub fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|cause| Error::internal("write an attempt", cause))
}
