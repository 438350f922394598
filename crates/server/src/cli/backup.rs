//! `keyrack backup` writes everything into a file while the server runs; `keyrack restore` fills an empty database
//! from it.

use super::{Data, Failure, health};
use crate::audit::{Actor, By};
use crate::backup::{self, Examined, Made, Order, Settled, file};
use crate::config::{Whereabouts, whereabouts};
use crate::db::copy::Place;
use crate::error::Error;
use crate::time::rfc3339;
use crate::vault::Vault;
use crate::world::{Mailer, SmsSender, World};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// The arguments of `keyrack backup`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong arguments.\n\n\
    It reads one snapshot beside the running server, which goes on writing; the server may also be stopped. The \
    master key is not in it: keep that apart. FILE has its name only when it is complete, and is its owner's only.")]
pub struct BackupArgs {
    /// The file to make; it must not be there yet. `-` is standard output
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the data is
    #[command(flatten)]
    pub target: Data,
}

/// The arguments of `keyrack restore`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong arguments.\n\n\
    The database must be empty and the server stopped; the master key is the installation's. Either engine takes a \
    backup of the other. Everybody signs in again, because nobody can tell who has signed out since the backup. A \
    new password or a disabled account from after it is undone all the same.")]
pub struct RestoreArgs {
    /// What `keyrack backup` made; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Let people stay signed in, where nothing has happened since the backup: a move with the server stopped
    #[arg(long, conflicts_with = "verify")]
    pub keep_sessions: bool,
    /// Only read the file, and say whether it is whole and for this binary and master key
    #[arg(long)]
    pub verify: bool,
    /// Where the data is
    #[command(flatten)]
    pub target: Data,
}

/// What a command has to say: on standard output, unless that is the backup.
#[derive(Debug)]
pub enum Said {
    /// To be printed.
    Out(String),
    /// To be printed on standard error.
    Aside(String),
}

fn find(target: &Data) -> Result<Whereabouts, Failure> {
    whereabouts(target.data.as_deref(), target.config.as_deref(), &env)
        .map_err(|problem| Failure::refused(problem.to_string()))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn place(found: &Whereabouts) -> Place {
    match &found.database_url {
        Some(url) => Place::Postgres(url.clone()),
        None => Place::Sqlite(found.data_dir.clone()),
    }
}

pub(super) fn failed(error: Error) -> Failure {
    Failure::refused(error.cause().unwrap_or(error.message()))
}

fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Makes a backup; says what is in it.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn back_up(args: BackupArgs) -> Result<Said, Failure> {
    let place = place(&find(&args.target)?);
    // A server that has moved to PostgreSQL leaves its old file behind, and this may not have been told the address.
    if let Ok(running) = health::ask(&args.target).await
        && running.engine != place.engine()
    {
        let line = format!(
            "the server that runs here is on {}, not on {}; give the KEYRACK_DATABASE_URL that it has, and then no --data",
            running.engine,
            place.engine()
        );
        return Err(Failure::refused(line));
    }
    on_a_thread(move || write(&args, &place)).await
}

/// PostgreSQL's driver brings a runtime of its own, which cannot run within another.
pub(super) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| Failure::refused(cause.to_string()))?
}

fn write(args: &BackupArgs, place: &Place) -> Result<Said, Failure> {
    let world = World::real(Mailer::captured(), SmsSender::captured());
    if is_stream(&args.file) {
        let out = io::BufWriter::new(io::stdout().lock());
        let (_, made) = backup::back_up(place, out, &world).map_err(failed)?;
        return Ok(Said::Aside(told_of_backup(args, &made, &world)));
    }
    let (partial, out) = file::Partial::begin(&args.file).map_err(failed)?;
    let (out, made) = backup::back_up(place, out, &world).map_err(failed)?;
    partial.finish(out).map_err(failed)?;
    Ok(Said::Out(told_of_backup(args, &made, &world)))
}

fn told_of_backup(args: &BackupArgs, made: &Made, world: &World) -> String {
    let (header, took) = (&made.header, world.clock.now_ms() - made.header.made_at);
    if args.target.json {
        let json = json!({
            "file": args.file, "engine": header.engine, "schema": header.schema, "made_at": rfc3339(header.made_at),
            "deployments": header.deployments, "rows": made.rows, "bytes": made.bytes, "took_ms": took,
        });
        return format!("{json:#}\n");
    }
    let seconds = took / 1000;
    let tenths = took % 1000 / 100;
    format!(
        "Backed up {} of {}: {}, {} bytes in {seconds}.{tenths} s.\n",
        header.engine,
        header.deployments.join(", "),
        counted(&made.rows),
        made.bytes
    )
}

/// What somebody wants to see at a glance, and all of it.
pub(super) fn counted(rows: &BTreeMap<String, u64>) -> String {
    let of = |table: &str| rows.get(table).copied().unwrap_or(0);
    let all: u64 = rows.values().sum();
    format!("{} users, {} sessions, {all} rows", of("users"), of("sessions"))
}

/// Restores a backup, or only verifies it; says what was done and what is next.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn restore(args: RestoreArgs) -> Result<String, Failure> {
    on_a_thread(move || fill(&args)).await
}

fn fill(args: &RestoreArgs) -> Result<String, Failure> {
    let found = find(&args.target)?;
    let key = found.master_key(&env).map_err(|problem| Failure::refused(problem.to_string()))?;
    let (vault, world) =
        (Vault::new(&key).map_err(failed)?, World::real(Mailer::captured(), SmsSender::captured()));
    if args.verify {
        let examined = examine(args, &vault)?;
        return Ok(told_of_restore(args, &examined, None));
    }
    // Read twice: a damaged file is found before anything is begun. Standard input comes once only.
    if !is_stream(&args.file) {
        examine(args, &vault)?;
    }
    let by = By::client(Actor::Operator(uid()), "", world.clock.now_ms());
    let order =
        Order { place: &place(&found), vault: &vault, world: &world, by, keep_sessions: args.keep_sessions };
    let done = if is_stream(&args.file) {
        backup::restore(io::stdin().lock(), &order)
    } else {
        backup::restore(file::open(&args.file).map_err(failed)?, &order)
    };
    let (examined, settled) = done.map_err(failed)?;
    Ok(told_of_restore(args, &examined, Some(&settled)))
}

fn examine(args: &RestoreArgs, vault: &Vault) -> Result<Examined, Failure> {
    if is_stream(&args.file) {
        return backup::examine(io::stdin().lock(), vault).map_err(failed);
    }
    backup::examine(file::open(&args.file).map_err(failed)?, vault).map_err(failed)
}

fn told_of_restore(args: &RestoreArgs, examined: &Examined, settled: Option<&Settled>) -> String {
    let (header, made_at) = (&examined.header, rfc3339(examined.header.made_at));
    if args.target.json {
        let settled = settled.map(|done| {
            json!({ "codes": done.codes, "mails": done.mails, "ended": done.ended, "warning": done.warning })
        });
        let json = json!({
            "engine": header.engine, "schema": header.schema, "made_at": made_at, "deployments": header.deployments,
            "rows": examined.rows, "settled": settled,
        });
        return format!("{json:#}\n");
    }
    let Some(settled) = settled else {
        return format!(
            "Whole, and for this master key: the state of {made_at}, {}.\n",
            counted(&examined.rows)
        );
    };
    let mut text = format!("Restored the state of {made_at}: {}.\n", counted(&examined.rows));
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{} mailed codes do not work any more, {} queued mails are not sent: people ask for new ones.",
        settled.codes, settled.mails
    );
    text += &if args.keep_sessions {
        format!(
            "People are signed in as they were then. A sign-out after {made_at} is undone; if there was one, end \
             those sessions (keyrack session end), or empty it and restore without --keep-sessions.\n"
        )
    } else {
        format!(
            "{} sign-ins ended: everybody signs in again. New passwords and disabled accounts since {made_at} are \
             undone.\n",
            settled.ended
        )
    };
    if let Some(warning) = &settled.warning {
        let _ = writeln!(text, "Warning: {warning}.");
    }
    text
}

#[cfg(unix)]
pub(super) fn uid() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
pub(super) fn uid() -> Option<u32> {
    None
}
