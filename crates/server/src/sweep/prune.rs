//! Rows that nobody can ask for any more are deleted: what strangers begin and leave must not stay for ever.
//!
//! What is stale is looked for on a snapshot, by an index, and deleted by its key in small transactions, so that
//! whoever writes waits for a few rows and never for a table.

use super::lease::Lease;
use crate::api_key::calls::KEPT_MS;
use crate::app::Shared;
use crate::config::Retention;
use crate::error::Result;
use crate::params;
use crate::user::authenticator::SETUP_MS;

/// Rows of one transaction: others wait for it.
const BATCH: usize = 100;

/// Rows of one kind.
pub struct Stale {
    /// What they are, for the log.
    what: &'static str,
    /// Gives two texts for each of at most [`BATCH`] rows of the deployment `$1` that nobody asked for after `$2`.
    find: &'static str,
    /// Delete the row that the texts `$1` and `$2` name, if it is still older than `$3` and of the deployment `$4`;
    /// also what points to it, and what it was the last of. Each with how long that stays.
    delete: &'static [(&'static str, Period)],
    /// How long they stay before they are looked for.
    kept: Period,
}

/// Which period of a deployment it is, in milliseconds.
type Period = fn(&Retention) -> i64;

/// A session goes with the last that was in it, if its own time is over.
const EMPTY_SESSION: (&str, Period) = (EMPTY_SESSION_SQL, |kept| kept.sessions_ms);
const EMPTY_SESSION_SQL: &str = "delete from sessions where id = $2 and $1 <> '' and deployment_id = $4
     and ended_at is not null and outer_until < $3
     and not exists (select 1 from sign_ins i where i.session_id = $2)
     and not exists (select 1 from attempts a where a.session_id = $2)";

/// Every kind.
pub const STALE: [Stale; 19] = [
    Stale {
        what: "attempts",
        find: "select id, session_id from attempts
             where deployment_id = $1 and expires_at < $2 and listed_until < $2 order by expires_at limit 100",
        delete: &[
            ("delete from attempts where id = $1 and session_id = $2 and expires_at < $3 and listed_until < $3
             and deployment_id = $4", |kept| kept.attempts_ms),
            EMPTY_SESSION,
        ],
        kept: |kept| kept.attempts_ms,
    },
    Stale {
        what: "codes",
        find: "select id, owner from one_time_secrets
             where deployment_id = $1 and expires_at < $2 order by expires_at limit 100",
        delete: &[("delete from one_time_secrets where id = $1 and owner = $2 and expires_at < $3
             and deployment_id = $4", |kept| kept.codes_ms)],
        kept: |kept| kept.codes_ms,
    },
    Stale {
        what: "tickets",
        find: "select id, kind from tickets
             where deployment_id = $1 and expires_at < $2 order by expires_at limit 100",
        delete: &[("delete from tickets where id = $1 and kind = $2 and expires_at < $3
             and deployment_id = $4", |kept| kept.codes_ms)],
        kept: |kept| kept.codes_ms,
    },
    Stale {
        what: "authenticators that were not confirmed",
        find: "select id, user_id from authenticators
             where deployment_id = $1 and verified_at is null and created_at < $2 order by created_at limit 100",
        delete: &[("delete from authenticators where id = $1 and user_id = $2 and verified_at is null
             and created_at < $3 and deployment_id = $4", |kept| kept.attempts_ms.max(SETUP_MS))],
        kept: |kept| kept.attempts_ms.max(SETUP_MS),
    },
    Stale {
        what: "mails",
        find: "select id, kind from outbox
             where deployment_id = $1 and state <> 'queued' and created_at < $2 order by created_at limit 100",
        delete: &[("delete from outbox where id = $1 and kind = $2 and state <> 'queued' and created_at < $3
             and deployment_id = $4", |kept| kept.mails_ms)],
        kept: |kept| kept.mails_ms,
    },
    Stale {
        what: "webhooks",
        find: "select id, kind from webhook_events
             where deployment_id = $1 and settled_at is not null and settled_at < $2 order by settled_at limit 100",
        delete: &[("delete from webhook_events where id = $1 and kind = $2 and settled_at is not null and settled_at < $3
             and deployment_id = $4", |kept| kept.mails_ms)],
        kept: |kept| kept.mails_ms,
    },
    Stale {
        what: "counts of a day",
        find: "select subject, kind from throttles
             where deployment_id = $1 and kind not in ('password', 'account', 'nobody', 'known', 'second_factor', 'code_guess',
                 'reset_guess')
             and window_started_at < $2 and blocked_until < $2 order by window_started_at limit 100",
        delete: &[("delete from throttles where subject = $1 and kind = $2 and window_started_at < $3
             and blocked_until < $3 and deployment_id = $4", |kept| kept.counts_ms)],
        kept: |kept| kept.counts_ms,
    },
    // What is typed may be nobody's, and a code that is guessed at is another one by then. An account's own counts stay until
    // the right password or second factor comes: forgetting these gives a guesser nothing.
    Stale {
        what: "counts of identifiers",
        find: "select subject, kind from throttles
             where deployment_id = $1 and kind in ('password', 'nobody', 'code_guess', 'reset_guess') and blocked_until < $2
             order by blocked_until limit 100",
        delete: &[("delete from throttles where subject = $1 and kind = $2 and blocked_until < $3
             and deployment_id = $4", |kept| kept.guesses_ms)],
        kept: |kept| kept.guesses_ms,
    },
    Stale {
        what: "sign-ins",
        find: "select id, session_id from sign_ins
             where deployment_id = $1 and ended_at is not null and ended_at < $2 order by ended_at limit 100",
        delete: &[
            ("delete from sign_in_activity where sign_in_id = $1 and deployment_id = $4 and exists
             (select 1 from sign_ins s where s.id = $1 and s.session_id = $2 and s.ended_at < $3)", |kept| kept.sign_ins_ms),
            ("delete from sign_ins where id = $1 and session_id = $2 and ended_at < $3 and deployment_id = $4", |kept| kept.sign_ins_ms),
            EMPTY_SESSION,
        ],
        kept: |kept| kept.sign_ins_ms,
    },
    // Those that were still to be asked for when the last in them went: looked for in the hour after their time.
    // In most of what is older something still is, which takes the session with it when it goes.
    Stale {
        what: "sessions",
        find: "select id, id from sessions
             where deployment_id = $1 and ended_at is not null and outer_until < $2 and outer_until >= $2 - 3600000
             and not exists (select 1 from sign_ins i where i.session_id = sessions.id)
             and not exists (select 1 from attempts a where a.session_id = sessions.id)
             order by outer_until limit 100",
        delete: &[EMPTY_SESSION],
        kept: |kept| kept.sessions_ms,
    },
    // The same if nothing was swept in that hour. By now there is hardly one in which something is.
    Stale {
        what: "forgotten sessions",
        find: "select id, id from sessions
             where deployment_id = $1 and ended_at is not null and outer_until < $2
             and not exists (select 1 from sign_ins i where i.session_id = sessions.id)
             and not exists (select 1 from attempts a where a.session_id = sessions.id)
             order by outer_until limit 100",
        delete: &[EMPTY_SESSION],
        kept: |kept| kept.emptied_ms(),
    },
    Stale {
        what: "notifications",
        find: "select id, user_id from notifications
             where deployment_id = $1 and created_at < $2 order by created_at limit 100",
        delete: &[("delete from notifications where id = $1 and user_id = $2 and created_at < $3
             and deployment_id = $4", |kept| kept.notifications_ms)],
        kept: |kept| kept.notifications_ms,
    },
    Stale {
        what: "invitations",
        find: "select id, email from invitations
             where deployment_id = $1 and expires_at < $2 order by expires_at limit 100",
        delete: &[("delete from invitations where id = $1 and email = $2 and expires_at < $3
             and deployment_id = $4", |kept| kept.invitations_ms)],
        kept: |kept| kept.invitations_ms,
    },
    Stale {
        what: "those who wait",
        find: "select id, email from waitlist_entries where deployment_id = $1 and updated_at < $2
             and (invited_until is null or invited_until < $2) order by updated_at limit 100",
        delete: &[("delete from waitlist_entries where id = $1 and email = $2 and updated_at < $3
             and (invited_until is null or invited_until < $3) and deployment_id = $4", |kept| kept.waitlist_ms)],
        kept: |kept| kept.waitlist_ms,
    },
    Stale {
        what: "secret keys that are over",
        find: "select id, name from api_keys
             where deployment_id = $1 and expires_at is not null and expires_at < $2 order by expires_at limit 100",
        delete: &[("delete from api_keys where id = $1 and name = $2 and expires_at < $3
             and deployment_id = $4", |kept| kept.audit_ms)],
        kept: |kept| kept.audit_ms,
    },
    Stale {
        what: "answers of calls that are done once",
        find: "select id, asked from api_calls
             where deployment_id = $1 and created_at < $2 order by created_at limit 100",
        delete: &[("delete from api_calls where id = $1 and asked = $2 and created_at < $3
             and deployment_id = $4", |_| KEPT_MS)],
        kept: |_| KEPT_MS,
    },
    Stale {
        what: "programs that waited",
        find: "select id, state from device_requests
             where deployment_id = $1 and expires_at < $2 order by expires_at limit 100",
        delete: &[("delete from device_requests where id = $1 and state = $2 and expires_at < $3
             and deployment_id = $4", |kept| kept.codes_ms)],
        kept: |kept| kept.codes_ms,
    },
    Stale {
        what: "handshakes",
        find: "select id, session_id from handshakes
             where deployment_id = $1 and expires_at < $2 order by expires_at limit 100",
        delete: &[("delete from handshakes where id = $1 and session_id = $2 and expires_at < $3
             and deployment_id = $4", |kept| kept.codes_ms)],
        kept: |kept| kept.codes_ms,
    },
    Stale {
        what: "records",
        find: "select id, event from audit where deployment_id = $1 and at < $2 order by at limit 100",
        delete: &[("delete from audit where id = $1 and event = $2 and at < $3 and deployment_id = $4", |kept| kept.audit_ms)],
        kept: |kept| kept.audit_ms,
    },
];

/// Deletes what is stale in a deployment, as long as the lease is this node's. What fails is told, and keeps
/// nothing else from being deleted.
///
/// # Errors
/// The first that the database said.
pub async fn run(lease: &mut Lease<'_>, retention: &Retention) -> Result<()> {
    let mut outcome = Ok(());
    for stale in &STALE {
        let pruned = drain(lease, stale, retention).await;
        outcome = outcome.and(super::told(lease.deployment, stale.what, pruned));
    }
    outcome
}

async fn drain(lease: &mut Lease<'_>, stale: &'static Stale, retention: &Retention) -> Result<()> {
    let (app, deployment) = (lease.app, lease.deployment);
    loop {
        app.world.failpoints.pass("sweep.batch").await;
        if !lease.keep().await? {
            return Ok(());
        }
        let found = find(app, deployment, stale, app.world.clock.now_ms() - (stale.kept)(retention)).await?;
        let all = found.len();
        // What is found and not deleted is in use again; it would only be found once more.
        let deleted = delete(lease, stale, retention, found).await?;
        app.metrics.sweeps.deleted.add(deleted);
        if deleted == 0 || all < BATCH {
            return Ok(());
        }
    }
}

async fn delete(
    lease: &Lease<'_>,
    stale: &'static Stale,
    retention: &Retention,
    found: Vec<(String, String)>,
) -> Result<u64> {
    let (deployment, now) = (lease.deployment.to_owned(), lease.app.world.clock.now_ms());
    let steps: Vec<(&'static str, i64)> =
        stale.delete.iter().map(|(sql, kept)| (*sql, now - kept(retention))).collect();
    let deleted = lease.app.db.write(move |tx| {
        let mut deleted = 0;
        for (one, other) in &found {
            for (sql, before) in &steps {
                deleted += tx.execute(sql, params![one, other, *before, &deployment])?;
            }
        }
        Ok(deleted)
    });
    deleted.await
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
#[path = "prune_tests.rs"]
mod tests;
