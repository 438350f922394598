//! What is told when somebody scrapes: what was counted, and what has to be asked for now.

use super::page::{Labels, Page};
use super::process::{Process, precise};
use crate::app::{App, Shared};
use crate::audit::hooks::store as hooks;
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::outbox::{self, Backlog};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long the database may take to be counted as there. A scrape has ten seconds, as Prometheus comes.
const PATIENCE: Duration = Duration::from_secs(2);

/// Every metric, in Prometheus' text format. It takes some milliseconds, and no longer while the database is away.
///
/// # Errors
/// Only if it cannot be written.
pub async fn text(app: &Shared) -> Result<String> {
    let backlogs = tokio::time::timeout(PATIENCE, ask(app)).await.ok().and_then(Result::ok);
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape { app: Arc::clone(app), backlogs, process: Process::ask() }));
    let mut text = String::new();
    prometheus_text::encode(&mut text, &registry)
        .map_err(|cause| Error::internal("write the metrics", cause))?;
    Ok(text)
}

/// What waits to be sent by one deployment.
struct Waiting {
    deployment: String,
    mails: Backlog,
    webhooks: hooks::Backlog,
}

/// What waits to be sent by each deployment: an answer means that the database is there.
async fn ask(app: &App) -> Result<Vec<Waiting>> {
    let ids: Vec<String> = app.sites.iter().map(|site| site.config.id.clone()).collect();
    let of = |on: &mut Snapshot<'_>, id: &String| {
        let (mails, webhooks) = (outbox::backlog(on, id)?, hooks::backlog(on, id)?);
        Ok(Waiting { deployment: id.clone(), mails, webhooks })
    };
    app.db.read(move |on| ids.iter().map(|id| of(on, id)).collect()).await
}

/// One scrape.
struct Scrape {
    app: Shared,
    /// None while the database does not answer.
    backlogs: Option<Vec<Waiting>>,
    process: Process,
}

impl fmt::Debug for Scrape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Scrape")
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut page = Page(encoder);
        self.requests(&mut page)?;
        self.people(&mut page)?;
        self.hashing(&mut page)?;
        self.cache(&mut page)?;
        self.streams(&mut page)?;
        self.outbox(&mut page)?;
        self.webhooks(&mut page)?;
        self.database(&mut page)?;
        self.sweep(&mut page)?;
        self.process(&mut page)
    }
}

fn seconds(ms: i64) -> f64 {
    precise(u64::try_from(ms).unwrap_or(0)) / 1000.0
}

impl Scrape {
    fn requests(&self, page: &mut Page<'_>) -> fmt::Result {
        let requests = &self.app.metrics.requests;
        let counted: Vec<(&str, String, u64)> = requests
            .all()
            .flat_map(|(id, counted)| counted.statuses().map(move |(status, count)| (id, status, count)))
            .collect();
        page.counter(
            ("keyrack_http_requests", "Requests that were answered, by operation and status"),
            counted
                .iter()
                .map(|(id, status, count)| (vec![("operation", *id), ("status", status.as_str())], *count)),
        )?;
        page.timing(
            ("keyrack_http_request_duration_seconds", "Time until an answer began"),
            requests.all().map(|(id, counted)| (vec![("operation", id)], &counted.took)),
        )
    }

    fn people(&self, page: &mut Page<'_>) -> fmt::Result {
        let metrics = &self.app.metrics;
        page.counter(
            ("keyrack_sign_ins", "Sign-ins that were tried, by how they ended"),
            metrics.sign_ins.all().map(|(outcome, count)| (vec![("outcome", outcome)], count)),
        )?;
        let stages = [("begun", &metrics.sign_ups_begun), ("verified", &metrics.sign_ups_verified)];
        page.counter(
            ("keyrack_sign_ups", "Sign-ups that were begun and codes that were entered, by how that ended"),
            stages.into_iter().flat_map(|(stage, outcomes)| {
                let labels = move |outcome| vec![("stage", stage), ("outcome", outcome)];
                outcomes.all().map(move |(outcome, count)| (labels(outcome), count))
            }),
        )?;
        page.counter(
            (
                "keyrack_domain_checks",
                "Looks for the records of organizations' domains, by what they came to",
            ),
            metrics.domain_checks.all().map(|(outcome, count)| (vec![("outcome", outcome)], count)),
        )
    }

    fn hashing(&self, page: &mut Page<'_>) -> fmt::Result {
        let hasher = &self.app.hasher;
        let (waiting, most) = hasher.waiting();
        let (waiting, most) = (precise(waiting as u64), precise(most as u64));
        page.one(("keyrack_hash_queue_length", "Passwords that are hashed or wait for it"), waiting)?;
        page.one(("keyrack_hash_queue_capacity", "Passwords that may wait; more are refused"), most)?;
        page.timing(
            ("keyrack_hash_duration_seconds", "Time to hash a password, without waiting"),
            [(Labels::new(), &*hasher.took)],
        )?;
        page.counter(
            ("keyrack_hash_refused", "Requests refused because too many passwords waited"),
            [(Labels::new(), hasher.refused.get())],
        )
    }

    fn cache(&self, page: &mut Page<'_>) -> fmt::Result {
        let cache = self.app.cache.usage();
        page.one(
            ("keyrack_cache_entries", "Sessions that are kept in memory"),
            precise(cache.entries as u64),
        )?;
        page.one(("keyrack_cache_bytes", "About what they take"), precise(cache.bytes as u64))?;
        page.counter(
            ("keyrack_cache_hits", "Reads of a session that was in memory"),
            // What took the shortcut was in memory, too.
            [(Labels::new(), cache.hits + self.app.shortcuts_taken.load(Ordering::Relaxed))],
        )?;
        page.counter(
            ("keyrack_cache_misses", "Reads of a session that was not"),
            [(Labels::new(), cache.misses)],
        )
    }

    fn streams(&self, page: &mut Page<'_>) -> fmt::Result {
        let open = precise(self.app.hub.streams() as u64);
        page.one(("keyrack_streams", "Streams of events that are open"), open)
    }

    fn outbox(&self, page: &mut Page<'_>) -> fmt::Result {
        let now = self.app.world.clock.now_ms();
        let all = self.backlogs.as_deref().unwrap_or_default();
        let each = |of: fn(&Backlog, i64) -> f64| {
            all.iter().map(move |it| (vec![("deployment", it.deployment.as_str())], of(&it.mails, now)))
        };
        page.gauge(
            ("keyrack_outbox_queued", "Mails that wait to be sent"),
            each(|backlog, _| seconds(backlog.queued * 1000)),
        )?;
        page.gauge(
            ("keyrack_outbox_dead", "Mails that were given up and are still kept"),
            each(|backlog, _| seconds(backlog.dead * 1000)),
        )?;
        page.gauge(
            ("keyrack_outbox_oldest_age_seconds", "How long the oldest mail has been waiting, 0 if none is"),
            each(|backlog, now| backlog.oldest_at.map_or(0.0, |at| seconds(now - at))),
        )
    }

    fn webhooks(&self, page: &mut Page<'_>) -> fmt::Result {
        page.counter(
            ("keyrack_webhooks", "Calls of the application's endpoints, by what they came to"),
            self.app.metrics.webhooks.all().map(|(outcome, count)| (vec![("outcome", outcome)], count)),
        )?;
        let now = self.app.world.clock.now_ms();
        let all = self.backlogs.as_deref().unwrap_or_default();
        let each = |of: fn(&hooks::Backlog, i64) -> f64| {
            all.iter().map(move |it| (vec![("deployment", it.deployment.as_str())], of(&it.webhooks, now)))
        };
        page.gauge(
            ("keyrack_webhooks_queued", "Messages that wait for an endpoint to take them"),
            each(|backlog, _| seconds(backlog.queued * 1000)),
        )?;
        page.gauge(
            ("keyrack_webhooks_dead", "Messages that were given up and are still kept"),
            each(|backlog, _| seconds(backlog.dead * 1000)),
        )?;
        page.gauge(
            ("keyrack_webhooks_oldest_age_seconds", "How long the oldest that waits has, 0 if none does"),
            each(|backlog, now| backlog.oldest_at.map_or(0.0, |at| seconds(now - at))),
        )
    }

    fn database(&self, page: &mut Page<'_>) -> fmt::Result {
        let stats = self.app.db.stats();
        let up = if self.backlogs.is_some() { 1.0 } else { 0.0 };
        page.one(("keyrack_database_up", "Whether the database answered this scrape"), up)?;
        page.counter(
            (
                "keyrack_database_transactions",
                "Transactions, by kind and by whether they were done, refused what was asked, or failed",
            ),
            stats
                .transactions()
                .map(|(kind, outcome, count)| (vec![("kind", kind), ("outcome", outcome)], count)),
        )?;
        page.timing(
            (
                "keyrack_database_transaction_duration_seconds",
                "Time of a transaction, with waiting for its turn",
            ),
            stats.took().map(|(kind, took)| (vec![("kind", kind)], took)),
        )?;
        page.counter(
            ("keyrack_database_retries", "Transactions run again because another was in the way"),
            [(Labels::new(), stats.retries.get())],
        )?;
        page.one(
            ("keyrack_database_connections", "Connections of this process to the database"),
            precise(stats.connections()),
        )
    }

    fn sweep(&self, page: &mut Page<'_>) -> fmt::Result {
        let sweeps = &self.app.metrics.sweeps;
        page.gauge(
            (
                "keyrack_sweep_last_success_timestamp_seconds",
                "When this node last swept a deployment without a failure, 0 if never",
            ),
            sweeps.last().map(|(id, at)| (vec![("deployment", id)], seconds(at))),
        )?;
        for (about, count) in [
            (("keyrack_sweep_failures", "Steps of the sweep that failed"), &sweeps.failed),
            (("keyrack_sweep_deleted_rows", "Rows that the sweep deleted"), &sweeps.deleted),
            (("keyrack_sweep_ended_sessions", "Sessions in which the sweep ended something"), &sweeps.ended),
        ] {
            page.counter(about, [(Labels::new(), count.get())])?;
        }
        Ok(())
    }

    fn process(&self, page: &mut Page<'_>) -> fmt::Result {
        let engine = if self.app.db.is_shared() { "postgresql" } else { "sqlite" };
        page.gauge(
            ("keyrack_build_info", "Always 1; which version runs on which database"),
            [(vec![("version", env!("CARGO_PKG_VERSION")), ("database", engine)], 1.0)],
        )?;
        let process = &self.process;
        if let Some(seconds) = process.cpu_seconds {
            let about = ("process_cpu_seconds", "Time on processors");
            page.counter_of_seconds(about, seconds)?;
        }
        for (about, value) in [
            (("process_resident_memory_bytes", "Memory in use"), process.resident_bytes),
            (("process_open_fds", "Open files and connections"), process.open_files),
            (("process_max_fds", "How many may be open"), process.most_files),
            (("process_threads", "Threads"), process.threads),
            (
                ("process_start_time_seconds", "When the process began, in Unix time"),
                Some(seconds(self.app.metrics.started_at)),
            ),
        ] {
            if let Some(value) = value {
                page.one(about, value)?;
            }
        }
        Ok(())
    }
}
