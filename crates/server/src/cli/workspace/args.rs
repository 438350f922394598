//! What `keyrack workspace` is told.

use crate::cli::client::Target;
use crate::cli::{Because, EXIT_CODES, Paging};
use clap::{ArgGroup, Args, Subcommand};

/// `keyrack workspace` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct WorkspaceArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: WorkspaceCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with workspaces.
#[derive(Clone, Debug, Subcommand)]
pub enum WorkspaceCommand {
    /// List workspaces, newest first
    List(ListWorkspaces),
    /// Show one workspace
    Show(Show),
    /// Make a workspace, also where members may not
    Create(Create),
    /// Change what it is called and says of itself; what is not said stays
    Update(Update),
    /// List its members, the oldest first
    Members(Members),
    /// Let a member of its organization in, or give a member one more role
    Add(Add),
    /// Take a role from a member, also from the last administrator
    TakeRole(TakeRole),
    /// Put a member out, who stays in the organization
    Remove(Remove),
    /// Delete a workspace for good: nobody acts in it any more
    Delete(Delete),
}

/// The arguments of `workspace list`.
#[derive(Args, Clone, Debug)]
pub struct ListWorkspaces {
    /// Only those in this organization: its id (org_…) or slug
    #[arg(long, value_name = "ORGANIZATION")]
    pub organization: Option<String>,
    /// Only those that this user is in: its id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// The arguments of `workspace show`.
#[derive(Args, Clone, Debug)]
pub struct Show {
    /// The workspace's id (wsp_…)
    #[arg(value_name = "WORKSPACE")]
    pub workspace: String,
}

/// The arguments of `workspace create`.
#[derive(Args, Clone, Debug)]
pub struct Create {
    /// The organization that it is in: its id (org_…) or slug
    #[arg(long, value_name = "ORGANIZATION")]
    pub organization: String,
    /// What it is called
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What it is called in addresses [default: made of the name]
    #[arg(long, value_name = "SLUG")]
    pub slug: Option<String>,
    /// What it says about itself
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// What every member sees of what your application keeps: an object, such as '{"plan":"pro"}'
    #[arg(long, value_name = "JSON")]
    pub public_metadata: Option<String>,
    /// Who gets the creator's role: a member of the organization, by id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub owner: String,
}

/// The arguments of `workspace update`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("what to change").required(true).multiple(true).args(["name", "slug", "description", "public_metadata"])))]
pub struct Update {
    /// The workspace's id (wsp_…)
    #[arg(value_name = "WORKSPACE")]
    pub workspace: String,
    /// What it is called
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What it is called in addresses
    #[arg(long, value_name = "SLUG")]
    pub slug: Option<String>,
    /// What it says about itself; "" for nothing
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// What every member sees of what your application keeps: an object, instead of the one before
    #[arg(long, value_name = "JSON")]
    pub public_metadata: Option<String>,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// The arguments of `workspace members`.
#[derive(Args, Clone, Debug)]
pub struct Members {
    /// The workspace's id (wsp_…)
    #[arg(value_name = "WORKSPACE")]
    pub workspace: String,
    /// Only those with a name, an address or a username that begins with this
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// The arguments of `workspace add`.
#[derive(Args, Clone, Debug)]
pub struct Add {
    /// The workspace's id (wsp_…)
    #[arg(value_name = "WORKSPACE")]
    pub workspace: String,
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
    /// The role: its id (rol_…), or its key in keyrack.toml [default: that of new members]
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
}

/// The arguments of `workspace take-role`.
#[derive(Args, Clone, Debug)]
pub struct TakeRole {
    /// Of whom.
    #[command(flatten)]
    pub whom: Whom,
    /// The role: its id (rol_…), or its key in keyrack.toml
    #[arg(value_name = "ROLE")]
    pub role: String,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// The arguments of `workspace remove`.
#[derive(Args, Clone, Debug)]
pub struct Remove {
    /// Whom.
    #[command(flatten)]
    pub whom: Whom,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// A member of a workspace.
#[derive(Args, Clone, Debug)]
pub struct Whom {
    /// The workspace's id (wsp_…)
    #[arg(value_name = "WORKSPACE")]
    pub workspace: String,
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
}

/// The arguments of `workspace delete`.
#[derive(Args, Clone, Debug)]
pub struct Delete {
    /// The workspace's id (wsp_…)
    #[arg(value_name = "WORKSPACE")]
    pub workspace: String,
    /// Confirm: this cannot be undone
    #[arg(long, required = true)]
    pub yes: bool,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}
