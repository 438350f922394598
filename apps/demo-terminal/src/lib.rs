//! A small program for a terminal: it signs in, acts in an organization, and prints what a token claims. The session lies in
//! a file that only its owner may read, so that each run goes on where the last one ended.

mod command;
mod show;

use clap::Parser;
use keyrack_client::{Client, Error, File, State};
use std::path::PathBuf;

pub use command::Command;

/// What stands on the command line.
#[derive(Debug, Parser)]
#[command(name = "keyrack-demo-terminal", about = "A Keyrack session in a terminal")]
pub struct Line {
    /// The publishable key that the server prints
    #[arg(long, env = "KEYRACK_PUBLISHABLE_KEY")]
    key: String,
    /// Where the session is kept
    #[arg(long, default_value = "keyrack-session")]
    file: PathBuf,
    #[command(subcommand)]
    command: Command,
}

/// Why it did not do it, for people.
#[derive(Debug)]
pub struct Failure(pub String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// Does what the line says, and returns what is to be printed. `typed` is what was typed in, such as a password.
///
/// # Errors
/// What kept it from being done.
pub async fn run(line: Line, typed: &dyn Fn(&str) -> String) -> Result<String, Failure> {
    let client = client(&line.key, line.file)?;
    match client.state_once_known().await? {
        State::Failed(error) => Err(Failure(error.to_string())),
        _ => line.command.run(&client, typed).await,
    }
}

fn client(key: &str, file: PathBuf) -> Result<Client, Failure> {
    let builder = Client::builder(key).map_err(|error| Failure(error.to_string()))?;
    builder.keeper(File::at(file)).start().map_err(|error| Failure(error.to_string()))
}
