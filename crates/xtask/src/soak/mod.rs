//! `cargo xtask soak`: what was acknowledged is still so after the power was cut, and nobody can crowd others out.

mod count;
mod examples;
mod flood;
mod fuzz;
mod grammar;
mod kills;
mod latency;
mod ledger;
mod person;
mod slow;
mod wal;

use crate::database::{Database, Durability};
use crate::random::Random;
use crate::{Outcome, tools};
use clap::ValueEnum;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// 50 kills on SQLite
    Sqlite,
    /// 50 kills on PostgreSQL
    Postgres,
    /// SQLite's log is synced before a change is acknowledged
    Wal,
    /// 2 000 slow clients, and how long fresh ones wait
    Slow,
    /// 100 000 requests without a cookie, and what they leave
    Flood,
    /// 20 000 damaged requests
    Grammar,
    /// The examples, installed from a registry, built, started and used
    Examples,
    /// Requests made from the OpenAPI document find no 5xx and nothing that it lacks
    Fuzz,
}

/// Runs the parts named, or all of them.
pub fn soak(seed: Option<u64>, only: &[Part]) -> Outcome {
    let seed = seed.unwrap_or_else(Random::seed);
    println!("soak: seed {seed} (repeat with --seed {seed})");
    tools::run(&mut tools::command("cargo", &["build", "--quiet", "--package", "keyrack-server"]))?;
    let binary = tools::built("debug")?.join("keyrack");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let mut lines = Vec::new();
    for part in Part::value_variants().iter().filter(|part| only.is_empty() || only.contains(part)) {
        lines.push(match part {
            Part::Sqlite => runtime.block_on(kills::run("sqlite", &binary, None, seed))?,
            Part::Postgres => {
                let database = Database::start(Durability::Full)?;
                runtime.block_on(kills::run("postgres", &binary, Some(database.url()), seed))?
            }
            Part::Wal => runtime.block_on(wal::run(&binary, seed))?,
            Part::Slow => runtime.block_on(slow::run(&binary))?,
            Part::Flood => runtime.block_on(flood::run(&binary))?,
            Part::Grammar => grammar::run(seed)?,
            Part::Examples => examples::run(&binary)?,
            Part::Fuzz => runtime.block_on(fuzz::run(&binary, seed))?,
        });
    }
    println!("\nsoak: seed {seed}");
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}
