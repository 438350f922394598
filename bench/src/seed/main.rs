//! Fills a database with sessions as they would be after some months: each has two accounts signed in, and of some
//! the credentials are told, so that a load can use them.
//!
//! The database must have been made by a server that has stopped.

mod members;
mod people;

use clap::Parser;
use keyrack_server::db::Db;
use keyrack_server::error::{Error, Result};
use keyrack_server::vault::Vault;
use keyrack_server::world::{Mailer, SmsSender, World};
use people::{Batch, Seeder};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Sessions in one transaction.
const BATCH: usize = 250;
/// Transactions at once, where the database takes several.
const AT_ONCE: usize = 8;

/// Puts sessions into the database of a server that has stopped.
#[derive(Parser)]
struct Cli {
    /// The server's data folder
    #[arg(long)]
    data: PathBuf,
    /// The server's master key
    #[arg(long, env = "KEYRACK_MASTER_KEY", hide_env_values = true)]
    master_key: String,
    /// PostgreSQL, where the server uses that
    #[arg(long)]
    database: Option<String>,
    /// Sessions to make
    #[arg(long)]
    sessions: usize,
    /// Sessions whose credential is told
    #[arg(long)]
    told: usize,
    /// Accounts that are signed in nowhere, with the password `correct horse battery`
    #[arg(long, default_value_t = 2000)]
    accounts: usize,
    /// An organization with so many members; may be repeated
    #[arg(long)]
    members: Vec<usize>,
    /// Where they are told: a line of JSON each
    #[arg(long)]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("keyrack-seed: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<()> {
    let wrong = |cause: std::io::Error| Error::internal("seed", cause);
    let key = Vault::parse_master_key(&cli.master_key);
    let key = key.ok_or_else(|| Error::internal("seed", "that is no master key"))?;
    let (data, url) = (cli.data.clone(), cli.database.clone());
    let opened = tokio::task::spawn_blocking(move || match url {
        Some(url) => Db::open_postgres(&url, Arc::new(|_| {})),
        None => Db::open_sqlite(&data, Arc::new(|_| {})),
    });
    let db = Arc::new(opened.await.map_err(|cause| Error::internal("seed", cause))??);
    let seeder = Arc::new(
        Seeder::new(&db, Vault::new(&key)?, World::real(Mailer::captured(), SmsSender::captured())).await?,
    );
    let mut out = BufWriter::new(File::create(&cli.out).map_err(wrong)?);
    for account in seeder.accounts(&db, cli.accounts).await? {
        writeln!(out, "{account}").map_err(wrong)?;
    }
    for list in members::fill(&db, &seeder, &cli.members).await? {
        writeln!(out, "{list}").map_err(wrong)?;
    }
    let mut writing = JoinSet::new();
    for first in (0..cli.sessions).step_by(BATCH) {
        let count = BATCH.min(cli.sessions - first);
        let batch = seeder.batch(first, count, cli.told.saturating_sub(first).min(count));
        for session in &batch.told {
            writeln!(out, "{session}").map_err(wrong)?;
        }
        if writing.len() >= AT_ONCE {
            joined(writing.join_next().await)?;
        }
        let db = Arc::clone(&db);
        writing.spawn(async move { write(&db, batch).await });
    }
    while let Some(written) = writing.join_next().await {
        joined(Some(written))?;
    }
    out.flush().map_err(wrong)
}

async fn write(db: &Db, batch: Batch) -> Result<()> {
    db.write(move |tx| batch.insert(tx)).await
}

fn joined(written: Option<std::result::Result<Result<()>, tokio::task::JoinError>>) -> Result<()> {
    written.map_or(Ok(()), |written| written.map_err(|cause| Error::internal("seed", cause))?)
}
