//! Rows that nobody can ask for any more are deleted: what strangers begin and leave must not stay for ever.

use crate::app::{Shared, Site};
use crate::error::Result;
use crate::params;
use std::sync::Arc;

const DAY: i64 = 24 * 3_600_000;
/// Rows of one transaction: others wait for it.
const BATCH: u64 = 200;

/// Statements that delete at most [`BATCH`] rows of the deployment `$1` which nobody asked for after `$2`, and how
/// long rows stay before. Those that point to others go first.
const STALE: [(&str, i64); 7] = [
    (
        "delete from attempts where id in (select id from attempts
         where deployment_id = $1 and listed_until < $2 and expires_at < $2 order by id limit 200)",
        DAY,
    ),
    (
        "delete from one_time_secrets where id in (select id from one_time_secrets
         where deployment_id = $1 and expires_at < $2 order by id limit 200)",
        DAY,
    ),
    (
        "delete from outbox where id in (select id from outbox
         where deployment_id = $1 and state <> 'queued' and created_at < $2 order by id limit 200)",
        7 * DAY,
    ),
    // Those of a day and less. Wrong passwords in a row are counted for years.
    (
        "delete from throttles where deployment_id = $1 and (kind, subject) in (select kind, subject from throttles
         where deployment_id = $1 and kind not in ('password', 'account') and window_started_at < $2
         and blocked_until < $2 order by kind, subject limit 200)",
        2 * DAY,
    ),
    (
        "delete from sign_in_activity where sign_in_id in (select a.sign_in_id from sign_in_activity a
         join sign_ins s on s.id = a.sign_in_id where s.deployment_id = $1 and s.ended_at < $2
         order by a.sign_in_id limit 200)",
        30 * DAY,
    ),
    (
        "delete from sign_ins where id in (select s.id from sign_ins s
         where s.deployment_id = $1 and s.ended_at < $2
         and not exists (select 1 from sign_in_activity a where a.sign_in_id = s.id) order by s.id limit 200)",
        30 * DAY,
    ),
    (
        "delete from sessions where id in (select s.id from sessions s
         where s.deployment_id = $1 and s.ended_at < $2 and s.outer_until < $2
         and not exists (select 1 from sign_ins i where i.session_id = s.id)
         and not exists (select 1 from attempts a where a.session_id = s.id) order by s.id limit 200)",
        DAY,
    ),
];

/// Deletes what is stale in a deployment.
///
/// # Errors
/// What the database says.
pub async fn run(app: &Shared, site: &Arc<Site>) -> Result<()> {
    for (sql, kept_ms) in STALE {
        let before = app.world.clock.now_ms() - kept_ms;
        loop {
            let deployment = site.config.id.clone();
            if app.db.write(move |tx| tx.execute(sql, params![&deployment, before])).await? < BATCH {
                break;
            }
        }
    }
    Ok(())
}
