//! `keyrack health`: whether the server that runs here can answer, for whoever watches over it.

use super::client::{Client, Target, read};
use super::{Data, EXIT_CODES, Failure};
use crate::admin::view::Health;
use clap::Args;

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
