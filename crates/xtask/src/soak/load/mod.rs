//! An hour of everything at once, in an open loop: what is asked does not wait for what was asked before. Memory,
//! files, threads and answer times are at the end what they were at the beginning, and nobody is ever told nonsense.

mod guest;
mod measure;
mod seen;
mod stream;

use super::cluster::{Cluster, Plan};
use super::progress::Progress;
use crate::Outcome;
use crate::database::Database;
use crate::random::Random;
use guest::{Ask, Guest};
use measure::Measures;
use seen::Seen;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

/// Requests a second.
const RATE: u32 = 200;
/// Browsers that stay, each with two accounts.
const GUESTS: usize = 400;
/// Before the measures count: caches fill, the pools of connections and threads grow to what the load needs.
const WARM_UP: Duration = Duration::from_secs(60);
/// Requests under way at once. More are not begun; that is a failure.
const UNDER_WAY: usize = 1000;
/// Sign-ins end and begin by thousands here, so that their browsers are never too many for an account.
const CONFIG: &str = "max_sessions_per_account = 100\n";

/// Runs it on SQLite, or on `database` with two nodes; returns the closing line.
pub async fn run(binary: &Path, database: Option<&Database>, seed: u64, minutes: u64) -> Outcome<String> {
    let engine = if database.is_some() { "postgres" } else { "sqlite" };
    println!("\n=== load on {engine}: {RATE} requests a second for {minutes} minutes");
    let plan = Plan {
        binary,
        name: "soak-load",
        nodes: if database.is_some() { 2 } else { 1 },
        database_url: database.map(Database::url),
        data: None,
        config: CONFIG,
    };
    let cluster = Arc::new(Cluster::start(&plan).await?);
    let outcome = load(&cluster, database, Random::new(seed), minutes).await;
    cluster.end(outcome.map(|line| format!("load on {engine}: {line}")))
}

async fn load(
    cluster: &Arc<Cluster>,
    database: Option<&Database>,
    mut random: Random,
    minutes: u64,
) -> Outcome<String> {
    let (guests, seen) = (guests(cluster, &mut random).await?, Arc::new(Seen::default()));
    let whole = Duration::from_secs(60 * minutes);
    let mut work = Work {
        cluster: Arc::clone(cluster),
        guests,
        seen: Arc::clone(&seen),
        random,
        under_way: JoinSet::new(),
    };
    println!("load: {GUESTS} browsers with two accounts each; warming up for {} s", WARM_UP.as_secs());
    work.until(Instant::now() + WARM_UP, &mut Progress::new("load, warming up")).await?;
    seen.begin();
    let mut measures = Measures::default();
    let (began, mut progress) = (Instant::now(), Progress::new("load"));
    for slice in 1..=measure::SLICES {
        let end = began + whole * slice / measure::SLICES;
        measures.begin_slice();
        while Instant::now() < end {
            let window = (Instant::now() + measure::WINDOW).min(end);
            while Instant::now() < window {
                work.until((Instant::now() + measure::LOOK).min(window), &mut progress).await?;
                measures.sample(cluster)?;
            }
            measures.note_p99(seen.window().at(0.99));
        }
        measures.end_slice(measure::rows(cluster, database)?);
    }
    while work.under_way.join_next().await.is_some() {}
    let lacks = seen.lacks(RATE, whole);
    let wrong = lacks.into_iter().chain(seen.wrong()).chain(cluster.faults()).collect();
    measures.judge(&seen, wrong, minutes, database.is_some())
}

/// All of them, signed up twice.
async fn guests(cluster: &Arc<Cluster>, random: &mut Random) -> Outcome<Vec<Arc<Mutex<Guest>>>> {
    let (mut coming, places) = (JoinSet::new(), Arc::new(Semaphore::new(8)));
    for number in 0..GUESTS {
        let mut guest = Guest::new(cluster.browser(), format!("g{number}"), random.fork());
        let places = Arc::clone(&places);
        coming.spawn(async move {
            let _place = places.acquire_owned().await;
            guest.arrives().await.map(|()| guest)
        });
    }
    let mut guests = Vec::new();
    while let Some(guest) = coming.join_next().await {
        guests.push(Arc::new(Mutex::new(guest.map_err(|error| error.to_string())??)));
    }
    Ok(guests)
}

/// Everything that is asked.
struct Work {
    cluster: Arc<Cluster>,
    guests: Vec<Arc<Mutex<Guest>>>,
    seen: Arc<Seen>,
    random: Random,
    under_way: JoinSet<()>,
}

impl Work {
    /// Asks at the rate until `end`.
    async fn until(&mut self, end: Instant, progress: &mut Progress) -> Outcome {
        let began = Instant::now();
        let mut due = began;
        while due < end {
            tokio::time::sleep_until(due.into()).await;
            while self.under_way.try_join_next().is_some() {}
            if self.under_way.len() >= UNDER_WAY {
                return Err(format!("{UNDER_WAY} requests wait: the server does not keep up with {RATE}/s"));
            }
            self.ask(due);
            due += Duration::from_secs(1) / RATE;
            progress.tell(|| self.seen.line());
        }
        Ok(())
    }

    fn ask(&mut self, due: Instant) {
        let ask = Ask::drawn(&mut self.random);
        let seen = Arc::clone(&self.seen);
        if ask == Ask::Visit {
            let mut guest = Guest::new(self.cluster.browser(), "v".to_owned(), self.random.fork());
            self.under_way.spawn(async move {
                let outcome = guest.visits(&seen).await;
                seen.answered(ask, due.elapsed(), outcome);
            });
            return;
        }
        // A browser asks one thing at a time: another one is taken while this one waits.
        let Some(mut guest) = (0..GUESTS).find_map(|_| {
            let guest = self.random.pick(&self.guests)?;
            Arc::clone(guest).try_lock_owned().ok()
        }) else {
            return;
        };
        self.under_way.spawn(async move {
            let outcome = guest.asks(ask, &seen).await;
            seen.answered(ask, due.elapsed(), outcome);
        });
    }
}
