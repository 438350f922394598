//! `keyrack keys …`

use super::backup::{failed, on_a_thread, uid};
use super::client::{Client, Target};
use super::table::{minute, table};
use super::{Data, EXIT_CODES, Failure, said};
use crate::admin::view::{SigningKey, SigningKeys};
use crate::audit::{Actor, By};
use crate::config::whereabouts;
use crate::db::Db;
use crate::master_key::rotation;
use crate::vault::Vault;
use crate::world::{Mailer, SmsSender, World};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// `keyrack keys` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct KeysArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// What can be done with keys that sign and seal.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys that sign tokens, signed them before or will next
    List(Target),
    /// Let the next key follow: it is published now and signs in a day
    Rotate(Rotate),
    /// Give the stopped installation another master key; nobody is signed out by it
    RotateMaster(RotateMaster),
}

/// The arguments of `keys rotate-master`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong arguments.\n\n\
    Stop every server first; the old key is found as they find it. Then start them with the new one. If it is broken off, \
    run it again with the same two keys: no server starts before it has ended. Backups from before need the old key.")]
pub struct RotateMaster {
    /// The file that holds the new key: 32 bytes in base64url, such as openssl rand -base64 32 | tr '+/' '-_' makes
    #[arg(long, value_name = "FILE")]
    pub new_key_file: PathBuf,
    /// Where the data is
    #[command(flatten)]
    pub target: Data,
}

/// The arguments of `keys rotate`.
#[derive(Args, Clone, Debug)]
pub struct Rotate {
    /// Only the key of this algorithm, such as ES256 [default: of each]
    #[arg(long, value_name = "NAME")]
    pub algorithm: Option<String>,
    /// How long it is published before it signs, such as 7d; at least 10 minutes [default: 1 day]
    #[arg(long, value_name = "TIME", conflicts_with = "now")]
    pub lead: Option<String>,
    /// Others may have the present keys: sign with new ones in 40 seconds, and publish the present ones no more from then on
    #[arg(long)]
    pub now: bool,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// Carries out `keyrack keys …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &KeysArgs) -> Result<String, Failure> {
    match &args.command {
        KeysCommand::List(target) => {
            said(target.json, Client::connect(target)?.get(&["signing-keys"], &[]).await?, listed)
        }
        KeysCommand::RotateMaster(args) => rotate_master(args).await,
        KeysCommand::Rotate(rotate) => {
            let lead = rotate.lead.as_deref().map(milliseconds).transpose()?;
            let body = json!({ "algorithm": rotate.algorithm, "lead_ms": lead, "now": rotate.now });
            let client = Client::connect(&rotate.target)?;
            let reason = rotate.reason.as_deref();
            let path = ["signing-keys", "rotate"];
            said(rotate.target.json, client.send_because(Method::POST, &path, &body, reason).await?, listed)
        }
    }
}

async fn rotate_master(args: &RotateMaster) -> Result<String, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let refused = |problem: &dyn std::fmt::Display| Failure::refused(problem.to_string());
    let found = whereabouts(args.target.data.as_deref(), args.target.config.as_deref(), &env)
        .map_err(|problem| refused(&problem))?;
    let old = found.master_key(&env).map_err(|problem| refused(&problem))?;
    let path = args.new_key_file.display();
    let text = std::fs::read_to_string(&args.new_key_file)
        .map_err(|cause| Failure::refused(format!("{path} cannot be read ({cause}); check the path")))?;
    let new = Vault::parse_master_key(&text)
        .ok_or_else(|| Failure::refused(format!("{path}: the master key is not 32 bytes in base64url")))?;
    let opened = on_a_thread(move || match &found.database_url {
        Some(url) => Db::open_postgres(url, Arc::new(|_| {})).map_err(failed),
        None => Db::open_sqlite(&found.data_dir, Arc::new(|_| {})).map_err(failed),
    });
    let db = opened.await?;
    let world = Arc::new(World::real(Mailer::captured(), SmsSender::captured()));
    let by = By::client(Actor::Operator(uid()), "", world.clock.now_ms());
    let counts = rotation::rotate(&db, &world, (&old, &new), &by).await.map_err(failed)?;
    if args.target.json {
        return Ok(format!("{:#}\n", json!({ "sealed": counts })));
    }
    let all: usize = counts.values().sum();
    Ok(format!(
        "{all} secrets are sealed with the new master key. Start the servers with it. Keep the old one for as long as there \
         are backups from before. Nobody is signed out.\n"
    ))
}

fn milliseconds(text: &str) -> Result<u64, Failure> {
    let lead = humantime::parse_duration(text).ok().and_then(|lead| u64::try_from(lead.as_millis()).ok());
    lead.ok_or_else(|| Failure::wrong(format!("--lead {text:?} is no time; write it like 7d or 12h")))
}

fn listed(keys: SigningKeys) -> String {
    let time = |at: &Option<String>| at.as_deref().map_or("-".to_owned(), minute);
    let row = |key: &SigningKey| {
        [
            key.id.clone().unwrap_or_else(|| "-".to_owned()),
            key.algorithm.clone(),
            key.state.clone(),
            if key.is_published { "yes".to_owned() } else { "no".to_owned() },
            time(&key.created_at),
            time(&key.signs_at),
            key.template.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = keys.items.iter().map(row).collect();
    table(["KEY", "ALGORITHM", "STATE", "PUBLISHED", "MADE (UTC)", "SIGNS (UTC)", "TEMPLATE"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_a_table_and_one_without_a_name_too() {
        let key = json!({
            "id": "key_1", "algorithm": "ES256", "state": "next", "is_published": true, "template": null,
            "created_at": "2026-11-25T20:47:59.123Z", "signs_at": "2026-11-26T20:47:59.123Z", "withdrawn_at": null,
        });
        let own = json!({
            "id": null, "algorithm": "HS256", "state": "signing", "is_published": false, "template": "old",
            "created_at": null, "signs_at": null, "withdrawn_at": null,
        });
        let text = listed(serde_json::from_value(json!({ "items": [key, own] })).unwrap());
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["key_1", "ES256", "next", "yes", "2026-11-25", "20:47", "2026-11-26", "20:47"]);
        assert_eq!(lines[2], ["-", "HS256", "signing", "no", "-", "-", "old"]);
    }

    #[test]
    fn a_lead_is_a_time() {
        assert_eq!(milliseconds("7d"), Ok(7 * 86_400_000));
        assert_eq!(milliseconds("soon").unwrap_err().exit, 2);
    }
}
