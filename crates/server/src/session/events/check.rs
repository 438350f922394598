//! What no notice brought: the sessions that are followed here, compared with the database.

use super::hub::PARTS;
use crate::app::App;
use crate::db::{Change, Param, Snapshot};
use crate::error::Result;
use crate::id::SessionId;
use keyrack_protocol::{ChangeReason, EndReason};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior};

/// How often every stream shows that it lives, and is compared with the database.
const ROUND: Duration = Duration::from_secs(15);
/// Sessions in one statement.
const BATCH: usize = 100;

static REVISIONS: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=BATCH).map(|place| format!("${place}")).collect();
    let places = places.join(", ");
    format!("select id, revision, ended_at, end_reason from sessions where id in ({places}) order by id")
});

type Hints = HashMap<SessionId, Change>;

/// Compares every session that is followed, after changes may have been missed.
///
/// # Errors
/// What the database says; the others are compared all the same.
pub async fn all(app: &App) -> Result<()> {
    let mut outcome = Ok(());
    for part in 0..PARTS {
        outcome = outcome.and(compare(app, app.hub.followed(part), &Hints::new()).await);
    }
    outcome
}

/// Tells those whose session has another revision than they know, with the reason of a hint that says the same.
async fn compare(app: &App, followed: Vec<(SessionId, i64)>, hints: &Hints) -> Result<()> {
    for batch in followed.chunks(BATCH) {
        let ids: Vec<SessionId> = batch.iter().map(|(id, _)| id.clone()).collect();
        let present = app.db.read_single(move |on| load(on, &ids)).await?;
        for (session, known) in batch {
            // A row that is gone was that of a session which had ended.
            let gone = || Change {
                session: session.clone(),
                revision: known.saturating_add(1),
                reason: ChangeReason::Unknown,
                ended: true,
            };
            let mut change = present.get(session).cloned().unwrap_or_else(gone);
            let hint = hints.get(session).filter(|hint| hint.revision == change.revision);
            if let Some(hint) = hint.filter(|_| !change.ended) {
                change.reason = hint.reason;
            }
            app.hub.tell(&change);
        }
    }
    Ok(())
}

/// Where these sessions stand, by primary key.
fn load(on: &mut Snapshot<'_>, ids: &[SessionId]) -> Result<HashMap<SessionId, Change>> {
    let Some(last) = ids.last() else { return Ok(HashMap::new()) };
    let named = ids.iter().chain(std::iter::repeat(last)).take(BATCH);
    let params: Vec<Param<'_>> = named.map(|id| Param::from(id.as_str())).collect();
    let mut present = HashMap::new();
    for row in on.query(REVISIONS.as_str(), &params)? {
        let mut cells = row.cells();
        let session = SessionId::stored(cells.text()?);
        let (revision, ended) = (cells.int()?, cells.optional_int()?.is_some());
        let why = cells.optional_text()?.as_deref().and_then(EndReason::parse).map(ChangeReason::from);
        let reason = if ended { why.unwrap_or(ChangeReason::Unknown) } else { ChangeReason::Current };
        present.insert(session.clone(), Change { session, revision, reason, ended });
    }
    Ok(present)
}

/// Lets every stream show every 15 seconds that it lives, a part of them at a time; until the server is gone.
pub fn beat(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut turns = turns();
        for part in (0..PARTS).cycle() {
            turns.tick().await;
            let Some(app) = app.upgrade() else { return };
            app.hub.beat(part);
        }
    });
}

/// Looks into the database for what other nodes say that they have changed, many at a time; until the server is gone.
fn follow_hints(app: &Arc<App>) {
    let (app, hub) = (Arc::downgrade(app), Arc::clone(&app.hub));
    tokio::spawn(async move {
        loop {
            let hints = hub.hints().await;
            let Some(app) = app.upgrade() else { return };
            let named = hints.keys().map(|session| (session.clone(), hub.newest(session))).collect();
            if compare(&app, named, &hints).await.is_err() {
                hub.may_have_missed();
            }
        }
    });
}

/// Where other nodes may change a session that is followed here, compares it every 15 seconds, a part of them at a
/// time, all of them when something may have been missed, as often as it takes, and at once those that others name;
/// until the server is gone.
pub fn compare_in_turn(app: &Arc<App>) {
    if !app.db.is_shared() {
        return;
    }
    follow_hints(app);
    let (app, hub) = (Arc::downgrade(app), Arc::clone(&app.hub));
    tokio::spawn(async move {
        let (mut turns, mut owed) = (turns(), false);
        for part in (0..PARTS).cycle() {
            let missed = tokio::select! {
                () = hub.missed() => true,
                _ = turns.tick() => owed,
            };
            let Some(app) = app.upgrade() else { return };
            let compared = match missed {
                true => all(&app).await,
                false => compare(&app, hub.followed(part), &Hints::new()).await,
            };
            // Nodes listen again before the database takes their questions: then it is due at the next tick.
            owed = missed && compared.is_err();
            // The streams stay: whoever follows them is told when the database is back.
            if let Err(error) = compared {
                tracing::debug!(%error, "sessions that are followed could not be compared");
            }
        }
    });
}

fn turns() -> Interval {
    let mut turns = tokio::time::interval(ROUND / u32::try_from(PARTS).unwrap_or(1));
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    turns
}
