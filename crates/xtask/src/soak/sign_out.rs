//! A sign-out that was acknowledged is one: the server is killed within a millisecond of its answer, on PostgreSQL now
//! and then the database as well, and the old credential is tried after the restart. 200 rounds on each engine.

use super::cluster::{Cluster, Plan};
use super::latency::Latencies;
use super::progress::Progress;
use crate::Outcome;
use crate::database::{Database, Durability};
use crate::http::{Browser, Failure, password};
use crate::random::Random;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const ROUNDS: usize = 200;
/// Every so often the database is killed as well: it takes seconds to recover.
const DATABASE_TOO: usize = 5;
/// The kill comes so soon after the answer, at least every other time: a busy machine may take longer now and then.
const SOON: Duration = Duration::from_millis(1);

/// Runs it on both; returns the closing line.
pub async fn run(binary: &Path, seed: u64, rounds: Option<usize>) -> Outcome<String> {
    let rounds = rounds.unwrap_or(ROUNDS);
    let sqlite = on(binary, None, seed, rounds).await?;
    let postgres = on(binary, Some(Database::start(Durability::Full)?), seed, rounds).await?;
    Ok(format!("sign-out: {sqlite}; {postgres}"))
}

async fn on(binary: &Path, mut database: Option<Database>, seed: u64, rounds: usize) -> Outcome<String> {
    let engine = if database.is_some() { "postgres" } else { "sqlite" };
    println!("\n=== sign-out on {engine}: {rounds} times killed right after the answer");
    let plan = Plan {
        binary,
        name: &format!("soak-sign-out-{engine}"),
        nodes: 1,
        database_url: database.as_ref().map(Database::url),
        data: None,
        config: "",
    };
    let cluster = Cluster::start(&plan).await?;
    let (mut tally, mut random) = (Tally::default(), Random::new(seed));
    let outcome = play(&cluster, database.as_mut(), &mut random, rounds, &mut tally).await;
    let outcome = outcome.and_then(|()| tally.closing(engine, rounds));
    cluster.end(outcome)
}

#[derive(Default)]
struct Tally {
    dead: usize,
    databases: usize,
    after: Latencies,
    wrong: Vec<String>,
}

impl Tally {
    fn closing(&self, engine: &str, rounds: usize) -> Outcome<String> {
        let [median, most] = [0.5, 0.95].map(|part| self.after.at(part));
        let line = format!(
            "{engine}: {} of {rounds} acknowledged ones stayed so, killed {:.2} ms after the answer (median; p95 \
             {:.2}), {} times with the database",
            self.dead,
            median.as_secs_f64() * 1000.0,
            most.as_secs_f64() * 1000.0,
            self.databases
        );
        self.wrong.iter().for_each(|what| eprintln!("sign-out: {what}"));
        let good = self.wrong.is_empty() && self.dead == rounds && median <= SOON;
        if good { Ok(line) } else { Err(format!("sign-out: {line}; {} wrong", self.wrong.len())) }
    }
}

async fn play(
    cluster: &Cluster,
    mut database: Option<&mut Database>,
    random: &mut Random,
    rounds: usize,
    tally: &mut Tally,
) -> Outcome {
    let mut browser = cluster.browser();
    let emails = ["one@example.com", "two@example.com"];
    for email in emails {
        browser.sign_up(email).await.map_err(|failure| format!("sign-out: no sign-up: {failure:?}"))?;
    }
    let mut progress = Progress::new("sign-out");
    for round in 1..=rounds {
        let all = random.below(2) == 0;
        let old = browser.clone();
        let session = browser.get("/session").await.map_err(said)?;
        let id = session["active_signin"]["id"].as_str().unwrap_or_default().to_owned();
        let user = session["active_signin"]["user_id"].clone();
        let form = if all { json!({}) } else { json!({ "sign_in_id": id }) };
        browser.post("/session/sign-out", form).await.map_err(said)?;
        let answered = Instant::now();
        cluster.kill_at_once(0);
        tally.after.note(answered.elapsed());
        if let Some(database) = database.as_mut().filter(|_| round % DATABASE_TOO == 0) {
            database.kill();
            database.restart()?;
            tally.databases += 1;
        }
        cluster.restart(0).await?;
        match still_opens(old, &id).await? {
            None => tally.dead += 1,
            Some(what) => tally.wrong.push(what),
        }
        if all {
            browser.rack = None;
        }
        come_back(&mut browser, &emails, &user, all).await?;
        progress.tell(|| format!("round {round} of {rounds}: {} stayed signed out", tally.dead));
    }
    Ok(())
}

/// What the credential of before the sign-out still does with what was signed out.
async fn still_opens(mut old: Browser, id: &str) -> Outcome<Option<String>> {
    let session = old.get("/session").await.map_err(said)?;
    let listed =
        session["signins"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == json!(id)));
    if listed {
        return Ok(Some(format!("{id} is shown again: {session}")));
    }
    match old.get("/session/token").await {
        Ok(token) if token["signin_id"] == json!(id) => {
            return Ok(Some(format!("{id} is minted for: {token}")));
        }
        Ok(_) | Err(Failure::Refused(_)) => {}
        Err(failure) => return Err(said(failure)),
    }
    match old.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await {
        Ok(session) => Ok(Some(format!("{id} is switched to: {session}"))),
        Err(Failure::Refused(_)) => Ok(None),
        Err(failure) => Err(said(failure)),
    }
}

/// Signs in again whoever went.
async fn come_back(browser: &mut Browser, emails: &[&str], user: &Value, all: bool) -> Outcome {
    for email in emails {
        let form = json!({ "strategy": "plain_email", "email": email, "password": password(email) });
        match browser.post("/auth/signin", form).await {
            Ok(session) if all || session["active_signin"]["user_id"] == *user => {}
            Ok(session) => return Err(format!("sign-out: somebody else was gone: {session}")),
            Err(Failure::Refused(answer)) if !all && answer.contains("USER_ALREADY_SIGNED_IN") => {}
            Err(failure) => return Err(said(failure)),
        }
    }
    Ok(())
}

fn said(failure: Failure) -> String {
    format!("sign-out: a request that should be answered: {failure:?}")
}
