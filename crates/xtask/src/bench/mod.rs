//! `cargo xtask bench`: what each call costs, beside a handler that does less, side by side in one run.
//!
//! The server has one CPU to itself and the load another; what is compared takes turns, so that a machine that is
//! busy for a while is so for all. bench/README.md says how it is measured and what the goals mean.

mod lab;
mod load;
mod machine;
mod peers;
mod points;
mod requests;
mod rows;
mod table;

use crate::{Outcome, tools};
use clap::{Args, ValueEnum};
use lab::Lab;
use std::time::Instant;
use table::Table;

/// How it is measured.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Seconds of load for each point
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Rounds, of which the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Sessions in the largest database (SQLite)
    #[arg(long, default_value_t = 1_000_000)]
    sessions: usize,
    /// Measure what was built before
    #[arg(long)]
    no_build: bool,
    /// Only this row; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Row>,
    /// Beside Better Auth on Node, too: installs it from npm
    #[arg(long)]
    peers: bool,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Row {
    /// Start to first answer, and the binary
    Start,
    /// Warm GET /session on SQLite
    Read,
    /// The same on PostgreSQL, each confirmed by a statement
    Postgres,
    /// Tokens
    Token,
    /// What a backend pays for verifying one
    Verify,
    /// Switching between accounts: a durable write
    Switch,
    /// Signing in with a password
    Password,
    /// Reads at a fixed rate during a storm of sign-ins
    Storm,
    /// What calls cost with a thousand sessions and with the most
    Growth,
    /// Pages of a list of a hundred thousand members, and of one of a hundred
    Members,
    /// Memory: idle, after a storm, at full load
    Memory,
}

/// Builds with the release profile, measures, prints the table.
pub fn bench(options: &Options) -> Outcome {
    if !options.no_build {
        println!("building with the release profile (the first time takes some minutes)");
        let packages = ["build", "--quiet", "--release", "-p", "keyrack-server", "-p", "keyrack-bench"];
        tools::run(&mut tools::command("cargo", &packages))?;
    }
    let began = Instant::now();
    let mut lab = Lab::new(options.clone())?;
    machine::tell(&lab)?;
    let outcome = measure(&mut lab);
    lab.remove();
    println!("\nmeasured for {} s", began.elapsed().as_secs());
    outcome
}

fn measure(lab: &mut Lab) -> Outcome {
    let mut table = Table::default();
    let only = lab.options.only.clone();
    for row in Row::value_variants().iter().filter(|row| only.is_empty() || only.contains(row)) {
        println!("\n{row:?}");
        // A row that cannot be measured must not cost the others theirs.
        if let Err(reason) = rows::measure(*row, lab, &mut table) {
            table.failed(&format!("{row:?}"), &reason);
        }
    }
    if lab.options.peers {
        println!("\nBeside Better Auth");
        if let Err(reason) = peers::measure(lab) {
            table.failed("Peers", &reason);
        }
    }
    table.tell()
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[allow(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median(vec![9.0, 1.0, 5.0]) - 5.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }
}
