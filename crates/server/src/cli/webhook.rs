//! `keyrack webhook …`

use super::client::{Client, Target};
use super::table::{minute, table};
use super::{EXIT_CODES, Failure, Paging, said};
use crate::admin::view::{List, Replayed, WebhookEvent};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::json;

/// `keyrack webhook` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct WebhookArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: WebhookCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with webhooks.
#[derive(Clone, Debug, Subcommand)]
pub enum WebhookCommand {
    /// List what endpoints are told and were told, newest first
    List(ListWebhooks),
    /// Have it sent again: messages by their ids, or what happened since a time
    Replay(Replay),
    /// Send an endpoint a message of the type webhook.test
    Test(Test),
}

/// The arguments of `webhook list`.
#[derive(Args, Clone, Debug)]
pub struct ListWebhooks {
    /// Only of this endpoint, by its name in the configuration
    #[arg(long, value_name = "NAME")]
    pub endpoint: Option<String>,
    /// Only in this state
    #[arg(long, value_enum)]
    pub state: Option<Sent>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// What may have become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sent {
    /// To be sent, for the first time or again
    Queued,
    /// Taken
    Sent,
    /// Given up
    Dead,
}

/// The arguments of `webhook replay`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("what").required(true).args(["ids", "endpoint"])))]
pub struct Replay {
    /// Messages (evt_…)
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Of this endpoint, by its name in the configuration
    #[arg(long, value_name = "NAME", requires = "since")]
    pub endpoint: Option<String>,
    /// What happened since then: a time, a day, or how long ago, such as 24h; at most 10 000
    #[arg(long, value_name = "TIME", requires = "endpoint")]
    pub since: Option<String>,
    /// Only what was not taken: what was given up, and what waits for its next try
    #[arg(long, requires = "endpoint")]
    pub dead: bool,
}

/// The arguments of `webhook test`.
#[derive(Args, Clone, Debug)]
pub struct Test {
    /// The endpoint, by its name in the configuration
    #[arg(value_name = "NAME")]
    pub endpoint: String,
}

/// Carries out `keyrack webhook …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &WebhookArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        WebhookCommand::List(list) => {
            let state = list.state.map(|state| format!("{state:?}").to_lowercase());
            let endpoint = ("endpoint", list.endpoint.as_deref());
            let query = [endpoint, ("state", state.as_deref()), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["webhooks"], &query).await?, listed)
        }
        WebhookCommand::Replay(replay) => {
            let Replay { ids, endpoint, since, dead } = replay;
            let body = json!({ "ids": ids, "endpoint": endpoint, "since": since, "dead": dead });
            let queued = client.send(Method::POST, &["webhooks", "replay"], &body).await?;
            said(json, queued, |replayed: Replayed| match replayed.queued {
                1 => "1 message is sent again.\n".to_owned(),
                count => format!("{count} messages are sent again.\n"),
            })
        }
        WebhookCommand::Test(test) => {
            let body = json!({ "endpoint": test.endpoint });
            let queued = client.send(Method::POST, &["webhooks", "test"], &body).await?;
            said(json, queued, |_: Replayed| {
                format!("A message is on its way; see: keyrack webhook list --endpoint {}\n", test.endpoint)
            })
        }
    }
}

fn listed(list: List<WebhookEvent>) -> String {
    let row = |event: &WebhookEvent| {
        let when = event.next_at.as_deref().or(event.settled_at.as_deref());
        [
            event.id.clone(),
            event.endpoint.clone(),
            event.kind.clone(),
            event.about.clone(),
            minute(&event.happened_at),
            event.state.clone(),
            event.tries.to_string(),
            when.map(minute).unwrap_or_default(),
            event.answer.clone(),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = [
        "MESSAGE",
        "ENDPOINT",
        "TYPE",
        "ABOUT",
        "HAPPENED (UTC)",
        "STATE",
        "TRIES",
        "NEXT OR LAST (UTC)",
        "LAST ANSWER",
    ];
    table(heading, &rows) + &super::more(list.next_cursor.as_deref())
}
