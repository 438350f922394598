//! `keyrack config` prints the default file; `keyrack check` says what is wrong with one, without starting.

use super::{Failure, Run};
use crate::config::{self, Examined, Layout, Problem};
use clap::Args;
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// The arguments of `keyrack check`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "Exit codes: 0 the server would start, 1 it would not, 2 wrong arguments.\n\
    It looks at the configuration, the environment and the files of secrets, not at the database.")]
pub struct CheckArgs {
    /// The configuration [default: $KEYRACK_CONFIG, then ./keyrack.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    ok: bool,
    problems: &'a [Problem],
    deployments: Vec<JsonDeployment<'a>>,
}

#[derive(Serialize)]
struct JsonDeployment<'a> {
    id: &'a str,
    layout: &'static str,
    supported: bool,
    text: String,
}

/// Examines what `keyrack serve` would start with: what there is to print, and whether it would start.
pub fn run(args: &CheckArgs, env: &dyn Fn(&str) -> Option<String>) -> (String, Result<(), Failure>) {
    let found = config::examine(&Run { config: args.config.clone(), ..Run::default() }, env);
    let fine = found.config.is_some();
    let errors = found.problems.iter().filter(|problem| problem.is_error()).count();
    let count =
        format!("{}, {}", counted(errors, "error"), counted(found.problems.len() - errors, "warning"));
    let mut text = if args.json { json(&found, fine) } else { lines(&found) };
    if fine && !args.json {
        text += &format!("{count}: keyrack serve would start\n");
    }
    let refused = || Failure::refused(format!("{count}: keyrack serve would not start"));
    (text, if fine { Ok(()) } else { Err(refused()) })
}

fn json(found: &Examined, ok: bool) -> String {
    let deployments = found.layouts.iter().map(|(id, layout)| JsonDeployment {
        id,
        layout: layout.name(),
        supported: !matches!(layout, Layout::Unsupported(_)),
        text: layout.to_string(),
    });
    let json = Json { ok, problems: &found.problems, deployments: deployments.collect() };
    serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
}

fn lines(found: &Examined) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    for problem in &found.problems {
        let severity = if problem.is_error() { "error" } else { "warning" };
        let _ = writeln!(text, "{severity}: {problem}");
    }
    for (id, layout) in &found.layouts {
        let _ = writeln!(text, "deployment {id}: {layout}");
    }
    text
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
