//! `keyrack user import FILE`: the accounts of another system, with the hashes of their passwords.
//!
//! The file is read as it is sent, some accounts at a time, so that it may be larger than the memory. Nothing is remembered of
//! an import: what is there stays as it is, so that the same command goes on with one that was interrupted.

mod auth0;
mod clerk;
mod fields;
mod file;
mod firebase;
mod supabase;

use super::client::{Client, Target, read};
use super::{Failure, print};
use crate::admin::import::record::{Batch, Imported, Outcome, Record};
use crate::user::foreign::FirebaseKey;
use crate::world::Clock;
use clap::{Args, ValueEnum};
use file::{Item, Items};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::path::PathBuf;

/// How many accounts are sent at once, and how many bytes of them.
const AT_ONCE: usize = 50;
const BYTES: usize = 512 << 10;
/// The bytes of the longest account: more than what it may say can be.
const RECORD: usize = 64 << 10;
/// Refusals that are listed in one JSON object.
const LISTED: usize = 10_000;

/// The arguments of `user import`.
#[derive(Args, Clone, Debug)]
pub struct Import {
    /// NDJSON, a JSON document or CSV, as the other system exports it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What wrote the file; docs/IMPORT.md says where to get it
    #[arg(long, value_enum, default_value = "keyrack", value_name = "SYSTEM")]
    pub from: System,
    /// With --from firebase: the project's password hash parameters, in a file, as the console shows them
    #[arg(long, value_name = "FILE")]
    pub firebase_hash: Option<PathBuf>,
    /// Addresses count as proved whatever the file says, because you vouch for all of them
    #[arg(long)]
    pub vouch: bool,
    /// Make accounts whose hash cannot be taken without a password, instead of refusing them
    #[arg(long)]
    pub drop_unusable: bool,
    /// Change nothing: only say what would be refused, and how many accounts there would be
    #[arg(long)]
    pub check: bool,
    /// Begin after this line (or, in a JSON document, this user)
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    pub after: u64,
}

/// What wrote a file of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum System {
    /// NDJSON with the fields of docs/IMPORT.md
    Keyrack,
    /// The CSV of Clerk's dashboard, or users as its API shows them
    Clerk,
    /// The NDJSON of Auth0: exported users, password hashes, or a file for its bulk import
    Auth0,
    /// The rows of Supabase's table auth.users, as CSV or JSON
    Supabase,
    /// What `firebase auth:export --format=json` writes
    Firebase,
}

/// What a file needs beside itself to be read.
struct Reading {
    from: System,
    key: Option<FirebaseKey>,
    now: i64,
}

impl Reading {
    fn new(args: &Import) -> Result<Self, Failure> {
        let key = args.firebase_hash.as_deref().map(firebase::key).transpose()?;
        if key.is_some() != (args.from == System::Firebase) {
            let line = "--from firebase and --firebase-hash FILE belong together: the hashes are of no use without the project's parameters (Firebase console, Authentication, Users, the menu's \"Password hash parameters\")";
            return Err(Failure::wrong(line));
        }
        Ok(Self { from: args.from, key, now: Clock::real().now_ms() })
    }

    /// The account that an item of the file is.
    fn record(&self, value: Value) -> Result<Record, String> {
        match (self.from, &self.key) {
            (System::Clerk, _) => clerk::record(&value),
            (System::Auth0, _) => auth0::record(&value),
            (System::Supabase, _) => supabase::record(&value, self.now),
            (System::Firebase, Some(key)) => firebase::record(&value, key),
            (System::Keyrack | System::Firebase, _) => {
                serde_json::from_value(value).map_err(|cause| cause.to_string())
            }
        }
    }
}

/// What has become of a file so far.
#[derive(Default)]
struct Told {
    made: u64,
    present: u64,
    refused: u64,
    without_password: u64,
    /// The last line, or user, that was answered for.
    place: u64,
    /// What is printed at the end as JSON.
    listed: Vec<Value>,
}

/// Carries out `keyrack user import`; gives what is to be printed at the end.
///
/// # Errors
/// What failed, in one line, and the exit code for it: 1 also when something was refused.
pub async fn run(args: &Import, target: &Target) -> Result<String, Failure> {
    let reading = Reading::new(args)?;
    let mut items = file::open(&args.file)?;
    let client = Client::connect(target)?;
    let (mut told, unit) = (Told::default(), items.unit);
    let ended = import(args, (&client, target.json), (&reading, &mut items), &mut told).await;
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    ended.map_err(|failure| {
        let again = format!(
            "{}; everything up to {unit} {} is done: run the command again, with --after {} to save time",
            failure.line, told.place, told.place
        );
        Failure { line: if told.place == 0 || args.check { failure.line } else { again }, ..failure }
    })?;
    let text = summary(&told, args.check, (unit, target.json));
    if told.refused == 0 {
        return Ok(text);
    }
    print(&text)?;
    let line = if args.check {
        "not everything would be taken; nothing was changed"
    } else {
        "not everything was taken; mend the file and run the command again: what is there stays as it is"
    };
    Err(Failure::refused(line))
}

async fn import(
    args: &Import,
    (client, json): (&Client, bool),
    (reading, items): (&Reading, &mut Items),
    told: &mut Told,
) -> Result<(), Failure> {
    let (vouch, drop_unusable, check) = (args.vouch, args.drop_unusable, args.check);
    let mut batch = Batch { vouch, drop_unusable, check, ..Batch::default() };
    let (mut places, mut bytes): (Vec<u64>, usize) = (Vec::new(), 0);
    let unit = items.unit;
    for item in items {
        let Item { place, value } = item?;
        if place <= args.after {
            continue;
        }
        let record = match value.and_then(|value| reading.record(value)) {
            Ok(record) => record,
            Err(why) => {
                told.refuse((unit, place, json), "unreadable", &why)?;
                continue;
            }
        };
        let size = serde_json::to_vec(&record).map_or(0, |text| text.len());
        if size > RECORD {
            told.refuse((unit, place, json), "unreadable", "it is longer than any account is")?;
            continue;
        }
        bytes += size;
        batch.users.push(record);
        places.push(place);
        if batch.users.len() == AT_ONCE || bytes >= BYTES {
            send(client, &batch, (unit, &places, json), told).await?;
            (bytes, batch.users, places) = (0, Vec::new(), Vec::new());
        }
    }
    batch.last = true;
    send(client, &batch, (unit, &places, json), told).await
}

async fn send(
    client: &Client,
    batch: &Batch,
    (unit, places, json): (&'static str, &[u64], bool),
    told: &mut Told,
) -> Result<(), Failure> {
    let answer: Imported = read(client.send(Method::POST, &["import"], batch).await?)?;
    for (place, outcome) in places.iter().zip(answer.results) {
        match outcome {
            Outcome::Made { without_password, .. } => {
                told.made += 1;
                told.without_password += u64::from(!without_password.is_empty());
            }
            Outcome::Present { .. } => told.present += 1,
            Outcome::Refused { code, why } => told.refuse((unit, *place, json), &code, &why)?,
        }
        told.place = *place;
    }
    if std::io::stderr().is_terminal() {
        eprint!("\r{}", told.progress());
    }
    Ok(())
}

impl Told {
    /// What a terminal shows while there is more to come; each time over what it showed before, which is never longer.
    fn progress(&self) -> String {
        format!("{} made, {} there already, {} refused …", self.made, self.present, self.refused)
    }

    /// Names what was refused at once: there may be more than a memory holds.
    fn refuse(
        &mut self,
        (unit, place, json): (&str, u64, bool),
        code: &str,
        why: &str,
    ) -> Result<(), Failure> {
        self.refused += 1;
        if json {
            if self.listed.len() < LISTED {
                self.listed.push(json!({ "place": place, "code": code, "message": why }));
            }
            return Ok(());
        }
        print(&format!("{unit} {place}: {code}: {why}\n"))
    }
}

fn summary(told: &Told, check: bool, (unit, json): (&str, bool)) -> String {
    let Told { made, present, refused, without_password, .. } = told;
    if json {
        let json = json!({
            "made": made, "present": present, "refused": refused, "without_password": without_password,
            "unit": unit, "refusals": told.listed, "check": check,
        });
        return format!("{json:#}\n");
    }
    let without = match without_password {
        0 => String::new(),
        count => format!(" ({count} of them without a password)"),
    };
    let made = if check { format!("{made} would be made") } else { format!("{made} made") };
    let end = if check { " Nothing was changed." } else { "" };
    format!("{made}{without}, {present} there already, {refused} refused.{end}\n")
}
