//! A session's life, as far as it is still known: what happened in it, who did it and why, and what will end it.
//!
//! It is told from the records, and from the rows themselves where there is no record (any more).

use super::store;
use super::view::{Explained, Happened, SignIn, ToCome};
use crate::app::Site;
use crate::audit::store::{Asked, Record, list};
use crate::db::{Row, Snapshot};
use crate::error::Result;
use crate::id::SessionId;
use crate::params;
use crate::time::rfc3339;
use keyrack_protocol::{Code, EndReason};
use serde_json::Value;

/// Records of one session that are read.
const MOST: i64 = 1_000;

/// Tells the life of a session, ended or not.
///
/// # Errors
/// [`Code::SessionNotFound`].
pub fn explain(on: &mut Snapshot<'_>, site: &Site, id: &SessionId, now: i64) -> Result<Explained> {
    let deployment = site.config.id.as_str();
    let session = store::session(on, deployment, id, now)?.ok_or(Code::SessionNotFound)?;
    let row = on.query_one("select revision from sessions where id = $1", params![id.as_str()])?;
    let revision = row.map_or(Ok(0), |row| row.cells().int())?;
    let asked = Asked { session: Some(id.clone()), rows: MOST, ..Asked::default() };
    let records = list(on, deployment, &asked)?;
    let mut happened: Vec<Happened> = records.iter().map(recorded).collect();
    happened.push(Happened::at(&session.created_at, "session_made", "The browser got a session."));
    for sign_in in &session.sign_ins {
        happened.extend(of_sign_in(sign_in, &records));
    }
    handed_over(&session.sign_ins, &mut happened);
    let (begun, mut to_come) = attempts(on, id, now)?;
    happened.extend(begun);
    // Of what happened at one moment, what was made is first.
    happened.sort_by(|one, other| (&one.at, one.order()).cmp(&(&other.at, other.order())));
    let live = session.sign_ins.iter().filter(|sign_in| sign_in.ended_at.is_none());
    to_come.extend(live.map(|sign_in| end_of(site, sign_in)));
    to_come.sort_by(|one, other| one.at.cmp(&other.at));
    let summary = summary(&session.sign_ins, session.ended_at.as_deref(), session.end_reason.as_deref());
    Ok(Explained { session, revision, summary, happened, to_come })
}

impl Happened {
    fn at(at: &str, event: &str, text: &str) -> Self {
        Self { at: at.to_owned(), event: event.to_owned(), text: text.to_owned(), ..Self::default() }
    }

    /// Among what happened at one moment.
    fn order(&self) -> u8 {
        match self.event.as_str() {
            "session_made" => 0,
            "attempt_begun" => 1,
            "sign_in_ended" | "session_ended" => 4,
            "last_active" => 3,
            _ => 2,
        }
    }
}

fn recorded(record: &Record) -> Happened {
    Happened {
        at: record.at.clone(),
        event: record.event.clone(),
        text: sentence(&record.event, &record.reason),
        reason: record.reason.clone(),
        actor: record.actor.clone(),
        ip_address: record.ip_address.clone(),
        user_id: record.user_id.clone(),
        sign_in_id: record.sign_in_id.clone(),
        note: record.note.clone(),
    }
}

/// What the row of a sign-in tells that no record does.
fn of_sign_in(sign_in: &SignIn, records: &[Record]) -> Vec<Happened> {
    let has = |event: &str| records.iter().any(|one| one.sign_in_id == sign_in.id && one.event == event);
    let of = |happened: Happened| Happened {
        user_id: sign_in.user_id.clone(),
        sign_in_id: sign_in.id.clone(),
        ip_address: sign_in.ip_address.clone(),
        ..happened
    };
    let mut all = Vec::new();
    if !has("signed_in") {
        all.push(of(Happened::at(&sign_in.created_at, "signed_in", &sentence("signed_in", ""))));
    }
    if sign_in.last_active_at > sign_in.created_at {
        all.push(of(Happened::at(&sign_in.last_active_at, "last_active", "It was last active.")));
    }
    if let Some(at) = sign_in.ended_at.as_deref().filter(|_| !has("sign_in_ended")) {
        let reason = sign_in.end_reason.clone().unwrap_or_default();
        let ended = Happened::at(at, "sign_in_ended", &sentence("sign_in_ended", &reason));
        all.push(of(Happened { reason, ..ended }));
    }
    all
}

/// Says of a sign-in that was handed over from which one: it ends with that, wherever that is.
fn handed_over(sign_ins: &[SignIn], happened: &mut [Happened]) {
    for sign_in in sign_ins {
        let Some(from) = &sign_in.handed_from else { continue };
        let begins = |one: &&mut Happened| one.event == "signed_in" && one.sign_in_id == sign_in.id;
        if let Some(begun) = happened.iter_mut().find(begins) {
            begun.text = format!("{} It was handed over from {from}, and ends with that.", begun.text);
        }
    }
}

/// When flows began in a session, and when those end that are under way.
fn attempts(on: &mut Snapshot<'_>, id: &SessionId, now: i64) -> Result<(Vec<Happened>, Vec<ToCome>)> {
    let rows = on.query(
        "select kind, shown, created_at, expires_at, ended_at from attempts where session_id = $1 order by id",
        params![id.as_str()],
    )?;
    let (mut begun, mut to_come) = (Vec::new(), Vec::new());
    for row in rows {
        let (kind, created_at, expires_at, is_over) = read_attempt(row, now)?;
        let what = if kind == "sign_up" { "sign up" } else { "sign in" };
        let text = format!("Somebody began to {what}.");
        begun.push(Happened::at(&rfc3339(created_at), "attempt_begun", &text));
        if !is_over {
            let text = format!("What was begun to {what} is over.");
            to_come.push(ToCome { at: rfc3339(expires_at), sign_in_id: String::new(), text });
        }
    }
    Ok((begun, to_come))
}

fn read_attempt(row: Row, now: i64) -> Result<(String, i64, i64, bool)> {
    let mut cells = row.cells();
    let (kind, shown) = (cells.text()?, cells.text()?);
    let (created_at, expires_at) = (cells.int()?, cells.int()?);
    // What was completed is shown for a while, and waits for nothing.
    let shown: Value = serde_json::from_str(&shown).unwrap_or_default();
    let is_under_way = cells.optional_int()?.is_none() && shown["completed"] == false && expires_at > now;
    Ok((kind, created_at, expires_at, !is_under_way))
}

/// When a live sign-in ends by itself, and why then.
fn end_of(site: &Site, sign_in: &SignIn) -> ToCome {
    let lifetimes = &site.config.lifetimes;
    let made: Option<jiff::Timestamp> = sign_in.created_at.parse().ok();
    let longest =
        made.map(|made| rfc3339(made.as_millisecond().saturating_add(lifetimes.sign_in_max_age_ms)));
    // Nothing moves the end of one in which somebody else acts.
    let is_fixed = sign_in.actor_id.is_some();
    let reason = match is_fixed || longest.is_some_and(|longest| sign_in.expires_at >= longest) {
        true => EndReason::MaxAge,
        false => EndReason::Idle,
    };
    let who = account(sign_in);
    let text = match reason {
        EndReason::MaxAge => format!("{who} is signed out: the sign-in reaches its longest life."),
        _ => format!("{who} is signed out, unless it is active before."),
    };
    ToCome { at: sign_in.expires_at.clone(), sign_in_id: sign_in.id.clone(), text }
}

fn account(sign_in: &SignIn) -> &str {
    if sign_in.email_address.is_empty() { &sign_in.user_id } else { &sign_in.email_address }
}

fn summary(sign_ins: &[SignIn], ended_at: Option<&str>, reason: Option<&str>) -> String {
    let live: Vec<&SignIn> = sign_ins.iter().filter(|sign_in| sign_in.ended_at.is_none()).collect();
    match (ended_at, live.iter().find(|sign_in| sign_in.active)) {
        (Some(at), _) => {
            let why = reason.map_or_else(|| "nobody was signed in any more".to_owned(), why);
            format!("It ended at {at}: {why}.")
        }
        (None, Some(active)) => {
            let others = live.len() - 1;
            format!("It lives: {} is active, {others} more signed in.", account(active))
        }
        (None, None) => "It lives, and nobody is signed in.".to_owned(),
    }
}

/// Why something ended, in words.
#[must_use]
pub fn why(reason: &str) -> String {
    let words = match EndReason::parse(reason) {
        Some(EndReason::SignedOut) => "its browser signed out",
        Some(EndReason::SignedOutElsewhere) => "its owner ended it from another device",
        Some(EndReason::Idle) => "it was not used for too long",
        Some(EndReason::MaxAge) => "it reached its longest life",
        Some(EndReason::RevokedByAdmin) => "whoever runs the application ended it",
        Some(EndReason::CredentialsChanged) => "a password or a second factor of the account changed",
        Some(EndReason::UserDisabled) => "the account was disabled",
        Some(EndReason::UserDeleted) => "the account was deleted, or its owner asked for that",
        Some(EndReason::MembershipEnded) => "a membership ended",
        Some(EndReason::EvictedByCap) => "the account signed in on more browsers than it may",
        Some(EndReason::Superseded) => "another sign-in took its place, because its key reached nobody",
        None => return reason.replace('_', " "),
    };
    words.to_owned()
}

/// What a record says, in words.
fn sentence(event: &str, reason: &str) -> String {
    match event {
        "signed_in" if reason.is_empty() => "The account was signed in.".to_owned(),
        "signed_in" => format!("The account was signed in ({reason})."),
        "signed_up" => "The account was made by signing up.".to_owned(),
        "sign_in_ended" => format!("The sign-in ended: {}.", why(reason)),
        "session_ended" => format!("The session ended: {}.", why(reason)),
        "sign_in_refused" => "Somebody was not let in.".to_owned(),
        "proved_again" => format!("Whoever is signed in proved it again ({reason})."),
        "proof_refused" => "Whoever is signed in could not prove it again.".to_owned(),
        "code_sent" => "A code was sent.".to_owned(),
        "code_withheld" => "No code was sent, because the address has an account.".to_owned(),
        "code_accepted" => "A code was right.".to_owned(),
        "code_refused" => "A code was wrong, dead or too late.".to_owned(),
        "scope_ended" => format!("It was put out of {reason}, whose restriction it does not meet."),
        "credential_ambiguous" => "A request carried the credentials of two sessions.".to_owned(),
        "foreign_sign_in_named" => "The session named a sign-in that is not its own.".to_owned(),
        "account_changed" => format!("The owner changed a way into the account ({reason})."),
        other => {
            let words = other.replace('_', " ");
            let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
            format!("{words}{reason}.")
        }
    }
}
