//! `keyrack health`: whether the server that runs here can answer, for whoever watches over it.

use super::client::{Client, Target, read};
use super::{Data, Failure};
use crate::admin::view::Health;
use clap::Args;

/// What `--help` says about exit codes: whoever restarts a server does so on 3 only.
const EXIT_CODES: &str = "Exit codes: 0 it can answer, 1 it runs and cannot (its database does not answer) or could not be asked, 2 wrong arguments, 3 no server runs here.

It asks through the socket keyrack.sock in the data folder: run it as the user that the server runs as.";

/// The arguments of `keyrack health`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = EXIT_CODES)]
pub struct HealthArgs {
    /// Which server
    #[command(flatten)]
    pub target: Data,
}

/// Asks the server that runs on a data folder; gives what is to be printed.
///
/// # Errors
/// When none runs there (3), or its database does not answer (1).
pub async fn run(args: &HealthArgs) -> Result<String, Failure> {
    let health = ask(&args.target).await?;
    if args.target.json {
        return Ok(format!("{:#}\n", serde_json::json!(health)));
    }
    Ok(format!("Ready: keyrack {} on {}.\n", health.version, health.engine))
}

/// What the server that runs on a data folder says of itself.
///
/// # Errors
/// As [`run`].
pub(super) async fn ask(target: &Data) -> Result<Health, Failure> {
    let target = Target { data: target.data.clone(), config: target.config.clone(), ..Target::default() };
    read(Client::connect(&target)?.get(&["health"], &[]).await?)
}
