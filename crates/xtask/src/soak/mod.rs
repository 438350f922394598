//! `cargo xtask soak`: what was acknowledged is still so after the power was cut, and nobody can crowd others out.

mod cluster;
mod count;
mod crowd;
mod disk;
mod examples;
mod flood;
mod grammar;
mod kills;
mod latency;
mod ledger;
mod load;
mod outage;
mod parsers;
mod person;
mod progress;
mod put_out;
mod rolling;
mod rule_two;
mod sign_out;
mod slow;
mod stories;
mod streams;
mod tabs;
mod wal;

use crate::database::{Database, Durability};
use crate::random::Random;
use crate::{Outcome, documented, tools};
use clap::ValueEnum;
use std::path::Path;
use std::time::Instant;
use tokio::runtime::Runtime;

/// What is tried, in this order: what is over soon comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// SQLite's log is synced before a change is acknowledged
    Wal,
    /// 100 000 requests without a cookie, and what they leave
    Flood,
    /// 20 000 damaged requests
    Grammar,
    /// 2 000 slow clients, and how long fresh ones wait
    Slow,
    /// 20 000 idle streams of events: memory for each, and a change among them
    Streams,
    /// The examples, installed from a registry, built, started and used
    Examples,
    /// Bytes of strangers make no parser panic; requests made from the OpenAPI document find no 5xx and nothing that it
    /// lacks
    Fuzz,
    /// A file system of 64 MB filled up under load
    Disk,
    /// 20 000 operations of two accounts in three organizations, and what the hook shows meanwhile
    Stories,
    /// 10 000 rounds of four tabs in four scopes of one browser
    Tabs,
    /// 1 000 sign-outs on one node, each tried on the other in the same millisecond
    RuleTwo,
    /// 1 000 times put out of an organization on one node, each tried on the other in the same millisecond
    PutOut,
    /// 200 sign-outs on each engine, each killed within a millisecond of the answer
    SignOut,
    /// PostgreSQL ended and stopped under two nodes
    Cut,
    /// The primary of two PostgreSQL servers killed under two nodes, the standby promoted
    Failover,
    /// Three nodes stopped, and killed, one after another: nobody notices
    Rolling,
    /// 200 kills on SQLite
    Sqlite,
    /// 200 kills on PostgreSQL: of two nodes one is killed, the other goes on
    Postgres,
    /// An hour of everything at once (--minutes, --engine)
    Load,
}

/// Where the mixed load runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// One node on SQLite
    Sqlite,
    /// Two nodes on PostgreSQL
    Postgres,
}

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How long the mixed load lasts.
    pub minutes: u64,
    /// On what.
    pub engine: Engine,
    /// Kills, rounds or restarts, if not each part's own number.
    pub count: Option<usize>,
}

/// Runs the parts named, or all of them. One that fails keeps no other from running.
pub fn soak(seed: Option<u64>, only: &[Part], size: Size) -> Outcome {
    let seed = seed.unwrap_or_else(Random::seed);
    println!("soak: seed {seed} (repeat with --seed {seed})");
    tools::run(&mut tools::command("cargo", &["build", "--quiet", "--package", "keyrack-server"]))?;
    let soak = Soak { binary: &tools::built("debug")?.join("keyrack"), runtime: &runtime()?, seed, size };
    let parts = Part::value_variants().iter().filter(|part| only.is_empty() || only.contains(part));
    let mut results = Vec::new();
    for part in parts {
        let began = Instant::now();
        let result = soak.run(*part);
        let took = began.elapsed().as_secs();
        match &result {
            Ok(line) => println!("{line} ({took} s)"),
            Err(reason) => eprintln!("{part:?} failed after {took} s: {reason}"),
        }
        results.push((part, took, result));
    }
    println!("\nsoak: seed {seed}");
    for (part, took, result) in &results {
        match result {
            Ok(line) => println!("{line} ({took} s)"),
            Err(reason) => println!("FAILED {part:?} ({took} s): {reason}"),
        }
    }
    match results.iter().filter(|(_, _, result)| result.is_err()).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} of {} parts failed", results.len())),
    }
}

fn runtime() -> Outcome<Runtime> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| format!("no runtime: {error}"))
}

/// What every part is given.
struct Soak<'a> {
    binary: &'a Path,
    runtime: &'a Runtime,
    seed: u64,
    size: Size,
}

impl Soak<'_> {
    /// Runs one part; returns its closing line.
    fn run(&self, part: Part) -> Outcome<String> {
        let Self { binary, runtime, seed, size } = *self;
        match part {
            Part::Wal => runtime.block_on(wal::run(binary, seed)),
            Part::Flood => runtime.block_on(flood::run(binary)),
            Part::Grammar => grammar::run(seed),
            Part::Slow => runtime.block_on(slow::run(binary)),
            Part::Streams => runtime.block_on(streams::run(binary)),
            Part::Examples => examples::run(binary),
            Part::Fuzz => {
                let parsers = parsers::run(seed)?;
                let requests = runtime.block_on(documented::run(binary, seed, documented::MANY))?;
                Ok(format!("{requests}; parsers ({parsers})"))
            }
            Part::Disk => runtime.block_on(disk::run(binary, seed)),
            Part::Stories => stories::run(seed, size.count),
            Part::Tabs => runtime.block_on(tabs::run(binary, seed, size.count)),
            Part::RuleTwo => {
                let database = Database::start(Durability::Full)?;
                runtime.block_on(rule_two::run(binary, &database, seed, size.count))
            }
            Part::PutOut => {
                let database = Database::start(Durability::Full)?;
                runtime.block_on(put_out::run(binary, &database, seed, size.count))
            }
            Part::SignOut => runtime.block_on(sign_out::run(binary, seed, size.count)),
            Part::Cut => runtime.block_on(outage::cut(binary, seed, size.count)),
            Part::Failover => runtime.block_on(outage::failover(binary, seed, size.count)),
            Part::Rolling => {
                let database = Database::start(Durability::Full)?;
                runtime.block_on(rolling::run(binary, &database, seed, size.count))
            }
            Part::Sqlite => runtime.block_on(kills::run(binary, None, seed, size.count)),
            Part::Postgres => {
                let database = Database::start(Durability::Full)?;
                runtime.block_on(kills::run(binary, Some(&database), seed, size.count))
            }
            Part::Load => {
                let database = match size.engine {
                    Engine::Sqlite => None,
                    Engine::Postgres => Some(Database::start(Durability::Full)?),
                };
                runtime.block_on(load::run(binary, database.as_ref(), seed, size.minutes))
            }
        }
    }
}
