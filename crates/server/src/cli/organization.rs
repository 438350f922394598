//! `keyrack organization …`

use super::client::{Client, Target};
use super::{EXIT_CODES, Failure, said};
use crate::admin::view::Unrestricted;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

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
    /// Let it ask for no address and no second factor any more, when nobody who manages it can come in
    Unrestrict(Unrestrict),
}

/// The arguments of `organization unrestrict`.
#[derive(Args, Clone, Debug)]
pub struct Unrestrict {
    /// An organization (org_…) or a workspace (wsp_…)
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Carries out `keyrack organization …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &OrganizationArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let OrganizationCommand::Unrestrict(unrestrict) = &args.command;
    let path = ["organizations", unrestrict.id.as_str(), "unrestrict"];
    let lifted = client.send(Method::POST, &path, &json!({})).await?;
    said(args.target.json, lifted, |lifted: Unrestricted| {
        let Unrestricted { id, asked } = lifted;
        if asked {
            format!("{id} asks nothing of its members any more.\n")
        } else {
            format!("{id} asked nothing.\n")
        }
    })
}
