//! `keyrack key …`

use super::client::{Client, Target};
use super::table::{minute, table};
use super::{EXIT_CODES, Failure, Paging, said};
use crate::admin::view::{ApiKey, List, NewApiKey};
use crate::api_key::Scope;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;
use std::fmt::Write;

/// `keyrack key` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeyCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with secret keys.
#[derive(Clone, Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a secret key for a backend that calls /admin/v1; it is shown once
    #[command(after_help = scopes())]
    Create(Create),
    /// List the keys, newest first, with when each was last used
    List(Paging),
    /// End a key at once
    Revoke(Revoke),
}

/// The arguments of `key create`.
#[derive(Args, Clone, Debug)]
pub struct Create {
    /// What it is called, so that you know later which backend has it
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it may be used for; several by saying it several times, or with commas
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_delimiter = ',')]
    pub scopes: Vec<String>,
    /// How long it lives, such as 90d or 12h [default: until it is revoked]
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
}

/// The arguments of `key revoke`.
#[derive(Args, Clone, Debug)]
pub struct Revoke {
    /// The key's id (apk_…)
    #[arg(value_name = "ID")]
    pub id: String,
}

/// What `--help` says about scopes.
fn scopes() -> String {
    let mut text = "Scopes:".to_owned();
    for scope in Scope::ALL {
        // Writing into a text cannot fail.
        let _ = write!(text, "\n  {:20}  {}", scope.as_str(), scope.about());
    }
    text
}

/// Carries out `keyrack key …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &KeyArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        KeyCommand::Create(create) => {
            let life = create.expires.as_deref().map(milliseconds).transpose()?;
            let new = json!({ "name": create.name, "scopes": create.scopes, "expires_in_ms": life });
            said(json, client.send(Method::POST, &["api-keys"], &new).await?, made)
        }
        KeyCommand::List(paging) => {
            said(json, client.get(&["api-keys"], &[paging.limit(), paging.cursor()]).await?, listed)
        }
        KeyCommand::Revoke(revoke) => {
            let path = ["api-keys", revoke.id.as_str(), "revoke"];
            let revoked = client.send(Method::POST, &path, &json!({})).await?;
            said(json, revoked, |key: ApiKey| format!("{} ({}) is {}.\n", key.id, key.name, key.state))
        }
    }
}

fn milliseconds(text: &str) -> Result<u64, Failure> {
    let life = humantime::parse_duration(text).ok().and_then(|life| u64::try_from(life.as_millis()).ok());
    life.ok_or_else(|| Failure::wrong(format!("--expires {text:?} is no time; write it like 90d or 12h")))
}

fn made(new: NewApiKey) -> String {
    let until = new.key.expires_at.as_deref().map(minute);
    let until = until.map_or_else(|| "until it is revoked".to_owned(), |time| format!("until {time} (UTC)"));
    format!(
        "{}\n\nThis is {} ({}), good {until}. It is not shown again: give it to the backend now.\n",
        new.secret, new.key.id, new.key.name
    )
}

fn listed(list: List<ApiKey>) -> String {
    let time = |at: &Option<String>, never: &str| at.as_deref().map_or(never.to_owned(), minute);
    let row = |key: &ApiKey| {
        [
            key.id.clone(),
            key.name.clone(),
            key.state.clone(),
            minute(&key.created_at),
            time(&key.expires_at, "never"),
            time(&key.last_used_at, "never"),
            key.scopes.join(" "),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["KEY", "NAME", "STATE", "CREATED (UTC)", "ENDS (UTC)", "LAST USED (UTC)", "SCOPES"];
    table(heading, &rows) + &super::more(list.next_cursor.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> serde_json::Value {
        json!({
            "id": "apk_1", "name": "crm", "begins": "sk_live_1…", "scopes": ["users:read", "users:write"],
            "state": "live", "created_at": "2026-11-25T20:47:59.123Z", "expires_at": null,
            "last_used_at": "2026-11-26T20:47:59.123Z"
        })
    }

    #[test]
    fn a_new_key_stands_on_a_line_of_its_own_and_is_listed_without_its_secret() {
        let new = json!({ "key": key(), "secret": "sk_live_1secret" });
        let text = made(serde_json::from_value(new).unwrap());
        assert!(text.starts_with("sk_live_1secret\n\n") && text.contains("until it is revoked"), "{text}");
        let list = json!({ "items": [key()], "next_cursor": null });
        let text = listed(serde_json::from_value(list).unwrap());
        assert!(
            text.ends_with(
                "\napk_1  crm   live   2026-11-25 20:47  never       2026-11-26 20:47  users:read users:write\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_life_is_a_time() {
        assert_eq!(milliseconds("90d"), Ok(90 * 86_400_000));
        for wrong in ["", "90", "-1d", "soon"] {
            assert_eq!(milliseconds(wrong).unwrap_err().exit, 2, "{wrong}");
        }
    }
}
