//! Records in the database: read by pages.

use crate::db::{Row, Snapshot};
use crate::error::{Error, Result};
use crate::id::{SessionId, UserId};
use crate::params;
use crate::time::rfc3339;
use keyrack_protocol::Code;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One record, as an operator sees it. What is not known is `""`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AuditRecord")]
pub struct Record {
    /// Its id.
    pub id: String,
    /// When it happened.
    pub at: String,
    /// What happened.
    pub event: String,
    /// `ok` or `refused`.
    pub result: String,
    /// The code of a refusal, or why something ended or began.
    pub reason: String,
    /// `user`, `acting:<who>`, `stranger`, `operator:<uid>`, `key:<id>` or `system`.
    pub actor: String,
    /// The client's address.
    pub ip_address: String,
    /// The account.
    pub user_id: String,
    /// The session.
    pub session_id: String,
    /// The sign-in.
    pub sign_in_id: String,
    /// HMAC of the identifier that was said: equal ones were the same.
    pub identifier: String,
    /// What whoever did it said why.
    #[serde(default)]
    pub note: String,
}

/// The name of an event, as a filter.
///
/// # Errors
/// [`Code::InvalidParameter`] when no event has such a name.
pub fn event(text: &str) -> Result<String> {
    let is_name = text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_name {
        return Ok(text.to_owned());
    }
    Err(Error::refused(Code::InvalidParameter, "event must be the name of an event, such as sign_in_ended."))
}

/// Which records are asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// Only those about this account.
    pub user: Option<UserId>,
    /// Only those about this session.
    pub session: Option<SessionId>,
    /// Only those of this event; `""` for any.
    pub event: String,
    /// Only those since then, in Unix milliseconds.
    pub since: i64,
    /// The id that they come before; `""` for the newest.
    pub after: String,
    /// How many at most.
    pub rows: i64,
}

/// The records that are asked for, newest first.
///
/// # Errors
/// What the database says.
pub fn list(on: &mut Snapshot<'_>, deployment: &str, asked: &Asked) -> Result<Vec<Record>> {
    let rows = on.query(
        "select id, at, event, result, reason, actor, ip_address, user_id, session_id, sign_in_id, identifier,
             note
         from audit
         where deployment_id = $1 and ($2 = '' or id < $2) and ($3 = '' or user_id = $3)
             and ($4 = '' or session_id = $4) and at >= $5 and ($7 = '' or event = $7)
         order by id desc limit $6",
        params![
            deployment,
            &asked.after,
            asked.user.as_ref().map_or("", UserId::as_str),
            asked.session.as_ref().map_or("", SessionId::as_str),
            asked.since,
            asked.rows,
            &asked.event
        ],
    )?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Record> {
    let mut cells = row.cells();
    Ok(Record {
        id: cells.text()?,
        at: rfc3339(cells.int()?),
        event: cells.text()?,
        result: cells.text()?,
        reason: cells.text()?,
        actor: cells.text()?,
        ip_address: cells.text()?,
        user_id: cells.text()?,
        session_id: cells.text()?,
        sign_in_id: cells.text()?,
        identifier: cells.text()?,
        note: cells.text()?,
    })
}
