//! `keyrack audit …`

use super::client::{Client, Target};
use super::table::{second, table};
use super::{EXIT_CODES, Failure, Paging, said};
use crate::admin::view::List;
use crate::audit::store::Record;
use clap::{Args, Subcommand};

/// `keyrack audit` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct AuditArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with the records.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// List what happened, newest first
    List(ListRecords),
}

/// The arguments of `audit list`.
#[derive(Args, Clone, Debug)]
pub struct ListRecords {
    /// Only what is about this user: its id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Only what is about this session (ses_…)
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Only this event, such as sign_in_ended
    #[arg(long, value_name = "EVENT")]
    pub event: Option<String>,
    /// Only what happened since: a time (2026-01-31T12:00:00Z), a day (2026-01-31) or how long ago (24h)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// Carries out `keyrack audit …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &AuditArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let AuditCommand::List(list) = &args.command;
    let query = [
        ("user", list.user.as_deref()),
        ("session", list.session.as_deref()),
        ("event", list.event.as_deref()),
        ("since", list.since.as_deref()),
        list.paging.limit(),
        list.paging.cursor(),
    ];
    said(args.target.json, client.get(&["audit"], &query).await?, listed)
}

fn listed(list: List<Record>) -> String {
    let row = |record: &Record| {
        let result = if record.reason.is_empty() { &record.result } else { &record.reason };
        [
            second(&record.at),
            record.event.clone(),
            result.clone(),
            record.actor.clone(),
            record.ip_address.clone(),
            record.user_id.clone(),
            record.session_id.clone(),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["WHEN (UTC)", "EVENT", "RESULT", "BY", "FROM", "USER", "SESSION"], &rows)
        + &super::more(list.next_cursor.as_deref())
}
