//! `keyrack migrate-to URL`: from SQLite to PostgreSQL, with everybody signed in who is.
//!
//! The running server is asked to hold every change back; then its file is copied; then it is started again on the new database.
//! In between reads are answered and changes refused with 503, which clients try again.

use super::backup::{counted, failed, on_a_thread, uid};
use super::client::{Client, Target};
use super::{Data, Failure};
use crate::audit::{Actor, By};
use crate::backup::moving::{Moved, relocate};
use crate::config::{Whereabouts, whereabouts};
use crate::db::copy::Place;
use crate::db::{check_url, note_moved};
use crate::vault::Vault;
use crate::world::{Mailer, SmsSender, World};
use clap::Args;
use reqwest::Method;
use serde_json::json;

/// The arguments of `keyrack migrate-to`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong arguments.\n\n\
    Run it as the user that the server runs as. From then on the server changes nothing: start it again with \
    KEYRACK_DATABASE_URL. Nobody is signed out. If it fails, nothing was moved: start the server again as it was, or run \
    this again. keyrack.db stays as it is, and no server starts on it any more.")]
pub struct MigrateArgs {
    /// The empty database, postgres://user@host/name [default: $KEYRACK_DATABASE_URL; other users of the machine can see
    /// arguments, so that is where a password belongs]
    #[arg(value_name = "URL")]
    pub url: Option<String>,
    /// Where the data is
    #[command(flatten)]
    pub target: Data,
}

/// Moves everything; says what was done and what is next.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn run(args: MigrateArgs) -> Result<String, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let url = args.url.clone().or_else(|| env("KEYRACK_DATABASE_URL"));
    let url =
        url.ok_or_else(|| Failure::wrong("name the database: keyrack migrate-to postgres://user@host/name"))?;
    check_url(&url).map_err(Failure::wrong)?;
    // Where the data is now, whatever names the database that it is to be in.
    let here = |name: &str| if name.starts_with("KEYRACK_DATABASE_URL") { None } else { env(name) };
    let found = whereabouts(args.target.data.as_deref(), args.target.config.as_deref(), &here)
        .map_err(|problem| Failure::refused(problem.to_string()))?;
    if found.database_url.is_some() {
        let line = "the configuration names a PostgreSQL database: there is nothing to move; to copy it, use keyrack backup and restore";
        return Err(Failure::refused(line));
    }
    let target =
        Target { data: args.target.data.clone(), config: args.target.config.clone(), ..Target::default() };
    match Client::connect(&target) {
        Ok(client) => client.send(Method::POST, &["hold"], &json!({})).await.map(drop)?,
        // Nobody runs there, so nothing changes.
        Err(failure) if failure.exit == 3 => {}
        Err(failure) => return Err(failure),
    }
    on_a_thread(move || relocated(&args, &found, url)).await
}

fn relocated(args: &MigrateArgs, found: &Whereabouts, url: String) -> Result<String, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let key = found.master_key(&env).map_err(|problem| Failure::refused(problem.to_string()))?;
    let (vault, world) =
        (Vault::new(&key).map_err(failed)?, World::real(Mailer::captured(), SmsSender::captured()));
    let by = By::client(Actor::Operator(uid()), "", world.clock.now_ms());
    let (from, to) = (Place::Sqlite(found.data_dir.clone()), Place::Postgres(url));
    let moved = relocate((&from, &to), &vault, (&world, &by)).map_err(failed)?;
    note_moved(&found.data_dir, by.now).map_err(failed)?;
    Ok(told(args, &moved))
}

fn told(args: &MigrateArgs, moved: &Moved) -> String {
    if args.target.json {
        let json = json!({ "rows": moved.rows, "warning": moved.warning });
        return format!("{json:#}\n");
    }
    let warning = moved.warning.as_ref().map(|warning| format!("Warning: {warning}.\n")).unwrap_or_default();
    format!(
        "Moved {}.\n{warning}A server that runs here changes nothing any more: start it again with KEYRACK_DATABASE_URL. Nobody is signed out.\n",
        counted(&moved.rows)
    )
}
