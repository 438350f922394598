//! The attempts of a session: what they led to, and how they are read from the database.

use super::{LiveAttempt, LiveSignIn, Shown};
use crate::db::{Row, Snapshot};
use crate::error::{Error, Result};
use crate::id::{AttemptId, SessionId};
use crate::params;

impl LiveAttempt {
    /// Whether it was completed by the account of `sign_in`.
    #[must_use]
    pub fn led_to(&self, sign_in: &LiveSignIn) -> bool {
        match &self.shown {
            Shown::SignIn(shown) => {
                shown.completed && shown.user_id.as_deref() == Some(sign_in.user.id.as_str())
            }
            Shown::SignUp(shown) => {
                shown.completed && sign_in.user.emails.iter().any(|email| email.email == shown.email)
            }
            Shown::Passkey => false,
        }
    }

    /// Whether nothing is lost with it: it is only still shown, or is asked for anew in a moment.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        match &self.shown {
            Shown::SignIn(shown) => shown.completed,
            Shown::SignUp(shown) => shown.completed,
            Shown::Passkey => true,
        }
    }
}

/// The attempts of a session that have not ended, oldest first.
///
/// # Errors
/// What the database says.
pub(super) fn load(on: &mut Snapshot<'_>, session: &SessionId) -> Result<Vec<LiveAttempt>> {
    let rows = on.query(
        "select id, kind, key_hash, listed_until, shown from attempts
         where session_id = $1 and ended_at is null order by created_at, id",
        params![session.as_str()],
    )?;
    rows.into_iter().map(read_attempt).collect()
}

fn read_attempt(row: Row) -> Result<LiveAttempt> {
    let mut cells = row.cells();
    let (id, kind, key_hash, listed_until) = (cells.text()?, cells.text()?, cells.text()?, cells.int()?);
    let shown = cells.text()?;
    let wrong = |cause| Error::internal("read an attempt", cause);
    let shown = match kind.as_str() {
        "passkey" => Shown::Passkey,
        "sign_up" => Shown::SignUp(serde_json::from_str(&shown).map_err(wrong)?),
        _ => Shown::SignIn(serde_json::from_str(&shown).map_err(wrong)?),
    };
    Ok(LiveAttempt { id: AttemptId::stored(id), key_hash, listed_until, shown })
}
