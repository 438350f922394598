//! Rows that nobody can ask for any more are deleted: what strangers begin and leave must not stay for ever.
//!
//! What is stale is looked for on a snapshot, by an index, and deleted by its key in small transactions, so that
//! whoever writes waits for a few rows and never for a table.

use crate::app::Shared;
use crate::audit::KEPT_MS;
use crate::error::Result;
use crate::params;

const DAY: i64 = 24 * 3_600_000;
/// Rows of one transaction: others wait for it.
const BATCH: usize = 100;

/// Rows of one kind.
pub struct Stale {
    /// What they are, for the log.
    what: &'static str,
    /// Gives two texts for each of at most [`BATCH`] rows of the deployment `$1` that nobody asked for after `$2`.
    find: &'static str,
    /// Delete the row that the texts `$1` and `$2` name, if it is still older than `$3` and of the deployment `$4`;
    /// also what points to it, and what it was the last of.
    delete: &'static [&'static str],
    /// How long they stay.
    kept_ms: i64,
}

/// A session goes with the last that was in it.
const EMPTY_SESSION: &str = "delete from sessions where id = $2 and $1 <> '' and deployment_id = $4
     and ended_at is not null and outer_until < $3
     and not exists (select 1 from sign_ins i where i.session_id = $2)
     and not exists (select 1 from attempts a where a.session_id = $2)";

/// Every kind.
pub const STALE: [Stale; 8] = [
    Stale {
        what: "attempts",
        find: "select id, session_id from attempts
             where deployment_id = $1 and expires_at < $2 and listed_until < $2 order by expires_at limit 100",
        delete: &[
            "delete from attempts where id = $1 and session_id = $2 and expires_at < $3 and listed_until < $3
             and deployment_id = $4",
            EMPTY_SESSION,
        ],
        kept_ms: DAY,
    },
    Stale {
        what: "codes",
        find: "select id, owner from one_time_secrets
             where deployment_id = $1 and expires_at < $2 order by expires_at limit 100",
        delete: &["delete from one_time_secrets where id = $1 and owner = $2 and expires_at < $3
             and deployment_id = $4"],
        kept_ms: DAY,
    },
    Stale {
        what: "mails",
        find: "select id, kind from outbox
             where deployment_id = $1 and state <> 'queued' and created_at < $2 order by created_at limit 100",
        delete: &["delete from outbox where id = $1 and kind = $2 and state <> 'queued' and created_at < $3
             and deployment_id = $4"],
        kept_ms: 7 * DAY,
    },
    Stale {
        what: "counts of a day",
        find: "select subject, kind from throttles
             where deployment_id = $1 and kind not in ('password', 'account', 'nobody')
             and window_started_at < $2 and blocked_until < $2 order by window_started_at limit 100",
        delete: &["delete from throttles where subject = $1 and kind = $2 and window_started_at < $3
             and blocked_until < $3 and deployment_id = $4"],
        kept_ms: 2 * DAY,
    },
    // What is typed may be nobody's. An account's own count stays until the right password comes: forgetting
    // these gives a guesser nothing.
    Stale {
        what: "counts of identifiers",
        find: "select subject, kind from throttles
             where deployment_id = $1 and kind in ('password', 'nobody') and blocked_until < $2
             order by blocked_until limit 100",
        delete: &["delete from throttles where subject = $1 and kind = $2 and blocked_until < $3
             and deployment_id = $4"],
        kept_ms: 30 * DAY,
    },
    Stale {
        what: "sign-ins",
        find: "select id, session_id from sign_ins
             where deployment_id = $1 and ended_at is not null and ended_at < $2 order by ended_at limit 100",
        delete: &[
            "delete from sign_in_activity where sign_in_id = $1 and deployment_id = $4 and exists
             (select 1 from sign_ins s where s.id = $1 and s.session_id = $2 and s.ended_at < $3)",
            "delete from sign_ins where id = $1 and session_id = $2 and ended_at < $3 and deployment_id = $4",
            EMPTY_SESSION,
        ],
        kept_ms: 30 * DAY,
    },
    // Those that were still to be asked for when the last in them went. By now nothing is in any.
    Stale {
        what: "sessions",
        find: "select id, id from sessions
             where deployment_id = $1 and ended_at is not null and outer_until < $2 order by outer_until limit 100",
        delete: &[EMPTY_SESSION],
        kept_ms: 31 * DAY,
    },
    Stale {
        what: "records",
        find: "select id, event from audit where deployment_id = $1 and at < $2 order by at limit 100",
        delete: &["delete from audit where id = $1 and event = $2 and at < $3 and deployment_id = $4"],
        kept_ms: KEPT_MS,
    },
];

/// Deletes what is stale in a deployment. What fails is told, and keeps nothing else from being deleted.
///
/// # Errors
/// The first that the database said.
pub async fn run(app: &Shared, deployment: &str) -> Result<()> {
    let mut outcome = Ok(());
    for stale in &STALE {
        let before = app.world.clock.now_ms() - stale.kept_ms;
        let pruned = super::told(deployment, stale.what, drain(app, deployment, stale, before).await);
        outcome = outcome.and(pruned);
    }
    outcome
}

async fn drain(app: &Shared, deployment: &str, stale: &'static Stale, before: i64) -> Result<()> {
    loop {
        let found = find(app, deployment, stale, before).await?;
        let (id, all) = (deployment.to_owned(), found.len());
        let deleted = app.db.write(move |tx| {
            let mut deleted = 0;
            for (one, other) in &found {
                for sql in stale.delete {
                    deleted += tx.execute(sql, params![one, other, before, &id])?;
                }
            }
            Ok(deleted)
        });
        // What is found and not deleted is in use again; it would only be found once more.
        if deleted.await? == 0 || all < BATCH {
            return Ok(());
        }
    }
}

async fn find(
    app: &Shared,
    deployment: &str,
    stale: &'static Stale,
    before: i64,
) -> Result<Vec<(String, String)>> {
    let deployment = deployment.to_owned();
    let found = app.db.read(move |on| {
        let rows = on.query(stale.find, params![&deployment, before])?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.cells();
                Ok((cells.text()?, cells.text()?))
            })
            .collect()
    });
    found.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use std::sync::Arc;

    #[tokio::test]
    async fn what_is_stale_is_found_and_deleted_by_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(folder.path(), Arc::new(|_| {})).unwrap();
        for stale in &STALE {
            for sql in stale.delete.iter().chain([&stale.find]) {
                let explained: &'static str = Box::leak(format!("explain query plan {sql}").into_boxed_str());
                let plan = db.read(move |on| on.query(explained, params!["x", "x", 1, "x"])).await.unwrap();
                let steps: Vec<String> = plan
                    .into_iter()
                    .map(|row| {
                        let mut cells = row.cells();
                        let numbers = [cells.int().unwrap(), cells.int().unwrap(), cells.int().unwrap()];
                        assert!(numbers[0] > 0);
                        cells.text().unwrap()
                    })
                    .collect();
                let shown = steps.join("; ");
                assert!(!shown.contains("SCAN") && !shown.contains("TEMP B-TREE"), "{sql}: {shown}");
            }
        }
    }
}
