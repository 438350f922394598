//! What `keyrack user` is told.

use crate::cli::client::Target;
use crate::cli::import::Import;
use crate::cli::{Because, EXIT_CODES, Paging};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `keyrack user` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with users.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user; the address counts as proved, because you vouch for it, unless you say `--unproved`
    Create(Create),
    /// Make the users of another system, with the hashes of their passwords, from a file that it exported
    Import(Import),
    /// List users, newest first
    List(ListUsers),
    /// Show one user
    Show(Named),
    /// Change what a user is called, and what the application keeps with it; what is not said stays
    Update(Update),
    /// Print everything that is kept of a user, as JSON
    Export(Named),
    /// Write something into a user's inbox, which whoever is signed in sees at once
    Tell(Tell),
    /// Keep a user out: every sign-in ends at once, and there will be no other
    Disable(Decide),
    /// Let a disabled user sign in again; what has ended stays ended
    Enable(Decide),
    /// Take all second factors from a user who has lost them: authenticators, passkeys and backup codes; every sign-in ends
    ResetFactors(Decide),
    /// Delete a user for good: every sign-in ends at once, the address is free again, only the id stays
    Delete(Delete),
}

/// The arguments of `user create`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("how to sign in").required(true).args(["password_file", "password_stdin", "no_password"])))]
pub struct Create {
    /// The email address
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The user is still to prove the address: signs in by username and password, and is mailed a code
    #[arg(long, requires = "username", conflicts_with = "no_password")]
    pub unproved: bool,
    /// The username, by which the user may sign in where the deployment has usernames
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// First name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub first_name: String,
    /// Last name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub last_name: String,
    /// The id that your application knows the user by
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Read the password from this file; a line end after it does not count
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Read the password from standard input; a line end after it does not count
    #[arg(long)]
    pub password_stdin: bool,
    /// Make a user who cannot sign in with a password
    #[arg(long)]
    pub no_password: bool,
}

/// The arguments of `user list`.
#[derive(Args, Clone, Debug)]
pub struct ListUsers {
    /// Only users in this state; without it all but the deleted ones
    #[arg(long, value_enum)]
    pub state: Option<State>,
    /// Only users with an address, a number, a username or a name that begins with this, or with this external id
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// What a user may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// May sign in
    Active,
    /// Kept out
    Disabled,
    /// Gone
    Deleted,
}

/// A user.
#[derive(Args, Clone, Debug)]
pub struct Named {
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
}

/// A user about whom something is decided.
#[derive(Args, Clone, Debug)]
pub struct Decide {
    /// Who.
    #[command(flatten)]
    pub named: Named,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// The arguments of `user tell`.
#[derive(Args, Clone, Debug)]
pub struct Tell {
    /// Whom.
    #[command(flatten)]
    pub named: Named,
    /// In a few words: plain text
    #[arg(long, value_name = "TEXT")]
    pub title: String,
    /// In a sentence or two: plain text
    #[arg(long, value_name = "TEXT")]
    pub body: String,
    /// How much it matters
    #[arg(long, value_enum, default_value_t = Severity::Info)]
    pub severity: Severity,
    /// Facts for the application: an object of texts, such as '{"order":"17"}'
    #[arg(long, value_name = "JSON")]
    pub metadata: Option<String>,
    /// As a member of this organization, by its id (org_…) or slug: it is gone with the membership
    #[arg(long, value_name = "ORGANIZATION")]
    pub organization: Option<String>,
}

/// How much something matters that a user is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Severity {
    /// To know
    Info,
    /// Something went well
    Success,
    /// Something is to be looked at
    Warning,
    /// Something went wrong
    Error,
}

/// The arguments of `user update`.
#[derive(Args, Clone, Debug)]
pub struct Update {
    /// Who.
    #[command(flatten)]
    pub named: Named,
    /// First name; "" for none
    #[arg(long, value_name = "NAME")]
    pub first_name: Option<String>,
    /// Last name; "" for none
    #[arg(long, value_name = "NAME")]
    pub last_name: Option<String>,
    /// Username, also one that nobody may choose alone; "" for none
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// The id that your application knows the user by; "" for none
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// What the user sees of what your application keeps: an object, instead of the one before
    #[arg(long, value_name = "JSON")]
    pub public_metadata: Option<String>,
    /// What only backends and operators see: an object, instead of the one before
    #[arg(long, value_name = "JSON")]
    pub private_metadata: Option<String>,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// The arguments of `user delete`.
#[derive(Args, Clone, Debug)]
pub struct Delete {
    /// Who, and why.
    #[command(flatten)]
    pub whom: Decide,
    /// Confirm: this cannot be undone
    #[arg(long, required = true)]
    pub yes: bool,
}
