//! `keyrack waitlist …`

use super::client::{Client, Target};
use super::table::{minute, table};
use super::{EXIT_CODES, Failure, Paging, said};
use crate::admin::view::{Invited, List, WaitlistEntry};
use clap::{ArgGroup, Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

/// `keyrack waitlist` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct WaitlistArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: WaitlistCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with those who wait.
#[derive(Clone, Debug, Subcommand)]
pub enum WaitlistCommand {
    /// List who waits, the longest first
    List(ListWaitlist),
    /// Invite somebody who waits: mails a link that lets that address sign up
    Invite(Invite),
    /// Take an address off the list; an invitation of it works no more
    Remove(Remove),
}

/// The arguments of `waitlist list`.
#[derive(Args, Clone, Debug)]
pub struct ListWaitlist {
    /// Also those who were invited and have not signed up
    #[arg(long)]
    pub all: bool,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// The arguments of `waitlist invite`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("whom").required(true).args(["emails", "first"])))]
pub struct Invite {
    /// Addresses on the list, also of somebody who was invited before
    #[arg(value_name = "EMAIL")]
    pub emails: Vec<String>,
    /// So many of those who have waited longest: 1 to 200
    #[arg(long, value_name = "N")]
    pub first: Option<u32>,
}

/// The arguments of `waitlist remove`.
#[derive(Args, Clone, Debug)]
pub struct Remove {
    /// An address on the list
    #[arg(value_name = "EMAIL")]
    pub email: String,
}

/// Carries out `keyrack waitlist …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &WaitlistArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        WaitlistCommand::List(list) => {
            let state = list.all.then_some("all");
            let query = [("state", state), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["waitlist"], &query).await?, listed)
        }
        WaitlistCommand::Invite(invite) => {
            let body = json!({ "emails": invite.emails, "first": invite.first });
            let invited = client.send(Method::POST, &["waitlist", "invite"], &body).await?;
            said(json, invited, |invited: Invited| match invited.invited.len() {
                1 => "1 invitation is on its way.\n".to_owned(),
                count => format!("{count} invitations are on their way.\n"),
            })
        }
        WaitlistCommand::Remove(remove) => {
            let removed = client.send(Method::DELETE, &["waitlist", &remove.email], &json!({})).await?;
            said(json, removed, |_: Value| format!("{} is not on the list any more.\n", remove.email))
        }
    }
}

fn listed(list: List<WaitlistEntry>) -> String {
    let rows: Vec<[String; 4]> = list
        .items
        .iter()
        .map(|entry| {
            let name = format!("{} {}", entry.first_name, entry.last_name).trim().to_owned();
            let invited = entry.invited_at.as_deref().map(minute).unwrap_or_default();
            [entry.email.clone(), name, minute(&entry.created_at), invited]
        })
        .collect();
    table(["EMAIL", "NAME", "WAITS SINCE (UTC)", "INVITED (UTC)"], &rows)
        + &super::more(list.next_cursor.as_deref())
}
