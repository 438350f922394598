//! `keyrack token …`

use super::client::{Client, Target};
use super::{EXIT_CODES, Failure, said};
use crate::admin::view::{Preview, TokenTemplate, TokenTemplates};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::table::table;

/// `keyrack token` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct TokenArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TokenCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with tokens.
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Show what a token of a template would say about a user; it is not signed
    Preview(PreviewOf),
    /// List the templates
    Templates,
}

/// The arguments of `token preview`.
#[derive(Args, Clone, Debug)]
pub struct PreviewOf {
    /// The template, or default
    #[arg(value_name = "TEMPLATE")]
    pub template: String,
    /// About whom: an id, an address or a username
    #[arg(long, value_name = "USER")]
    pub user: String,
    /// As if they stood in this organization (org_…)
    #[arg(long, value_name = "ID")]
    pub organization: Option<String>,
    /// As if they stood in this workspace of it (wsp_…)
    #[arg(long, value_name = "ID", requires = "organization")]
    pub workspace: Option<String>,
}

/// Carries out `keyrack token …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &TokenArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        TokenCommand::Preview(of) => {
            let body = json!({
                "template": of.template, "user": of.user, "organization": of.organization, "workspace": of.workspace,
            });
            said(json, client.send(Method::POST, &["tokens", "preview"], &body).await?, previewed)
        }
        TokenCommand::Templates => said(json, client.get(&["token-templates"], &[]).await?, listed),
    }
}

fn previewed(preview: Preview) -> String {
    format!("{:#}\n{:#}\n", preview.header, preview.claims)
}

fn listed(templates: TokenTemplates) -> String {
    let row = |it: &TokenTemplate| {
        [
            it.name.clone(),
            format!("{} s", it.lifetime_ms / 1000),
            it.algorithm.clone(),
            if it.has_own_key { "its own".to_owned() } else { "Keyrack's".to_owned() },
            it.audience.join(" "),
            it.claims.keys().cloned().collect::<Vec<_>>().join(" "),
        ]
    };
    let rows: Vec<_> = templates.items.iter().map(row).collect();
    table(["TEMPLATE", "LIFE", "ALGORITHM", "KEY", "AUDIENCE", "CLAIMS"], &rows)
}
