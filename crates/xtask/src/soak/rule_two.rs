//! Rule 2: what was signed out on one node opens nothing on another, in the same millisecond. A thousand rounds on
//! two nodes.

use super::cluster::{Cluster, Plan};
use super::latency::Latencies;
use super::progress::Progress;
use crate::Outcome;
use crate::database::Database;
use crate::http::{Browser, Failure, password};
use crate::random::Random;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const ROUNDS: usize = 1000;
/// "In the same millisecond": half of the requests must have been sent so soon after the answer. Not all: the machine
/// does other things as well.
const SOON: Duration = Duration::from_millis(1);
/// Accounts of the browser.
const ACCOUNTS: usize = 3;
/// An account may be on so many sessions at once, so that nobody is crowded out.
const CONFIG: &str = "max_sessions_per_account = 100\n";

/// Runs it; returns the closing line.
pub async fn run(binary: &Path, database: &Database, seed: u64, rounds: Option<usize>) -> Outcome<String> {
    let rounds = rounds.unwrap_or(ROUNDS);
    println!("\n=== rule 2: {rounds} times signed out on one node, used on the other");
    let (name, url) = ("soak-rule-two", Some(database.url()));
    let plan = Plan { binary, name, nodes: 2, database_url: url, data: None, config: CONFIG };
    let cluster = Cluster::start(&plan).await?;
    let outcome = rule_two(&cluster, Random::new(seed), rounds).await;
    cluster.end(outcome)
}

async fn rule_two(cluster: &Cluster, mut random: Random, rounds: usize) -> Outcome<String> {
    let mut tally = Tally::default();
    let mut browser = cluster.browser();
    let mut accounts = Vec::new();
    for number in 0..ACCOUNTS {
        let email = format!("rule.{number}@example.com");
        let session = browser.sign_up(&email).await;
        let session = session.map_err(|failure| format!("rule 2: a sign-up: {failure:?}"))?;
        accounts.push((email, session["active_signin"]["user_id"].as_str().unwrap_or_default().to_owned()));
    }
    let mut progress = Progress::new("rule 2");
    for round in 1..=rounds {
        let here = random.below(2);
        let session = all_in(&mut browser, &accounts).await?;
        Round { here: browser.at(here), there: browser.at(1 - here), session }
            .play(&mut random, &mut browser, &mut tally)
            .await?;
        progress.tell(|| format!("round {round} of {rounds}: {}", tally.line()));
    }
    let mut wrong = std::mem::take(&mut tally.wrong);
    wrong.extend(cluster.faults());
    wrong.iter().for_each(|what| eprintln!("rule 2: {what}"));
    let line = format!("rule 2: {rounds} rounds on two nodes, {}, {} succeeded", tally.line(), wrong.len());
    if !wrong.is_empty() {
        return Err(format!("{line}; none may"));
    }
    // Each round asks five times after the answer; one that asked none, or late, would prove nothing.
    let proves = tally.after == rounds * 5 && tally.gap.at(0.5) <= SOON;
    if proves { Ok(line) } else { Err(format!("{line}; it asked too late or too seldom to prove anything")) }
}

/// Signs in whoever is out, by address and user; returns the session.
async fn all_in(browser: &mut Browser, accounts: &[(String, String)]) -> Outcome<Value> {
    let said = |failure: Failure| format!("rule 2: the next round cannot begin: {failure:?}");
    let mut session = browser.get("/session").await.map_err(said)?;
    for (email, user) in accounts {
        if !list(&session).iter().any(|signin| signin["user_id"].as_str() == Some(user)) {
            let form = json!({ "strategy": "plain_email", "email": email, "password": password(email) });
            session = browser.post("/auth/signin", form).await.map_err(said)?;
        }
    }
    Ok(session)
}

fn list(session: &Value) -> &[Value] {
    session["signins"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What was tried, and what should not have worked.
#[derive(Default)]
struct Tally {
    one: usize,
    all: usize,
    after: usize,
    in_flight: usize,
    /// From the answer here to the request there.
    gap: Latencies,
    wrong: Vec<String>,
}

impl Tally {
    fn line(&self) -> String {
        format!(
            "{} signed out one and {} all, {} reads, mints and switches within {:.2} ms of the answer (median; p95 \
             {:.2}), {} in flight beside it",
            self.one,
            self.all,
            self.after,
            self.gap.at(0.5).as_secs_f64() * 1000.0,
            self.gap.at(0.95).as_secs_f64() * 1000.0,
            self.in_flight
        )
    }
}

/// One browser, seen from both nodes.
struct Round {
    here: Browser,
    there: Browser,
    session: Value,
}

impl Round {
    async fn play(mut self, random: &mut Random, browser: &mut Browser, tally: &mut Tally) -> Outcome {
        let all = random.below(2) == 0;
        let ids: Vec<String> = list(&self.session)
            .iter()
            .filter_map(|signin| signin["id"].as_str().map(str::to_owned))
            .collect();
        // The active one half of the time: then a mint there would be for it.
        let active = self.session["active_signin"]["id"].as_str().map(str::to_owned);
        let picked = if random.below(2) == 0 { active } else { random.pick(&ids).cloned() };
        let Some(id) = picked else { return Err("rule 2: nobody is active".to_owned()) };
        // The other node has read it a moment ago: it is in its memory.
        self.there.get("/session").await.map_err(|failure| format!("rule 2: a read: {failure:?}"))?;
        let form = if all { json!({}) } else { json!({ "sign_in_id": id }) };
        let wait = Duration::from_micros(u64::try_from(random.below(3000)).unwrap_or_default());
        let beside = tokio::spawn(beside(self.there.clone(), id.clone(), wait));
        let answer = self.here.post("/session/sign-out", form).await;
        let answered = Instant::now();
        let (mut reading, mut minting, mut switching) =
            (self.there.clone(), self.there.clone(), self.there.clone());
        let to = json!({ "sign_in_id": id });
        let (read, minted, switched) = tokio::join!(
            reading.get("/session"),
            minting.get("/session/token"),
            switching.post("/session/switch-sign-in", to)
        );
        for one in [&reading, &minting, &switching] {
            tally.gap.note(one.sent.at.saturating_duration_since(answered));
        }
        answer.map_err(|failure| format!("rule 2: a sign-out: {failure:?}"))?;
        tally.after += 3;
        tally.wrong.extend(shows(read, &id));
        tally.wrong.extend(mints(minted, &id));
        tally.wrong.extend(switched.ok().map(|session| format!("a switch to {id} succeeded: {session}")));
        tally.in_flight += beside.await.map_err(|error| error.to_string())?;
        // What was under way beside it may have come before; it must not have brought anything back.
        for node in [&mut self.here, &mut self.there] {
            tally.wrong.extend(shows(node.get("/session").await, &id));
            tally.after += 1;
        }
        *if all { &mut tally.all } else { &mut tally.one } += 1;
        if all {
            browser.rack = None;
        } else {
            browser.rack = self.here.rack;
        }
        Ok(())
    }
}

/// Reads, mints and switches while the sign-out is under way; how many requests that were.
async fn beside(there: Browser, id: String, wait: Duration) -> usize {
    tokio::time::sleep(wait).await;
    let (mut reading, mut minting, mut switching) = (there.clone(), there.clone(), there);
    let to = json!({ "sign_in_id": id });
    // Each may come before the sign-out, and then it is right that it succeeds.
    let _ = tokio::join!(
        reading.get("/session"),
        minting.get("/session/token"),
        switching.post("/session/switch-sign-in", to)
    );
    3
}

fn shows(read: Result<Value, Failure>, id: &str) -> Option<String> {
    match read {
        Ok(session) => list(&session)
            .iter()
            .any(|signin| signin["id"].as_str() == Some(id))
            .then(|| format!("a read shows {id}: {session}")),
        Err(failure) => Some(format!("a read is not answered: {failure:?}")),
    }
}

fn mints(minted: Result<Value, Failure>, id: &str) -> Option<String> {
    match minted {
        Ok(token) => (token["signin_id"].as_str() == Some(id)).then(|| format!("a mint for {id}: {token}")),
        Err(Failure::Refused(_)) => None,
        Err(failure) => Some(format!("a mint is not answered: {failure:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_or_mints_it_is_told() {
        let session = json!({ "signins": [{ "id": "sin_1" }] });
        assert!(shows(Ok(session.clone()), "sin_1").is_some());
        assert!(shows(Ok(session), "sin_2").is_none());
        assert!(shows(Err(Failure::Lost), "sin_1").is_some());
        assert!(mints(Ok(json!({ "signin_id": "sin_1" })), "sin_1").is_some());
        assert!(mints(Ok(json!({ "signin_id": "sin_2" })), "sin_1").is_none());
        assert!(mints(Err(Failure::Refused(String::new())), "sin_1").is_none());
    }
}
