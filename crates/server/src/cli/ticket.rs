//! `keyrack ticket …`

use super::client::{Client, Target};
use super::table::{minute, table};
use super::{Because, EXIT_CODES, Failure, Paging, said};
use crate::admin::view::{List, NewTicket, Ticket};
use clap::{Args, Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::json;

/// `keyrack ticket` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct TicketArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TicketCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with tickets.
#[derive(Clone, Debug, Subcommand)]
pub enum TicketCommand {
    /// Make a ticket; it is shown once, works once and for five minutes at most
    Create(Create),
    /// List the tickets that can still be used, newest first
    List(Paging),
    /// Take a ticket back that nobody has used
    Revoke(Revoke),
}

/// What a ticket may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Opens {
    /// A sign-in of --user
    SignIn,
    /// A sign-in of --user in which --actor acts
    Impersonation,
    /// A sign-in beside --sign-in, which ends with that
    Handover,
    /// A membership, by --invitation, for whoever is signed in with the invited address
    Invitation,
}

/// The arguments of `ticket create`.
#[derive(Args, Clone, Debug)]
pub struct Create {
    /// What it opens
    #[arg(value_enum, value_name = "KIND")]
    pub kind: Opens,
    /// The account: id, address or username
    #[arg(long, value_name = "USER", required_if_eq_any([("kind", "sign_in"), ("kind", "impersonation")]))]
    pub user: Option<String>,
    /// The sign-in that is handed over (sin_…)
    #[arg(long, value_name = "ID", required_if_eq("kind", "handover"))]
    pub sign_in: Option<String>,
    /// The invitation that is accepted (inv_…)
    #[arg(long, value_name = "ID", required_if_eq("kind", "invitation"))]
    pub invitation: Option<String>,
    /// Who acts as the user: an account's id, or what you are called
    #[arg(long, value_name = "WHO", required_if_eq("kind", "impersonation"))]
    pub actor: Option<String>,
    /// Why; the user is told
    #[arg(long, value_name = "TEXT", required_if_eq("kind", "impersonation"))]
    pub reason: Option<String>,
    /// For how many seconds it works [default: as long as the configuration lets it, mostly 300]
    #[arg(long, value_name = "SECONDS")]
    pub expires_in: Option<u32>,
    /// SHA-256, in base64url, of what only the browser or program has that asks for it (PKCE, S256): nobody else can use it
    #[arg(long, value_name = "CHALLENGE")]
    pub code_challenge: Option<String>,
    /// Where the page leads on to
    #[arg(long, value_name = "URL")]
    pub redirect_uri: Option<String>,
}

/// The arguments of `ticket revoke`.
#[derive(Args, Clone, Debug)]
pub struct Revoke {
    /// The ticket's id (tkt_ and 26 letters), which opens nothing
    #[arg(value_name = "ID")]
    pub id: String,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

impl Opens {
    fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Impersonation => "impersonation",
            Self::Handover => "handover",
            Self::Invitation => "invitation",
        }
    }
}

/// Carries out `keyrack ticket …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &TicketArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        TicketCommand::Create(new) => {
            let new = json!({
                "kind": new.kind.word(), "user": new.user, "sign_in": new.sign_in, "invitation": new.invitation,
                "actor": new.actor, "reason": new.reason, "expires_in": new.expires_in,
                "code_challenge": new.code_challenge, "redirect_uri": new.redirect_uri
            });
            said(json, client.send(Method::POST, &["tickets"], &new).await?, made)
        }
        TicketCommand::List(paging) => {
            said(json, client.get(&["tickets"], &[paging.limit(), paging.cursor()]).await?, listed)
        }
        TicketCommand::Revoke(revoke) => {
            let path = ["tickets", revoke.id.as_str()];
            let reason = revoke.because.reason();
            let revoked = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, revoked, |it: Ticket| format!("{} opens nothing any more.\n", it.id))
        }
    }
}

fn made(new: NewTicket) -> String {
    format!(
        "{}\n\nThis is {}. It works once, in the next minutes, and is not shown again.\nOpen it at {}\n",
        new.ticket, new.id, new.url
    )
}

fn listed(list: List<Ticket>) -> String {
    let row = |it: &Ticket| {
        let about = [&it.user_id, &it.sign_in_id, &it.invitation_id].into_iter().flatten().next();
        [
            it.id.clone(),
            it.kind.clone(),
            about.cloned().unwrap_or_default(),
            it.actor_id.clone().unwrap_or_default(),
            it.made_by.clone(),
            minute(&it.created_at),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["TICKET", "KIND", "FOR", "WHO ACTS", "MADE BY", "CREATED (UTC)"];
    table(heading, &rows) + &super::more(list.next_cursor.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_ticket_stands_on_a_line_of_its_own_and_is_listed_without_its_secret() {
        let new =
            json!({ "id": "tkt_1", "ticket": "tkt_1secret", "expires_at": 5, "url": "https://a/sign-in" });
        let text = made(serde_json::from_value(new).unwrap());
        assert!(text.starts_with("tkt_1secret\n\n") && text.ends_with("at https://a/sign-in\n"), "{text}");
        let list = json!({ "items": [{
            "id": "tkt_1", "kind": "impersonation", "user_id": "usr_1", "sign_in_id": null, "invitation_id": null,
            "actor_id": "jane", "reason": "case 17", "bound": false, "made_by": "key:apk_1",
            "created_at": "2026-11-25T20:47:59.123Z", "expires_at": 5
        }], "next_cursor": null });
        let text = listed(serde_json::from_value(list).unwrap());
        assert!(
            text.ends_with("\ntkt_1   impersonation  usr_1  jane      key:apk_1  2026-11-25 20:47\n"),
            "{text}"
        );
    }
}
