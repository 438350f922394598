//! `keyrack`: arguments, then the server.

use clap::Parser;
use keyrack_server::cli::Cli;
use keyrack_server::serve;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let run = Cli::parse().command.into_run();
    log(run.dev);
    match serve::run(&run).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            eprintln!("keyrack: {line}");
            ExitCode::FAILURE
        }
    }
}

/// One line of text an event for a person, one JSON object for everybody else. `KEYRACK_LOG` filters.
fn log(dev: bool) {
    let default = if dev { "warn,keyrack_server=info" } else { "info" };
    let filter = EnvFilter::try_from_env("KEYRACK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if dev && std::io::stderr().is_terminal() {
        lines.compact().init();
    } else {
        lines.json().flatten_event(true).init();
    }
}
