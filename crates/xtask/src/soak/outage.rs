//! The database cut in the middle of two nodes' work, three ways, and its primary lost to a standby.

use super::cluster::{Cluster, Plan};
use super::crowd::{Crowd, Working};
use super::latency::Latencies;
use super::progress::Progress;
use crate::Outcome;
use crate::database::{Database, Durability, Pair};
use crate::http::Browser;
use crate::random::Random;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const BROWSERS: usize = 8;
/// Changes acknowledged before the database goes, and again after it came back.
const CHANGES: usize = 120;
/// How long it is away.
const AWAY: Duration = Duration::from_secs(1);
/// How long it stands still.
const PAUSE: Duration = Duration::from_secs(5);
/// Writes succeed again within this time of its return.
const BACK: Duration = Duration::from_secs(5);
/// Without a database, whoever asks is told so within this time.
const TOLD: Duration = Duration::from_secs(2);
/// Rounds of each kind of cut.
const CUTS: usize = 3;
const FAILOVERS: usize = 3;

/// How the database is cut.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// SIGQUIT: the immediate shutdown.
    Quit,
    /// SIGKILL to all processes.
    Kill,
    /// SIGSTOP to all processes, for [`PAUSE`].
    Pause,
}

/// Cuts the database of two nodes under load; returns the closing line.
pub async fn cut(binary: &Path, seed: u64, rounds: Option<usize>) -> Outcome<String> {
    let rounds = rounds.unwrap_or(CUTS);
    println!("\n=== cut: PostgreSQL ended with SIGQUIT, with kill -9, and stopped for {} s", PAUSE.as_secs());
    let mut database = Database::start(Durability::Full)?;
    let cluster = Arc::new(two_nodes(binary, "soak-cut", database.url()).await?);
    let outcome = cuts(&cluster, &mut database, &mut Random::new(seed), rounds).await;
    cluster.end(outcome)
}

async fn cuts(
    cluster: &Arc<Cluster>,
    database: &mut Database,
    random: &mut Random,
    rounds: usize,
) -> Outcome<String> {
    let mut witness = cluster.browser();
    witness
        .sign_up("witness@example.com")
        .await
        .map_err(|failure| format!("cut: no sign-up: {failure:?}"))?;
    let mut crowd = Crowd::new(cluster, random);
    let mut working = crowd.live(BROWSERS);
    let (mut back, mut progress) = (Latencies::default(), Progress::new("cut"));
    for round in 0..rounds {
        for cut in [Cut::Quit, Cut::Kill, Cut::Pause] {
            load(&mut crowd, &mut working, random).await?;
            crowd.count.watch(cut.make(database, cluster, &witness).await?);
            back.note(wait_for_writes(&crowd, &format!("{cut:?}")).await?);
            progress.tell(|| format!("round {} of {rounds}: {}", round + 1, crowd.count.line()));
        }
    }
    load(&mut crowd, &mut working, random).await?;
    crowd.count.stop();
    crowd.gather(working).await?;
    let wrong = crowd.wrong().await?;
    let line = format!(
        "cut: PostgreSQL under two nodes ended {} times and stopped {rounds} times, {}, {} refused with 503, \
         nothing served without it, writes back after {} ms at most, {} differ",
        2 * rounds,
        crowd.count.line(),
        crowd.count.refused(),
        back.at(1.0).as_millis(),
        wrong.len()
    );
    closing(line, wrong.is_empty() && back.at(1.0) <= BACK)
}

impl Cut {
    /// Makes it; returns when the database was back.
    async fn make(self, database: &mut Database, cluster: &Cluster, witness: &Browser) -> Outcome<Instant> {
        match self {
            Self::Pause => {
                database.pause()?;
                tokio::time::sleep(PAUSE).await;
                lives(cluster).await?;
                database.resume()?;
                return Ok(Instant::now());
            }
            Self::Quit => database.quit(),
            Self::Kill => database.kill(),
        }
        let since = Instant::now();
        lives(cluster).await?;
        serves_nothing(cluster, witness).await?;
        tokio::time::sleep(AWAY.saturating_sub(since.elapsed())).await;
        database.restart()?;
        Ok(Instant::now())
    }
}

/// Loses the primary of two databases under load; returns the closing line.
pub async fn failover(binary: &Path, seed: u64, rounds: Option<usize>) -> Outcome<String> {
    let rounds = rounds.unwrap_or(FAILOVERS);
    println!("\n=== failover: {rounds} times the primary is killed and its synchronous standby promoted");
    let mut random = Random::new(seed);
    let (mut back, mut told, mut wrong) = (Latencies::default(), Vec::new(), 0);
    for _ in 0..rounds {
        let mut pair = Pair::start()?;
        let cluster = Arc::new(two_nodes(binary, "soak-failover", pair.url()).await?);
        let outcome = lose_primary(&cluster, &mut pair, &mut random, &mut back).await;
        let (line, differ) = cluster.end(outcome)?;
        println!("failover: {line}");
        told.push(line);
        wrong += differ;
    }
    let line = format!(
        "failover: {rounds} primaries killed under two nodes, {}, writes again {} to {} ms after the kill \
         (the promotion included), {wrong} differ",
        told.join("; "),
        back.at(0.0).as_millis(),
        back.at(1.0).as_millis()
    );
    closing(line, wrong == 0 && back.count() == rounds)
}

async fn lose_primary(
    cluster: &Arc<Cluster>,
    pair: &mut Pair,
    random: &mut Random,
    back: &mut Latencies,
) -> Outcome<(String, usize)> {
    let mut crowd = Crowd::new(cluster, random);
    let mut working = crowd.live(BROWSERS);
    load(&mut crowd, &mut working, random).await?;
    load(&mut crowd, &mut working, random).await?;
    pair.kill_primary();
    // What was committed before the kill is answered within this time, if at all.
    let last_answers = Duration::from_millis(20);
    crowd.count.watch(Instant::now() + last_answers);
    pair.promote()?;
    back.note(last_answers + wait_for_writes(&crowd, "the promotion").await?);
    load(&mut crowd, &mut working, random).await?;
    crowd.count.stop();
    crowd.gather(working).await?;
    let wrong = crowd.wrong().await?;
    Ok((crowd.count.line(), wrong.len()))
}

async fn two_nodes(binary: &Path, name: &str, url: String) -> Outcome<Cluster> {
    let plan = Plan { binary, name, nodes: 2, database_url: Some(url), data: None, config: "" };
    Cluster::start(&plan).await
}

/// Returns after some more changes, anywhere between two answers.
async fn load(crowd: &mut Crowd, working: &mut Working, random: &mut Random) -> Outcome {
    crowd.count.kill_after(CHANGES);
    if !crowd.until_reached(working).await? {
        return Err("every browser stopped before the database was cut".to_owned());
    }
    tokio::time::sleep(Duration::from_micros(u64::try_from(random.below(20_000)).unwrap_or_default())).await;
    Ok(())
}

/// How long after the moment that is watched the first change that was acknowledged was.
async fn wait_for_writes(crowd: &Crowd, after: &str) -> Outcome<Duration> {
    let back = crowd.count.until_next(Duration::from_secs(60)).await;
    back.ok_or_else(|| format!("no change was acknowledged within a minute of {after}"))
}

/// Whoever needs no database is answered.
async fn lives(cluster: &Cluster) -> Outcome {
    for number in 0..cluster.len() {
        for path in ["/healthz", "/.well-known/jwks.json"] {
            let probe = cluster.probe(number, path, None).await?;
            if probe.status != 200 {
                return Err(format!("node {number} without its database answers {path} with {probe:?}"));
            }
        }
    }
    Ok(())
}

/// Whoever needs the database is told to come back, at once; what is in memory is not served unconfirmed.
async fn serves_nothing(cluster: &Cluster, witness: &Browser) -> Outcome {
    for number in 0..cluster.len() {
        for path in ["/readyz", "/session", "/session?poll=1", "/session/token", "/me"] {
            let probe = cluster.probe(number, path, witness.rack.as_ref()).await?;
            if probe.status != 503 || !probe.retry_after || probe.took > TOLD {
                return Err(format!("node {number} without its database answers {path} with {probe:?}"));
            }
        }
    }
    Ok(())
}

fn closing(line: String, good: bool) -> Outcome<String> {
    if good { Ok(line) } else { Err(format!("{line}; 0 may differ, back within {} ms", BACK.as_millis())) }
}
