//! What endpoints are told, in the database.

use crate::app::App;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::Result;
use crate::params;

/// The longest account of what became of a try, in characters.
const ANSWER: usize = 200;
/// How many are sent again at one word of an operator.
pub const REPLAYED: i64 = 10_000;

/// A row that this node has leased.
#[derive(Clone, Debug)]
pub struct Leased {
    /// Its id, which the endpoint sees.
    pub id: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// What happened.
    pub kind: String,
    /// The account, `""` for none.
    pub user: String,
    /// The session, `""` for none.
    pub session: String,
    /// The sign-in, `""` for none.
    pub sign_in: String,
    /// The organization or workspace, `""` for none.
    pub place: String,
    /// The invitation, `""` for none.
    pub invitation: String,
    /// Why, `""` for nothing.
    pub reason: String,
    /// When it happened.
    pub happened_at: i64,
    /// How often it was tried, this time counted.
    pub tries: i64,
}

/// Takes the oldest that is due for an endpoint.
///
/// # Errors
/// What the database says.
pub async fn lease(app: &App, (deployment, endpoint): (&str, &str), lease_ms: i64) -> Result<Option<Leased>> {
    let (deployment, endpoint, now) = (deployment.to_owned(), endpoint.to_owned(), app.world.clock.now_ms());
    let leased = app.db.write(move |tx| {
        let row = tx.query_one(
            "update webhook_events set lease_until = $3, tries = tries + 1
             where state = 'queued' and lease_until <= $4
                 and id = (select id from webhook_events where deployment_id = $1 and endpoint = $2
                     and state = 'queued' and next_at <= $4 and lease_until <= $4 order by id limit 1)
             returning id, endpoint, kind, user_id, session_id, sign_in_id, place_id, invitation_id, reason,
                 happened_at, tries",
            params![&deployment, &endpoint, now + lease_ms, now],
        )?;
        row.map(|row| read(&mut row.cells())).transpose()
    });
    leased.await
}

fn read(cells: &mut Cells) -> Result<Leased> {
    Ok(Leased {
        id: cells.text()?,
        endpoint: cells.text()?,
        kind: cells.text()?,
        user: cells.text()?,
        session: cells.text()?,
        sign_in: cells.text()?,
        place: cells.text()?,
        invitation: cells.text()?,
        reason: cells.text()?,
        happened_at: cells.int()?,
        tries: cells.int()?,
    })
}

/// Ends a row.
///
/// # Errors
/// What the database says.
pub async fn settle(app: &App, row: &Leased, (state, why): (&'static str, String), now: i64) -> Result<()> {
    let (id, why) = (row.id.clone(), shortened(&why));
    let settled = app.db.write(move |tx| {
        tx.execute(
            "update webhook_events set state = $2, answer = $3, settled_at = $4, lease_until = 0 where id = $1",
            params![&id, state, &why, now],
        )
        .map(drop)
    });
    settled.await
}

/// Leaves a row for later.
///
/// # Errors
/// What the database says.
pub async fn retry(app: &App, row: &Leased, (at, why): (i64, String)) -> Result<()> {
    let (id, why) = (row.id.clone(), shortened(&why));
    let left = app.db.write(move |tx| {
        tx.execute(
            "update webhook_events set next_at = $2, answer = $3, lease_until = 0 where id = $1",
            params![&id, at, &why],
        )
        .map(drop)
    });
    left.await
}

fn shortened(text: &str) -> String {
    text.chars().take(ANSWER).collect()
}

/// How much waits for the endpoints of a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// What is still to be taken.
    pub queued: i64,
    /// What was given up and is still kept.
    pub dead: i64,
    /// When the oldest that waits happened.
    pub oldest_at: Option<i64>,
}

/// What waits for the endpoints of a deployment.
///
/// # Errors
/// What the database says.
pub fn backlog(on: &mut Snapshot<'_>, deployment: &str) -> Result<Backlog> {
    let rows = on.query(
        "select state, count(*), min(happened_at) from webhook_events
         where deployment_id = $1 and state in ('queued', 'dead') group by state order by state",
        params![deployment],
    )?;
    let mut backlog = Backlog::default();
    for row in rows {
        let mut cells = row.cells();
        match cells.text()?.as_str() {
            "dead" => backlog.dead = cells.int()?,
            _ => (backlog.queued, backlog.oldest_at) = (cells.int()?, cells.optional_int()?),
        }
    }
    Ok(backlog)
}

/// A row as an operator sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it is.
    pub row: Leased,
    /// `queued`, `sent` or `dead`.
    pub state: String,
    /// What became of the last try.
    pub answer: String,
    /// When it is tried next.
    pub next_at: i64,
    /// When it was taken or given up.
    pub settled_at: Option<i64>,
}

/// Rows of one page, newest first, and one more if there is one. `""` for an endpoint or a state means any.
///
/// # Errors
/// What the database says.
pub fn list(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (endpoint, state): (&str, &str),
    (after, rows): (&str, i64),
) -> Result<Vec<Shown>> {
    let found = on.query(
        "select id, endpoint, kind, user_id, session_id, sign_in_id, place_id, invitation_id, reason, happened_at,
             tries, state, answer, next_at, settled_at from webhook_events
         where deployment_id = $1 and ($2 = '' or endpoint = $2) and ($3 = '' or state = $3)
             and ($4 = '' or id < $4)
         order by id desc limit $5",
        params![deployment, endpoint, state, after, rows],
    )?;
    let shown = found.into_iter().map(|row| {
        let mut cells = row.cells();
        Ok(Shown {
            row: read(&mut cells)?,
            state: cells.text()?,
            answer: cells.text()?,
            next_at: cells.int()?,
            settled_at: cells.optional_int()?,
        })
    });
    shown.collect()
}

/// Queues one again, whatever became of it; `false` if there is no such one.
///
/// # Errors
/// What the database says.
pub fn replay(tx: &mut Tx<'_>, deployment: &str, id: &str, now: i64) -> Result<bool> {
    let queued = tx.execute(
        "update webhook_events set state = 'queued', tries = 0, next_at = $3, settled_at = null
         where id = $2 and deployment_id = $1",
        params![deployment, id, now],
    )?;
    tx.wake_outbox();
    Ok(queued == 1)
}

/// Queues those of an endpoint again that happened since `since`, the oldest first and at most [`REPLAYED`]: all of them, or
/// only what it did not take. What waits for its next try is due at once: whoever asks has mended the endpoint. How many.
///
/// # Errors
/// What the database says.
pub fn replay_since(
    tx: &mut Tx<'_>,
    (deployment, endpoint): (&str, &str),
    (since, not_taken): (i64, bool),
    now: i64,
) -> Result<u64> {
    let queued = tx.execute(
        "update webhook_events set state = 'queued', tries = 0, next_at = $5, settled_at = null
         where id in (select id from webhook_events where deployment_id = $1 and endpoint = $2 and happened_at >= $3
             and (state <> 'sent' or $4 = 0) order by id limit $6)",
        params![deployment, endpoint, since, i64::from(not_taken), now, REPLAYED],
    )?;
    tx.wake_outbox();
    Ok(queued)
}
