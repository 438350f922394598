//! `cargo xtask …`: everything that is done with this repository, in one place.
#![allow(clippy::disallowed_methods, reason = "this measures and waits for real programs in real time")]

mod bench;
mod code;
mod crates;
mod database;
mod deny;
mod documented;
mod http;
mod mailbox;
mod node;
mod packaging;
mod passwords;
mod random;
mod run;
mod server;
mod soak;
mod test;
mod tools;
mod wasm;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What ends a task: a sentence for whoever typed the command.
type Outcome<T = ()> = Result<T, String>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "What is done with this repository")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and start `keyrack dev` with the demo
    Run {
        /// Arguments for `keyrack dev`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run every check: formats, lints, types, units, API on SQLite and PostgreSQL, browser
    Test {
        /// Only this step; may be repeated
        #[arg(long, value_enum)]
        only: Vec<test::Step>,
    },
    /// Kill, starve and flood the server, and compare with what it acknowledged
    Soak {
        /// The seed of a run that is to be repeated
        #[arg(long)]
        seed: Option<u64>,
        /// Only this part; may be repeated
        #[arg(long, value_enum)]
        only: Vec<soak::Part>,
        /// How long the mixed load lasts
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
        minutes: u64,
        /// What the mixed load runs on
        #[arg(long, value_enum, default_value = "sqlite")]
        engine: soak::Engine,
        /// So many kills, rounds or restarts instead of each part's own number, to try a change
        #[arg(long)]
        count: Option<usize>,
    },
    /// Measure the server beside handlers that do less
    Bench(bench::Options),
    /// Write what is generated from the Rust code
    Gen {
        /// Write nothing; fail if something would change
        #[arg(long)]
        check: bool,
    },
    /// Build what runs in a browser, and hold it to its size
    Wasm {
        /// Only these demos (`demo-leptos`), each into its folder `dist`
        demos: Vec<String>,
    },
    /// Make the filter of common passwords anew, from the lists of package registries
    Passwords,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Run { args } => run::run(&args),
        Task::Test { only } => test::test(&only),
        Task::Soak { seed, only, minutes, engine, count } => {
            soak::soak(seed, &only, soak::Size { minutes, engine, count })
        }
        Task::Bench(options) => bench::bench(&options),
        Task::Gen { check } => code::generate(check),
        Task::Wasm { demos } => wasm::wasm(&demos),
        Task::Passwords => passwords::write(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
