//! What `keyrack organization` is told.

use crate::cli::client::Target;
use crate::cli::{Because, EXIT_CODES, Paging};
use clap::{ArgGroup, Args, Subcommand};

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
    /// Show one organization
    Show(Show),
    /// Make an organization, also where users may not
    Create(Create),
    /// Let a user in, or give a member one more role: how an organization without an administrator gets one
    Add(Add),
    /// List its members, the oldest first
    Members(Members),
    /// Change what it is called and says of itself; what is not said stays
    Update(Update),
    /// Take a role from a member, also from the last administrator
    TakeRole(TakeRole),
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

/// The arguments of `organization show`.
#[derive(Args, Clone, Debug)]
pub struct Show {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
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
    /// What it says about itself
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// What every member sees of what your application keeps: an object, such as '{"plan":"pro"}'
    #[arg(long, value_name = "JSON")]
    pub public_metadata: Option<String>,
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

/// The arguments of `organization members`.
#[derive(Args, Clone, Debug)]
pub struct Members {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// Only those with a name, an address or a username that begins with this
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// The arguments of `organization update`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("what to change").required(true).multiple(true).args(["name", "slug", "description", "public_metadata"])))]
pub struct Update {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
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

/// The arguments of `organization take-role`.
#[derive(Args, Clone, Debug)]
pub struct TakeRole {
    /// The organization: its id (org_…) or slug
    #[arg(value_name = "ORGANIZATION")]
    pub organization: String,
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
    /// The role: its id (rol_…), or its key in keyrack.toml
    #[arg(value_name = "ROLE")]
    pub role: String,
    /// Why.
    #[command(flatten)]
    pub because: Because,
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
