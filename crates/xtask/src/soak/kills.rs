//! `kill -9` under load, 200 times; after each restart every browser must find what it was told. On PostgreSQL there
//! are two nodes: one of them is killed, the other goes on.

use super::cluster::{Cluster, Plan};
use super::crowd::Crowd;
use super::progress::Progress;
use crate::Outcome;
use crate::database::Database;
use crate::random::Random;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const KILLS: usize = 200;
const BROWSERS: usize = 6;
/// Changes acknowledged between two kills, at least; up to so many more are drawn.
const CHANGES: usize = 42;
const MORE_CHANGES: usize = 25;
/// Changes on the other node before the killed one is started again.
const MEANWHILE: usize = 10;
/// A restart takes no longer, 95 times of 100.
const READY_MS: u128 = 2000;

/// Runs it on SQLite, or on `database` with two nodes; returns the closing line.
pub async fn run(
    binary: &Path,
    database: Option<&Database>,
    seed: u64,
    kills: Option<usize>,
) -> Outcome<String> {
    let engine = if database.is_some() { "postgres" } else { "sqlite" };
    let kills = kills.unwrap_or(KILLS);
    println!("\n=== {engine}: {kills} times kill -9");
    let plan = Plan {
        binary,
        name: &format!("soak-{engine}"),
        nodes: if database.is_some() { 2 } else { 1 },
        database_url: database.map(Database::url),
        data: None,
        config: "",
    };
    let cluster = Arc::new(Cluster::start(&plan).await?);
    let outcome = Kills { engine, cluster: &cluster, database, random: Random::new(seed), meanwhile: 0 };
    let outcome = outcome.run(kills).await;
    cluster.end(outcome)
}

struct Kills<'a> {
    engine: &'a str,
    cluster: &'a Arc<Cluster>,
    database: Option<&'a Database>,
    random: Random,
    /// Changes acknowledged while a node was down.
    meanwhile: usize,
}

impl Kills<'_> {
    async fn run(mut self, kills: usize) -> Outcome<String> {
        let mut crowd = Crowd::new(self.cluster, &mut self.random);
        let mut progress = Progress::new(self.engine);
        for kill in 1..=kills {
            self.kill(&mut crowd).await?;
            if let Some(database) = self.database {
                // What the killed node had sent may still be committed.
                database.until_quiet()?;
            }
            crowd.compare().await?;
            progress.tell(|| format!("kill {kill} of {kills}: {}", crowd.count.line()));
        }
        let wrong = crowd.wrong().await?;
        let integrity = match self.database {
            Some(_) => format!("{} changes on the other node meanwhile", self.meanwhile),
            None => format!("integrity_check {}", self.cluster.integrity(0)?),
        };
        let (ready, count) = (self.cluster.ready_p95(), &crowd.count);
        let line = format!(
            "{}: {kills} kills, {}, {} promised mails late, {integrity}, ready again p95 {ready} ms, {} differ",
            self.engine,
            count.line(),
            count.late_mails().len(),
            wrong.len()
        );
        let went_on = self.database.is_none() || self.meanwhile >= kills;
        let intact = self.database.is_some() || integrity.ends_with(" ok");
        if wrong.is_empty() && count.total() >= kills * CHANGES && ready <= READY_MS && went_on && intact {
            return Ok(line);
        }
        Err(format!(
            "{line}; 0 may differ, of at least {} acknowledged; ready within {READY_MS} ms",
            kills * CHANGES
        ))
    }

    /// Lets everybody work, kills a node in the middle, and starts it again, while the other goes on.
    async fn kill(&mut self, crowd: &mut Crowd) -> Outcome {
        let victim = self.random.below(self.cluster.len());
        crowd.count.kill_after(CHANGES + self.random.below(MORE_CHANGES));
        let mut working = crowd.work(BROWSERS);
        if !crowd.until_reached(&mut working).await? {
            return Err(format!("every browser stopped before the kill:\n{}", self.cluster.log_end(victim)));
        }
        // Not at the moment of an answer, but anywhere between two of them.
        let pause = u64::try_from(self.random.below(20_000)).unwrap_or_default();
        tokio::time::sleep(Duration::from_micros(pause)).await;
        self.cluster.kill(victim);
        if self.database.is_some() {
            let before = crowd.count.total();
            crowd.count.kill_after(MEANWHILE);
            // Perhaps all of them had asked the one that was killed.
            crowd.until_reached(&mut working).await?;
            self.meanwhile += crowd.count.total() - before;
        }
        self.cluster.restart(victim).await?;
        crowd.count.stop();
        crowd.gather(working).await
    }
}

impl Cluster {
    /// What SQLite's own check says of the database of a node, while it runs.
    pub fn integrity(&self, number: usize) -> Outcome<String> {
        let file = self.data(number).join("keyrack.db");
        let connection =
            rusqlite::Connection::open_with_flags(&file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
        let said = connection.and_then(|on| on.query_row("pragma integrity_check", [], |row| row.get(0)));
        said.map_err(|error| format!("{} cannot be checked: {error}", file.display()))
    }
}
