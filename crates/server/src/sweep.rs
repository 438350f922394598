//! What happens without a request: expired sessions are ended, stale rows deleted, activity is written, mail is
//! sent.

mod absent;
mod domains;
mod lease;
mod prune;

use crate::account::deletion;
use crate::api_key::uses;
use crate::app::{Shared, Site};
use crate::deployment::store::retention;
use crate::error::Result;
use crate::id::SessionId;
use crate::session::{activity, read};
use crate::token::rotation;
use crate::user::imported;
use crate::world::Watch;
use crate::{invitation, organization, outbox, params, webhook};
pub use domains::check as check_domains;
use lease::Lease;
use std::sync::Arc;
use std::time::Duration;

/// What a clock may be corrected by without a word.
const CLOCK_MOVED_MS: i64 = 2_000;
const BATCH: i64 = 100;

/// Ends what has expired in every deployment and deletes what is stale, on one node at a time, in small
/// transactions. What fails is told, and keeps nothing else from being done.
///
/// # Errors
/// The first that the database said.
pub async fn run_once(app: &Shared) -> Result<()> {
    let mut outcome = Ok(());
    for site in &app.sites {
        outcome = outcome.and(sweep(app, Swept::Running(site)).await);
    }
    match told("", "find deployments", absent::ids(app).await) {
        Ok(ids) => {
            for id in &ids {
                outcome = outcome.and(sweep(app, Swept::Absent(id)).await);
            }
            outcome
        }
        Err(error) => outcome.and(Err(error)),
    }
}

/// What is swept.
#[derive(Clone, Copy)]
enum Swept<'a> {
    /// A deployment that runs here.
    Running(&'a Arc<Site>),
    /// One that does not.
    Absent(&'a str),
}

async fn sweep(app: &Shared, swept: Swept<'_>) -> Result<()> {
    let (deployment, retention) = match swept {
        Swept::Running(site) => (site.config.id.as_str(), site.config.retention.clone()),
        Swept::Absent(id) => (id, told(id, "read its retention", retention(&app.db, id).await)?),
    };
    let Some(mut lease) = told(deployment, "take the lease", Lease::take(app, deployment, "sweep").await)?
    else {
        return Ok(());
    };
    let ended = match swept {
        Swept::Running(site) => end_expired(&mut lease, site).await,
        Swept::Absent(_) => absent::end_expired(&mut lease).await,
    };
    let settled = match swept {
        Swept::Running(site) => organization::settle::all(app, site).await,
        Swept::Absent(_) => Ok(()),
    };
    let keyed = match swept {
        Swept::Running(site) => rotation::settle(app, site).await,
        Swept::Absent(_) => Ok(()),
    };
    let settled =
        told(deployment, "put out members", settled).and(told(deployment, "let keys follow", keyed));
    let put_away = match swept {
        Swept::Running(site) => invitation::expire::settle(app, site).await,
        Swept::Absent(_) => Ok(()),
    };
    let deleted = match swept {
        Swept::Running(site) => deletion::carry_out(app, site).await,
        Swept::Absent(_) => Ok(()),
    };
    let settled = settled.and(told(deployment, "delete accounts", deleted));
    let settled = settled.and(told(deployment, "put away what told of expired invitations", put_away));
    let ended = told(deployment, "end what has expired", ended).and(settled);
    let swept = ended.and(prune::run(&mut lease, &retention).await);
    if swept.is_err() {
        app.metrics.sweeps.failed.one();
    } else {
        app.metrics.sweeps.succeeded(deployment, app.world.clock.now_ms());
    }
    swept
}

async fn end_expired(lease: &mut Lease<'_>, site: &Arc<Site>) -> Result<()> {
    let app = lease.app;
    loop {
        let mut ended = 0;
        for session in due(app, &site.config.id).await? {
            if !lease.keep().await? {
                return Ok(());
            }
            // One session that cannot be read must not keep the others from ending.
            match read::end_expired(app, site, session).await {
                Ok(()) => ended += 1,
                Err(error) => report("end what has expired", Err(error)),
            }
        }
        app.metrics.sweeps.ended.add(ended);
        if ended == 0 {
            return Ok(());
        }
    }
}

async fn due(app: &Shared, deployment: &str) -> Result<Vec<SessionId>> {
    let (deployment, now) = (deployment.to_owned(), app.world.clock.now_ms());
    app.db
        .read(move |on| {
            let rows = on.query(
                "select id from sessions where ended_at is null and valid_until <= $2 and deployment_id = $1
                 order by valid_until, id limit $3",
                params![&deployment, now, BATCH],
            )?;
            rows.into_iter().map(|row| Ok(SessionId::stored(row.cells().text()?))).collect()
        })
        .await
}

/// Keeps doing all of it until the process ends.
pub fn start(app: &Shared) {
    spawn(app, Duration::from_secs(30), |app| async move {
        // Each failure has been told where it was met.
        let _ = run_once(&app).await;
        Ok(())
    });
    spawn(app, Duration::from_secs(30), |app| async move {
        let _ = check_domains(&app).await;
        Ok(())
    });
    spawn(app, Duration::from_secs(5), |app| async move { activity::flush(&app).await });
    // Keys that another node has made, long before they sign.
    spawn(app, Duration::from_secs(5), |app| async move { rotation::refresh_all(&app).await });
    spawn(app, Duration::from_secs(5), |app| async move { uses::flush(&app).await });
    // They grow fewer as their owners sign in.
    spawn(app, Duration::from_secs(600), |app| async move { imported::count(&app).await });
    send_webhooks(app);
    watch_clock(app);
    let app = Arc::clone(app);
    tokio::spawn(async move {
        loop {
            report("send mail", outbox::deliver_due(&app).await);
            // A lost bell (another node's mail, a retry) is caught by the timeout.
            let _ = tokio::time::timeout(Duration::from_secs(5), app.outbox_bell.notified()).await;
        }
    });
}

fn send_webhooks(app: &Shared) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        loop {
            report("send webhooks", webhook::deliver_due(&app).await);
            let _ = tokio::time::timeout(Duration::from_secs(5), app.webhook_bell.notified()).await;
        }
    });
}

/// Tells when the machine's clock is set: what was made while it was wrong lasts too long or not long enough.
fn watch_clock(app: &Shared) {
    let (app, mut watch) = (Arc::clone(app), Watch::begin(&app.world.clock));
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let by_ms = watch.moved(&app.world.clock);
            if by_ms < -CLOCK_MOVED_MS {
                tracing::error!(
                    by_ms,
                    "the clock went back; what was made while it was ahead may last too long"
                );
            } else if by_ms > CLOCK_MOVED_MS {
                tracing::warn!(
                    by_ms,
                    "the clock went ahead, or the machine slept; what has expired is ended"
                );
            }
        }
    });
}

fn spawn<F: Future<Output = Result<()>> + Send>(
    app: &Shared,
    every: Duration,
    work: impl Fn(Shared) -> F + Send + 'static,
) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            report("sweep", work(Arc::clone(&app)).await);
        }
    });
}

/// Tells the operator what failed.
fn told<T>(deployment: &str, doing: &str, result: Result<T>) -> Result<T> {
    if let Err(error) = &result {
        tracing::warn!(deployment, doing, %error, "the sweep failed");
    }
    result
}

/// What fails here is tried again at the next tick; the operator should know.
fn report(doing: &str, result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!(doing, %error, "background work failed");
    }
}
