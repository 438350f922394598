//! `keyrack keys …`

use super::client::{Client, Target};
use super::table::{minute, table};
use super::{EXIT_CODES, Failure, said};
use crate::admin::view::{SigningKey, SigningKeys};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

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
    /// Others may have the present keys: sign with new ones at once, and publish the present ones no more
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
