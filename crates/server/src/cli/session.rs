//! `keyrack session …`

use super::client::{Client, Target};
use super::table::{minute, second, table};
use super::{Because, EXIT_CODES, Failure, Paging, said};
use crate::admin::view::{Ended, Explained, Happened, List, Session, SignIn};
use clap::{ArgGroup, Args, Subcommand};
use reqwest::Method;
use serde_json::json;

/// `keyrack session` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct SessionArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SessionCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with sessions.
#[derive(Clone, Debug, Subcommand)]
pub enum SessionCommand {
    /// List what browsers hold, newest first: one line for each account signed in
    List(ListSessions),
    /// End a session, one of its sign-ins, or every sign-in of a user, at once
    End(End),
    /// Tell the life of a session: what happened in it, who did it and why, and what will end it
    Explain(Explain),
}

/// The arguments of `session explain`.
#[derive(Args, Clone, Debug)]
pub struct Explain {
    /// A session (ses_…), or a sign-in (sin_…) that is or was in one; also one that has ended
    #[arg(value_name = "ID")]
    pub id: String,
}

/// The arguments of `session list`.
#[derive(Args, Clone, Debug)]
pub struct ListSessions {
    /// Only sessions that this user is signed in on: its id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Also what has ended, and why
    #[arg(long)]
    pub all: bool,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// The arguments of `session end`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("what to end").required(true).args(["id", "user"])))]
pub struct End {
    /// A session (ses_…) with everything in it, or one sign-in (sin_…)
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// Every sign-in of this user, wherever it is: its id (usr_…), email address or username
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Why.
    #[command(flatten)]
    pub because: Because,
}

/// Carries out `keyrack session …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &SessionArgs) -> Result<String, Failure> {
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        SessionCommand::List(list) => {
            let state = list.all.then_some("all");
            let query =
                [("user", list.user.as_deref()), ("state", state), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["sessions"], &query).await?, listed)
        }
        SessionCommand::End(end) => {
            let path = match (&end.id, &end.user) {
                (_, Some(user)) => ["users", user.as_str(), "end-sessions"],
                (id, None) => ["sessions", id.as_deref().unwrap_or_default(), "end"],
            };
            let reason = end.because.reason();
            let ended = client.send_because(Method::POST, &path, &json!({}), reason).await?;
            said(json, ended, |ended: Ended| {
                let count = ended.ended.len();
                format!("{count} {} ended.\n", super::sign_ins(count))
            })
        }
        SessionCommand::Explain(explain) => {
            let path = ["sessions", explain.id.as_str(), "explain"];
            said(json, client.get(&path, &[]).await?, |it: Explained| explained(&it))
        }
    }
}

/// What happened, a line each, then what is to come.
fn explained(it: &Explained) -> String {
    let account = |user: &str| {
        let known = it.session.sign_ins.iter().find(|sign_in| sign_in.user_id == user);
        known
            .map(|sign_in| sign_in.email_address.clone())
            .filter(|email| !email.is_empty())
            .unwrap_or(user.to_owned())
    };
    let row = |one: &Happened| {
        let note = if one.note.is_empty() { String::new() } else { format!(" \u{201c}{}\u{201d}", one.note) };
        [
            second(&one.at),
            format!("{}{note}", one.text),
            account(&one.user_id),
            one.sign_in_id.clone(),
            one.actor.clone(),
            one.ip_address.clone(),
        ]
    };
    let rows: Vec<_> = it.happened.iter().map(row).collect();
    let mut text = format!("{} (revision {}). {}\n\n", it.session.id, it.revision, it.summary);
    text += &table(["WHEN (UTC)", "WHAT", "ACCOUNT", "SIGN-IN", "BY", "FROM"], &rows);
    if !it.to_come.is_empty() {
        let rows: Vec<_> = it
            .to_come
            .iter()
            .map(|one| [second(&one.at), one.text.clone(), one.sign_in_id.clone()])
            .collect();
        text += "\n";
        text += &table(["TO COME (UTC)", "WHAT", "SIGN-IN"], &rows);
    }
    text
}

fn listed(list: List<Session>) -> String {
    let mut rows = Vec::new();
    for session in &list.items {
        if session.sign_ins.is_empty() {
            let state = if session.ended_at.is_some() { "ended" } else { "nobody" };
            let seen = minute(&session.updated_at);
            rows.push([
                session.id.clone(),
                String::new(),
                String::new(),
                state.to_owned(),
                seen,
                String::new(),
                String::new(),
            ]);
        }
        rows.extend(session.sign_ins.iter().map(|sign_in| row(session, sign_in)));
    }
    let heading = ["SESSION", "SIGN-IN", "ACCOUNT", "STATE", "LAST ACTIVE (UTC)", "FROM", "BROWSER"];
    table(heading, &rows) + &super::more(list.next_cursor.as_deref())
}

fn row(session: &Session, sign_in: &SignIn) -> [String; 7] {
    let state = match &sign_in.end_reason {
        Some(reason) => reason.as_str(),
        None if sign_in.active => "active",
        None => "signed in",
    };
    // A deleted account has no address any more.
    let account = [&sign_in.email_address, &sign_in.user_id].into_iter().find(|text| !text.is_empty());
    [
        session.id.clone(),
        sign_in.id.clone(),
        account.cloned().unwrap_or_default(),
        state.to_owned(),
        minute(&sign_in.last_active_at),
        sign_in.ip_address.clone(),
        format!("{} {}", sign_in.browser, sign_in.device).trim().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_a_line_that_says_whether_and_why_it_ended() {
        let sign_in = |id: &str, email: &str, active: bool, reason: Option<&str>| {
            json!({
                "id": id, "user_id": "usr_1", "email_address": email, "active": active, "ip_address": "::1",
                "browser": "Firefox", "device": "Linux", "created_at": "2026-11-25T20:47:59.123Z",
                "last_active_at": "2026-11-25T20:48:59.123Z", "expires_at": "2026-11-26T20:47:59.123Z",
                "ended_at": reason, "end_reason": reason
            })
        };
        let session = |sign_ins| {
            json!({
                "id": "ses_1", "created_at": "2026-11-25T20:47:59.123Z", "ended_at": null, "end_reason": null,
                "updated_at": "2026-11-25T20:47:59.123Z", "sign_ins": sign_ins
            })
        };
        let sign_ins = json!([
            sign_in("sin_1", "ada@ex.com", true, None),
            sign_in("sin_2", "bob@ex.com", false, None),
            sign_in("sin_3", "", false, Some("user_deleted")),
        ]);
        let list = json!({ "items": [session(sign_ins), session(json!([]))], "next_cursor": null });
        let text = listed(serde_json::from_value(list).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(
            lines[1].starts_with("ses_1    sin_1    ada@ex.com  active        2026-11-25 20:48"),
            "{text}"
        );
        assert!(lines[2].contains("bob@ex.com  signed in "), "{text}");
        assert!(lines[3].contains("usr_1       user_deleted "), "{text}");
        assert!(lines[4].contains("nobody") && lines[1].ends_with("Firefox Linux"), "{text}");
    }
}
