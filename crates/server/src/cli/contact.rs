//! `keyrack contact …`

use super::client::{Client, Target};
use super::table::table;
use super::{Because, EXIT_CODES, Failure, said};
use crate::admin::view::{Contact, List};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

/// `keyrack contact` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct ContactArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ContactCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with the addresses and phone numbers of an account. Its owner is told of every change of a way in.
#[derive(Clone, Debug, Subcommand)]
pub enum ContactCommand {
    /// List an account's addresses and phone numbers
    List(Whose),
    /// Add one; verified, because you vouch for it, unless you say `--unproved`
    Add(Add),
    /// Verify one: you vouch for it
    Verify(Which),
    /// Make one the primary one of its kind
    MakePrimary(Which),
    /// Remove one: not the last way in
    Remove(Which),
}

/// An account.
#[derive(Args, Clone, Debug)]
pub struct Whose {
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
}

/// The arguments of `contact add`.
#[derive(Args, Clone, Debug)]
pub struct Add {
    /// Whose.
    #[command(flatten)]
    pub whose: Whose,
    /// An email address, or a phone number in E.164 (+4930…)
    #[arg(value_name = "ADDRESS OR NUMBER")]
    pub value: String,
    /// The user is still to prove it
    #[arg(long)]
    pub unproved: bool,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// One of an account's.
#[derive(Args, Clone, Debug)]
pub struct Which {
    /// Whose.
    #[command(flatten)]
    pub whose: Whose,
    /// Its id (eml_… or phn_…)
    #[arg(value_name = "ID")]
    pub id: String,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// Carries out `keyrack contact …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &ContactArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    let done: Value = match &args.command {
        ContactCommand::List(whose) => {
            let all = client.get(&["users", &whose.user, "contacts"], &[]).await?;
            return said(json, all, listed);
        }
        ContactCommand::Add(add) => {
            let kind = if add.value.starts_with('+') { "phone_number" } else { "email" };
            let body = json!({ kind: add.value, "verified": !add.unproved });
            let path = ["users", add.whose.user.as_str(), "contacts"];
            client.send_because(Method::POST, &path, &body, add.because.reason()).await?
        }
        ContactCommand::Verify(it) => change(&client, (Method::POST, it), Some("verify")).await?,
        ContactCommand::MakePrimary(it) => change(&client, (Method::POST, it), Some("make-primary")).await?,
        ContactCommand::Remove(it) => {
            let removed = change(&client, (Method::DELETE, it), None).await?;
            return said(json, removed, |it: Contact| format!("{} is removed.\n", it.value));
        }
    };
    said(json, done, |it: Contact| format!("{} ({}) is {}.\n", it.value, it.id, state(&it)))
}

async fn change(
    client: &Client,
    (method, which): (Method, &Which),
    verb: Option<&str>,
) -> Result<Value, Failure> {
    let mut path = vec!["users", which.whose.user.as_str(), "contacts", which.id.as_str()];
    path.extend(verb);
    client.send_because(method, &path, &json!({}), which.because.reason()).await
}

fn state(it: &Contact) -> &'static str {
    match (it.verified, it.is_primary) {
        (_, true) => "the primary one",
        (true, false) => "verified",
        (false, false) => "not verified yet",
    }
}

fn listed(list: List<Contact>) -> String {
    let row = |it: &Contact| [it.id.clone(), it.kind.clone(), it.value.clone(), state(it).to_owned()];
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["ID", "KIND", "VALUE", "STATE"], &rows)
}
