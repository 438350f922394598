//! `keyrack invitation …`

use super::client::{Client, Target};
use super::table::{minute, table};
use super::{Because, EXIT_CODES, Failure, Paging, said};
use crate::admin::view::List;
use clap::{Args, Subcommand};
use keyrack_protocol::OrganizationInvitation;
use reqwest::Method;
use serde_json::json;

/// `keyrack invitation` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct InvitationArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: InvitationCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with invitations.
#[derive(Clone, Debug, Subcommand)]
pub enum InvitationCommand {
    /// List the open invitations of an organization, newest first
    List(ListInvitations),
    /// Invite an address in the name of a member, who must be allowed to
    Create(Create),
    /// Mail an open invitation anew, also an expired one: the link from before works no more
    Resend(Resend),
    /// Withdraw an invitation: its link works no more
    Withdraw(Withdraw),
}

/// The arguments of `invitation list`.
#[derive(Args, Clone, Debug)]
pub struct ListInvitations {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// The arguments of `invitation create`.
#[derive(Args, Clone, Debug)]
pub struct Create {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// The address
    #[arg(value_name = "EMAIL")]
    pub email: String,
    /// The member in whose name it is: an id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub inviter: String,
    /// The role's id (rol_…) [default: that of new members]
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// A workspace of it (wsp_…), to be a member of too
    #[arg(long, value_name = "ID")]
    pub workspace: Option<String>,
    /// The role there (rol_…) [default: that of new members]
    #[arg(long, value_name = "ROLE", requires = "workspace")]
    pub workspace_role: Option<String>,
}

/// The arguments of `invitation resend`.
#[derive(Args, Clone, Debug)]
pub struct Resend {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// The invitation's id (inv_…)
    #[arg(value_name = "ID")]
    pub id: String,
}

/// The arguments of `invitation withdraw`.
#[derive(Args, Clone, Debug)]
pub struct Withdraw {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// The invitation's id (inv_…)
    #[arg(value_name = "ID")]
    pub id: String,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// Carries out `keyrack invitation …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &InvitationArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        InvitationCommand::List(list) => {
            let path = ["organizations", list.organization.as_str(), "invitations"];
            let query = [list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&path, &query).await?, listed)
        }
        InvitationCommand::Create(create) => {
            let path = ["organizations", create.organization.as_str(), "invitations"];
            let body = json!({
                "email": create.email,
                "inviter": create.inviter,
                "role": create.role,
                "workspace": create.workspace,
                "workspace_role": create.workspace_role,
            });
            let sent = client.send(Method::POST, &path, &body).await?;
            said(json, sent, mailed)
        }
        InvitationCommand::Resend(resend) => {
            let [organization, id] = [resend.organization.as_str(), resend.id.as_str()];
            let path = ["organizations", organization, "invitations", id, "resend"];
            said(json, client.send(Method::POST, &path, &json!({})).await?, mailed)
        }
        InvitationCommand::Withdraw(withdraw) => {
            let path = ["organizations", withdraw.organization.as_str(), "invitations", withdraw.id.as_str()];
            let reason = withdraw.because.reason();
            let withdrawn = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, withdrawn, |it: OrganizationInvitation| {
                format!("{} to {} is withdrawn.\n", it.id, it.email)
            })
        }
    }
}

fn mailed(it: OrganizationInvitation) -> String {
    format!("{} is mailed to {}, until {} (UTC).\n", it.id, it.email, minute(&it.expires_at))
}

fn listed(list: List<OrganizationInvitation>) -> String {
    let row = |it: &OrganizationInvitation| {
        let by = it.inviter.as_ref().map(|member| member.user.id.clone()).unwrap_or_default();
        let state = if it.expired { "expired" } else { "open" };
        [it.id.clone(), it.email.clone(), state.to_owned(), minute(&it.expires_at), by]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["INVITATION", "ADDRESS", "STATE", "EXPIRES (UTC)", "BY"], &rows)
        + &super::more(list.next_cursor.as_deref())
}
