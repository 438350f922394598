//! `keyrack organization …`

use super::client::{Client, Target};
use super::table::{minute, properties, table};
use super::{Because, EXIT_CODES, Failure, Paging, said};
use crate::admin::view::{List, Organization, Unrestricted};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

/// `keyrack organization` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct OrganizationArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: OrganizationCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with organizations.
#[derive(Clone, Debug, Subcommand)]
pub enum OrganizationCommand {
    /// List organizations, newest first
    List(ListOrganizations),
    /// Make an organization, also where users may not
    Create(Create),
    /// Let a user in, or give a member one more role: how an organization without an administrator gets one
    Add(Add),
    /// Put a member out, also the last administrator
    Remove(Remove),
    /// Delete an organization with its workspaces for good: nobody acts in it any more
    Delete(Delete),
    /// Let it ask for no address and no second factor any more, when nobody who manages it can come in
    Unrestrict(Unrestrict),
}

/// The arguments of `organization list`.
#[derive(Args, Clone, Debug)]
pub struct ListOrganizations {
    /// Only those that this user is in: its id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// The arguments of `organization create`.
#[derive(Args, Clone, Debug)]
pub struct Create {
    /// What it is called
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What it is called in addresses [default: made of the name]
    #[arg(long, value_name = "SLUG")]
    pub slug: Option<String>,
    /// Who gets the creator's role: a user's id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub owner: String,
}

/// The arguments of `organization add`.
#[derive(Args, Clone, Debug)]
pub struct Add {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
    /// The role: its id (rol_…), or its key in keyrack.toml [default: that of new members]
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
}

/// The arguments of `organization remove`.
#[derive(Args, Clone, Debug)]
pub struct Remove {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// The arguments of `organization delete`.
#[derive(Args, Clone, Debug)]
pub struct Delete {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// Confirm: this cannot be undone
    #[arg(long, required = true)]
    pub yes: bool,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// The arguments of `organization unrestrict`.
#[derive(Args, Clone, Debug)]
pub struct Unrestrict {
    /// An organization (org_…) or a workspace (wsp_…)
    #[arg(value_name = "ID")]
    pub id: String,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// Carries out `keyrack organization …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &OrganizationArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        OrganizationCommand::List(list) => {
            let query = [("user", list.user.as_deref()), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["organizations"], &query).await?, listed)
        }
        OrganizationCommand::Create(create) => {
            let body = json!({ "name": create.name, "slug": create.slug, "owner": create.owner });
            let made = client.send(Method::POST, &["organizations"], &body).await?;
            said(json, made, |organization: Organization| shown(&organization))
        }
        OrganizationCommand::Add(add) => {
            let path = ["organizations", add.organization.as_str(), "members"];
            let body = json!({ "user": add.user, "role": add.role });
            let added = client.send(Method::POST, &path, &body).await?;
            said(json, added, |organization: Organization| shown(&organization))
        }
        OrganizationCommand::Remove(remove) => {
            let path = ["organizations", remove.organization.as_str(), "members", remove.user.as_str()];
            let reason = remove.because.reason();
            let removed = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, removed, |it: Value| {
                let of = |name: &str| it.pointer(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                format!("{} is no member of {} any more.\n", of("/user/id"), of("/organization_id"))
            })
        }
        OrganizationCommand::Delete(delete) => {
            let path = ["organizations", delete.organization.as_str()];
            let reason = delete.because.reason();
            let deleted = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, deleted, |it: Organization| {
                format!("{} is deleted; it had {}.\n", it.id, members(&it))
            })
        }
        OrganizationCommand::Unrestrict(unrestrict) => {
            let path = ["organizations", unrestrict.id.as_str(), "unrestrict"];
            let reason = unrestrict.because.reason();
            let lifted = client.send_because(Method::POST, &path, &json!({}), reason).await?;
            said(json, lifted, |lifted: Unrestricted| {
                let Unrestricted { id, asked } = lifted;
                if asked {
                    format!("{id} asks nothing of its members any more.\n")
                } else {
                    format!("{id} asked nothing.\n")
                }
            })
        }
    }
}

fn members(organization: &Organization) -> String {
    match organization.members {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    }
}

fn shown(it: &Organization) -> String {
    properties(&[
        ("id", &it.id),
        ("name", &it.name),
        ("slug", &it.slug),
        ("members", &it.members.to_string()),
        ("made (UTC)", &minute(&it.created_at)),
    ])
}

fn listed(list: List<Organization>) -> String {
    let row = |it: &Organization| {
        [it.id.clone(), it.slug.clone(), it.name.clone(), it.members.to_string(), minute(&it.created_at)]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["ORGANIZATION", "SLUG", "NAME", "MEMBERS", "MADE (UTC)"], &rows)
        + &super::more(list.next_cursor.as_deref())
}
