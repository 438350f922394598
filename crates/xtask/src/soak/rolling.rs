//! Three nodes, restarted one after another under load. Whoever asks takes the next node when one takes no
//! connection, and tries nothing else again: no other request may fail.

use super::cluster::{Cluster, Plan};
use super::crowd::Crowd;
use super::latency::Latencies;
use super::progress::Progress;
use crate::Outcome;
use crate::database::Database;
use crate::http::Sent;
use crate::random::Random;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const NODES: usize = 3;
const BROWSERS: usize = 9;
/// Rounds: in each, every node is asked to stop once, and killed once.
const ROUNDS: usize = 10;
/// Changes acknowledged between two restarts.
const CHANGES: usize = 40;
/// A request on an open connection to a killed node may still be sent before its end has arrived here.
const NEWS: Duration = Duration::from_millis(50);

/// Runs it; returns the closing line.
pub async fn run(binary: &Path, database: &Database, seed: u64, rounds: Option<usize>) -> Outcome<String> {
    let rounds = rounds.unwrap_or(ROUNDS);
    println!("\n=== rolling: {NODES} nodes, each stopped and each killed {rounds} times");
    let url = Some(database.url());
    let plan = Plan { binary, name: "soak-rolling", nodes: NODES, database_url: url, data: None, config: "" };
    let cluster = Arc::new(Cluster::start(&plan).await?);
    let outcome = roll(&cluster, &mut Random::new(seed), rounds).await;
    cluster.end(outcome)
}

async fn roll(cluster: &Arc<Cluster>, random: &mut Random, rounds: usize) -> Outcome<String> {
    let mut crowd = Crowd::new(cluster, random);
    let mut working = crowd.live(BROWSERS);
    let (mut stops, mut stopped, mut killed) = (Latencies::default(), Vec::new(), Vec::new());
    let mut progress = Progress::new("rolling");
    for round in 0..rounds {
        for step in 0..2 * NODES {
            crowd.count.kill_after(CHANGES + random.below(CHANGES));
            if !crowd.until_reached(&mut working).await? {
                return Err("every browser stopped".to_owned());
            }
            let node = step % NODES;
            if step < NODES {
                let from = Instant::now();
                stops.note(cluster.stop(node).await?);
                stopped.push((node, from, Instant::now()));
            } else {
                let from = Instant::now();
                cluster.kill(node);
                killed.push((node, from, Instant::now()));
            }
            cluster.restart(node).await?;
        }
        progress.tell(|| format!("round {} of {rounds}: {}", round + 1, crowd.count.line()));
    }
    crowd.count.stop();
    crowd.gather(working).await?;
    let wrong = crowd.wrong().await?;
    let (refused, lost) = (crowd.count.refused(), crowd.count.all_lost());
    let (in_flight, failed): (Vec<&Sent>, Vec<&Sent>) =
        lost.iter().partition(|sent| was_killed(sent, &killed));
    for sent in &failed {
        let since = |all: &[(usize, Instant, Instant)]| {
            let own = all.iter().filter(|(node, from, _)| *node == sent.node && *from <= sent.at);
            own.map(|(_, from, _)| sent.at.duration_since(*from).as_millis()).min()
        };
        let (stop, kill) = (since(&stopped), since(&killed));
        eprintln!(
            "rolling: lost on node {}, sent {stop:?} ms after a stop and {kill:?} ms after a kill",
            sent.node
        );
    }
    let line = format!(
        "rolling: {NODES} nodes, {} stopped and {} killed under load, {}, {} lost in flight on a killed node, {} \
         lost otherwise, {refused} refused with 503, a stop took {} ms at most, ready again p95 {} ms, {} differ",
        stops.count(),
        killed.len(),
        crowd.count.line(),
        in_flight.len(),
        failed.len(),
        stops.at(1.0).as_millis(),
        cluster.ready_p95(),
        wrong.len()
    );
    if wrong.is_empty() && failed.is_empty() && refused == 0 {
        return Ok(line);
    }
    Err(format!("{line}; nothing may fail but what was in flight on a killed node"))
}

/// Whether a node was killed while this request was under way on it. A browser sends one at a time, and hears of
/// the loss at once, so that it began before the kill is enough if it was not answered before.
fn was_killed(sent: &Sent, killed: &[(usize, Instant, Instant)]) -> bool {
    killed.iter().any(|(node, from, to)| {
        sent.node == *node && sent.at <= *to + NEWS && *from <= sent.at + Duration::from_secs(20)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_under_way_on_the_killed_node_may_be_lost() {
        let at = Instant::now();
        let killed = [(1, at, at)];
        let sent = |node, at| Sent { node, at };
        assert!(was_killed(&sent(1, at - Duration::from_millis(5)), &killed));
        assert!(was_killed(&sent(1, at + Duration::from_millis(5)), &killed));
        assert!(!was_killed(&sent(0, at), &killed));
        assert!(!was_killed(&sent(1, at + Duration::from_millis(500)), &killed));
        assert!(!was_killed(&sent(1, at - Duration::from_secs(30)), &killed));
    }
}
