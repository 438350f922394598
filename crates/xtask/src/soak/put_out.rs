//! Whoever may not stand in an organization any more, because of what it asks, because they were removed or because it is
//! gone, reads, mints, switches and calls nothing of it on another node, in the same millisecond. A thousand rounds on two
//! nodes.

use super::cluster::{Cluster, Plan};
use super::latency::Latencies;
use super::progress::Progress;
use crate::Outcome;
use crate::database::Database;
use crate::http::{Browser, Failure, password};
use crate::random::Random;
use crate::tools;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: usize = 1000;
/// "In the same millisecond": half of the requests must have been sent so soon after the answer.
const SOON: Duration = Duration::from_millis(1);
const CONFIG: &str = "[deployment.organizations]\nenabled = true\n";
const EMAIL: &str = "put.out@example.com";
const COLLEAGUE: &str = "removed@example.com";

/// Runs it; returns the closing line.
pub async fn run(binary: &Path, database: &Database, seed: u64, rounds: Option<usize>) -> Outcome<String> {
    let rounds = rounds.unwrap_or(ROUNDS);
    println!("\n=== put out: {rounds} times put out of an organization on one node, tried on the other");
    let (name, url) = ("soak-put-out", Some(database.url()));
    let plan = Plan { binary, name, nodes: 2, database_url: url, data: None, config: CONFIG };
    let cluster = Cluster::start(&plan).await?;
    let operator = Operator { binary: binary.to_owned(), data: cluster.data(0) };
    let outcome = put_out(&cluster, &operator, Random::new(seed), rounds).await;
    cluster.end(outcome)
}

/// Who lets members in: an invitation is mailed to one address five times an hour.
struct Operator {
    binary: PathBuf,
    data: PathBuf,
}

impl Operator {
    fn lets_in(&self, organization: &str) -> Outcome {
        let mut command = Command::new(&self.binary);
        for name in
            ["KEYRACK_CONFIG", "KEYRACK_MASTER_KEY", "KEYRACK_MASTER_KEY_FILE", "KEYRACK_DATABASE_URL"]
        {
            command.env_remove(name);
        }
        command.args(["organization", "add", organization, COLLEAGUE, "--data"]).arg(&self.data);
        tools::output(&mut command).map(drop)
    }
}

/// Who takes part: one person, in an office and at home, who administrates the organization, and a colleague.
struct Cast {
    office: Browser,
    home: Browser,
    colleague: Browser,
    colleagues_id: String,
}

impl Cast {
    async fn enter(cluster: &Cluster) -> Result<Self, Failure> {
        let [mut office, mut home, mut colleague] = [(); 3].map(|()| cluster.browser());
        office.sign_up(EMAIL).await?;
        let form = json!({ "strategy": "plain_email", "email": EMAIL, "password": password(EMAIL) });
        home.post("/auth/signin", form).await?;
        colleague.sign_up(COLLEAGUE).await?;
        let id = colleague.get("/me").await?["id"].as_str().unwrap_or_default().to_owned();
        Ok(Self { office, home, colleague, colleagues_id: id })
    }
}

/// A browser as it is on a node that has read a moment ago that it stands in the organization: it is in the node's memory.
async fn stands(browser: &mut Browser, organization: &str, node: usize) -> Outcome<Browser> {
    let to = json!({ "organization_id": organization });
    browser.post("/session/switch-organization", to).await.map_err(|failure| cannot(&failure))?;
    let mut there = browser.at(node);
    there.get("/session").await.map_err(|failure| cannot(&failure))?;
    Ok(there)
}

async fn put_out(
    cluster: &Cluster,
    operator: &Operator,
    mut random: Random,
    rounds: usize,
) -> Outcome<String> {
    let mut tally = Tally::default();
    let mut cast = Cast::enter(cluster).await.map_err(|failure| cannot(&failure))?;
    let mut organization = founded(&mut cast.office).await?;
    let mut progress = Progress::new("put out");
    for round in 1..=rounds {
        let here = random.below(2);
        let (office, path) = (cast.office.at(here), format!("/organizations/{organization}"));
        match random.below(4) {
            0 => {
                tally.deleted += 1;
                let there = stands(&mut cast.home, &organization, 1 - here).await?;
                let tried = Tried { there, organization: &organization, code: "organization_not_found" };
                tried.after(office, &format!("{path}/delete"), json!({}), &mut tally).await?;
                organization = founded(&mut cast.office).await?;
            }
            1 => {
                tally.removed += 1;
                operator.lets_in(&organization)?;
                let there = stands(&mut cast.colleague, &organization, 1 - here).await?;
                let tried = Tried { there, organization: &organization, code: "organization_not_found" };
                let remove = format!("{path}/members/{}/remove", cast.colleagues_id);
                tried.after(office, &remove, json!({}), &mut tally).await?;
            }
            _ => {
                tally.restricted += 1;
                let there = stands(&mut cast.home, &organization, 1 - here).await?;
                let only = json!({ "enable_ip_restriction": true, "whitelisted_ips": [office.address()] });
                let tried = Tried { there, organization: &organization, code: "address_not_allowed" };
                let (update, off) = (format!("{path}/update"), json!({ "enable_ip_restriction": false }));
                tried.after(office, &update, only, &mut tally).await?;
                cast.office.post(&update, off).await.map_err(|failure| cannot(&failure))?;
            }
        }
        progress.tell(|| format!("round {round} of {rounds}: {}", tally.line()));
    }
    closing(&mut tally, cluster.faults(), rounds)
}

/// The closing line, as an error unless everything was refused and asked in time.
fn closing(tally: &mut Tally, faults: Vec<String>, rounds: usize) -> Outcome<String> {
    let mut wrong = std::mem::take(&mut tally.wrong);
    wrong.extend(faults);
    wrong.iter().for_each(|what| eprintln!("put out: {what}"));
    let line = format!("put out: {rounds} rounds on two nodes, {}, {} succeeded", tally.line(), wrong.len());
    if !wrong.is_empty() {
        return Err(format!("{line}; none may"));
    }
    let proves = tally.gap.count() == rounds * 4 && tally.gap.at(0.5) <= SOON;
    if proves { Ok(line) } else { Err(format!("{line}; it asked too late or too seldom to prove anything")) }
}

fn cannot(failure: &Failure) -> String {
    format!("put out: the next round cannot begin: {failure:?}")
}

async fn founded(office: &mut Browser) -> Outcome<String> {
    let made = office.post("/organizations", json!({ "name": "Acme" })).await;
    let made = made.map_err(|failure| cannot(&failure))?;
    made["organization"]["id"].as_str().map(str::to_owned).ok_or_else(|| format!("put out: no id in {made}"))
}

/// What was tried, and what should not have worked.
#[derive(Default)]
struct Tally {
    restricted: usize,
    removed: usize,
    deleted: usize,
    /// From the answer here to the request there.
    gap: Latencies,
    wrong: Vec<String>,
}

impl Tally {
    fn line(&self) -> String {
        format!(
            "{} by an address that is not allowed any more, {} by a removal and {} by a deletion, {} reads, mints, \
             switches and calls within {:.2} ms of the answer (median; p95 {:.2})",
            self.restricted,
            self.removed,
            self.deleted,
            self.gap.count(),
            self.gap.at(0.5).as_secs_f64() * 1000.0,
            self.gap.at(0.95).as_secs_f64() * 1000.0,
        )
    }
}

/// Somebody who stands in an organization, seen from another node.
struct Tried<'a> {
    there: Browser,
    organization: &'a str,
    code: &'static str,
}

impl Tried<'_> {
    /// Tries everything at once after a change was answered.
    async fn after(self, mut here: Browser, path: &str, body: Value, tally: &mut Tally) -> Outcome {
        let changed = here.post(path, body).await;
        let answered = Instant::now();
        let [mut reading, mut minting, mut switching, mut calling] = [(); 4].map(|()| self.there.clone());
        let to = json!({ "organization_id": self.organization });
        let members = format!("/organizations/{}/members", self.organization);
        let (read, minted, switched, called) = tokio::join!(
            reading.get("/session"),
            minting.get("/session/token"),
            switching.post("/session/switch-organization", to),
            calling.get(&members)
        );
        changed.map_err(|failure| format!("put out: {path}: {failure:?}"))?;
        for one in [&reading, &minting, &switching, &calling] {
            tally.gap.note(one.sent.at.saturating_duration_since(answered));
        }
        tally.wrong.extend(shows(read));
        tally.wrong.extend(mints(minted, self.code));
        for (what, answer) in [("a switch", switched), ("a call", called)] {
            tally.wrong.extend(goes(what, answer, self.code));
        }
        Ok(())
    }
}

fn shows(read: Result<Value, Failure>) -> Option<String> {
    match read {
        Ok(session) if session["active_signin"].is_null() => Some(format!("nobody is signed in: {session}")),
        Ok(session) => {
            let shown = &session["active_signin"]["active_organization_membership_id"];
            (!shown.is_null()).then(|| format!("a read shows {shown}"))
        }
        Err(failure) => Some(format!("a read is not answered: {failure:?}")),
    }
}

fn mints(minted: Result<Value, Failure>, code: &str) -> Option<String> {
    match minted {
        Ok(token) => match token["token"].as_str().and_then(claims) {
            None => Some(format!("a token that cannot be read: {token}")),
            Some(claims) => {
                let organization = &claims["organization"];
                (!organization.is_null()).then(|| format!("a token for {organization}"))
            }
        },
        Err(failure) => goes("a mint", Err(failure), code),
    }
}

fn goes(what: &str, answer: Result<Value, Failure>, code: &str) -> Option<String> {
    match answer {
        Ok(answer) => Some(format!("{what} succeeded: {answer}")),
        Err(Failure::Refused(said)) if said.contains(code) => None,
        Err(failure) => Some(format!("{what} is not refused as it should: {failure:?}")),
    }
}

/// What a token says; its signature is nobody's business here.
fn claims(token: &str) -> Option<Value> {
    let (mut bytes, mut bits, mut left) = (Vec::new(), 0_u32, 0);
    for letter in token.split('.').nth(1)?.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        (bits, left) = (bits << 6 | u32::from(six), left + 6);
        if left >= 8 {
            left -= 8;
            bytes.push(u8::try_from(bits >> left).ok()?);
            bits &= (1 << left) - 1;
        }
    }
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_mints_or_goes_is_told() {
        let session = |id: Value| json!({ "active_signin": { "active_organization_membership_id": id } });
        assert!(shows(Ok(session(json!("mem_1")))).is_some() && shows(Ok(session(Value::Null))).is_none());
        assert!(shows(Ok(json!({ "active_signin": null }))).is_some() && shows(Err(Failure::Lost)).is_some());
        // {"organization":"org_1"} and {"sub":"ü"}
        let token = |payload: &str| Ok(json!({ "token": format!("e30.{payload}.x") }));
        assert!(
            mints(token("eyJvcmdhbml6YXRpb24iOiJvcmdfMSJ9"), "code")
                .is_some_and(|said| said.contains("org_1"))
        );
        assert!(mints(token("eyJzdWIiOiLDvCJ9"), "code").is_none() && mints(token("!"), "code").is_some());
        let refused = |said: &str| Err(Failure::Refused(said.to_owned()));
        assert!(goes("it", refused("403: code"), "code").is_none());
        assert!(
            goes("it", refused("404: other"), "code").is_some()
                && goes("it", Ok(json!({})), "code").is_some()
        );
    }
}
