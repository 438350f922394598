//! Tabs with scopes of their own: in two organizations, in a workspace and of two accounts, at the same time, with pages
//! that a server renders beside them. Nobody ever gets what is another's.

use super::cluster::{Cluster, Plan};
use super::progress::Progress;
use crate::Outcome;
use crate::http::{Browser, Failure};
use crate::random::Random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use std::path::Path;

const ROUNDS: usize = 10_000;
const CONFIG: &str =
    "\n[deployment.organizations]\nenabled = true\n\n[deployment.workspaces]\nenabled = true\n";
const ACCOUNTS: [&str; 2] = ["tab.ada@example.com", "tab.bob@example.com"];

/// Runs it; returns the closing line.
pub async fn run(binary: &Path, seed: u64, rounds: Option<usize>) -> Outcome<String> {
    let rounds = rounds.unwrap_or(ROUNDS);
    println!("\n=== tabs: {rounds} rounds of four tabs in four scopes of one browser");
    let plan = Plan { binary, name: "soak-tabs", nodes: 1, database_url: None, data: None, config: CONFIG };
    let cluster = Cluster::start(&plan).await?;
    let outcome = play(&cluster, Random::new(seed), rounds).await;
    cluster.end(outcome)
}

/// One tab: the scope that it names, and what must be said of it.
#[derive(Clone, Debug)]
struct Tab {
    scope: String,
    user: String,
    sign_in: String,
    organization: Option<String>,
    workspace: Option<String>,
}

/// How often each thing was done.
#[derive(Debug, Default)]
struct Tally {
    mints: usize,
    pages: usize,
    calls: usize,
    switches: usize,
    wrong: Vec<String>,
}

async fn play(cluster: &Cluster, mut random: Random, rounds: usize) -> Outcome<String> {
    let mut browser = cluster.browser();
    let tabs = open(&mut browser).await.map_err(said)?;
    let mut tally = Tally::default();
    let mut progress = Progress::new("tabs");
    for round in 1..=rounds {
        let [a, b, c, d] = [0, 1, 2, 3].map(|tab| act(browser.clone(), &tabs, tab, random.fork()));
        let (a, b, c, d, kept) = tokio::join!(a, b, c, d, move_kept(browser.clone(), &tabs, random.fork()));
        kept.map_err(said)?;
        for (did, wrong) in [a, b, c, d].into_iter().collect::<Result<Vec<_>, _>>().map_err(said)? {
            let count = match did {
                Did::Mint => &mut tally.mints,
                Did::Page => &mut tally.pages,
                Did::Call => &mut tally.calls,
                Did::Switch => &mut tally.switches,
            };
            *count += 1;
            tally.wrong.extend(wrong.map(|wrong| format!("round {round}: {wrong}")));
        }
        progress.tell(|| format!("round {round} of {rounds}, {} wrong", tally.wrong.len()));
    }
    tally.wrong.extend(cluster.faults());
    tally.wrong.iter().take(20).for_each(|what| eprintln!("tabs: {what}"));
    let Tally { mints, pages, calls, switches, wrong } = &tally;
    let line = format!(
        "tabs: {rounds} rounds, {mints} mints, {pages} rendered pages, {calls} calls, {switches} switches, {} \
         crossed over",
        wrong.len()
    );
    if wrong.is_empty() { Ok(line) } else { Err(format!("{line}; none may")) }
}

fn said(failure: Failure) -> String {
    format!("tabs: {failure:?}")
}

/// Signs two accounts in and opens four tabs: ada in a workspace and in another organization, bob in his own and in
/// none.
async fn open(browser: &mut Browser) -> Result<Vec<Tab>, Failure> {
    let [ada, bob] = ACCOUNTS;
    browser.sign_up(ada).await?;
    let one = found(browser, "organization", json!({ "name": "One" })).await?;
    let two = found(browser, "organization", json!({ "name": "Two" })).await?;
    let place = json!({ "name": "Place", "organization_id": one });
    let place = found(browser, "workspace", place).await?;
    browser.sign_up(bob).await?;
    let three = found(browser, "organization", json!({ "name": "Three" })).await?;
    let session = browser.get("/session").await?;
    let tab = |email: &str, organization: Option<&String>, workspace: Option<&String>| {
        let all = session["signins"].as_array().map(Vec::as_slice).unwrap_or_default();
        let of = all.iter().find(|one| one["user"]["email_address"] == email).unwrap_or(&Value::Null);
        let (sign_in, user) = (text(&of["id"]), text(&of["user_id"]));
        let part = |id: Option<&String>| id.map_or("-", String::as_str).to_owned();
        Tab {
            scope: format!("{sign_in}.{}.{}", part(organization), part(workspace)),
            user,
            sign_in,
            organization: organization.cloned(),
            workspace: workspace.cloned(),
        }
    };
    Ok(vec![
        tab(ada, Some(&one), Some(&place)),
        tab(ada, Some(&two), None),
        tab(bob, Some(&three), None),
        tab(bob, None, None),
    ])
}

async fn found(browser: &mut Browser, kind: &str, body: Value) -> Result<String, Failure> {
    let made = browser.post(&format!("/{kind}s"), body).await?;
    Ok(text(&made[kind]["id"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[derive(Clone, Copy, Debug)]
enum Did {
    Mint,
    Page,
    Call,
    Switch,
}

/// What one tab does in a round, and what was wrong about the answer.
async fn act(
    mut browser: Browser,
    tabs: &[Tab],
    tab: usize,
    mut random: Random,
) -> Result<(Did, Option<String>), Failure> {
    let (Some(tab), Some(next)) = (tabs.get(tab), random.pick(tabs)) else {
        return Err(Failure::Refused("there is no such tab".to_owned()));
    };
    match random.below(4) {
        0 => Ok((Did::Mint, minted(&mut browser, tab).await?)),
        // The application's server has the cookie, and the scope from the address.
        1 => {
            let session = browser.get("/session").await?;
            let is_there = session["signins"].as_array().is_some_and(|all| {
                all.iter().any(|one| text(&one["id"]) == tab.sign_in && text(&one["user_id"]) == tab.user)
            });
            let wrong = (!is_there).then(|| format!("{}: a page without its account: {session}", tab.scope));
            Ok((Did::Page, wrong.or(minted(&mut browser, tab).await?)))
        }
        2 => {
            let me = browser.get(&format!("/me?scope={}", tab.scope)).await?;
            let mine = browser.get(&format!("/me/organization-memberships?scope={}", tab.scope)).await?;
            let all = mine.as_array().map(Vec::as_slice).unwrap_or_default();
            let is_right =
                text(&me["id"]) == tab.user && all.iter().all(|one| text(&one["user_id"]) == tab.user);
            Ok((Did::Call, (!is_right).then(|| format!("{}: {me} {mine}", tab.scope))))
        }
        _ => {
            let path = format!("/session/switch-sign-in?scope={}", tab.scope);
            let seen = browser.post(&path, json!({ "sign_in_id": next.sign_in })).await?;
            let is_right = text(&seen["active_signin"]["id"]) == next.sign_in;
            Ok((Did::Switch, (!is_right).then(|| format!("{}: {seen}", tab.scope))))
        }
    }
}

/// A token that says something else than its tab does.
async fn minted(browser: &mut Browser, tab: &Tab) -> Result<Option<String>, Failure> {
    let minted = browser.get(&format!("/session/token?template=default&scope={}", tab.scope)).await?;
    let token = text(&minted["token"]);
    let claims = token.split('.').nth(1).and_then(|claims| BASE64.decode(claims).ok());
    let claims: Value = claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
    let claim = |name: &str| claims[name].as_str();
    let is_right = claim("sub") == Some(&tab.user)
        && claim("signin_id") == Some(&tab.sign_in)
        && minted["signin_id"].as_str() == Some(&tab.sign_in)
        && claim("organization") == tab.organization.as_deref()
        && claim("workspace") == tab.workspace.as_deref();
    Ok((!is_right).then(|| format!("{}: {claims}", tab.scope)))
}

/// A tab without a scope of its own moves what the session keeps.
async fn move_kept(mut browser: Browser, tabs: &[Tab], mut random: Random) -> Result<(), Failure> {
    let Some(tab) = random.pick(tabs) else { return Ok(()) };
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": tab.sign_in })).await?;
    let organization = json!({ "organization_id": tab.organization });
    browser.post("/session/switch-organization", organization).await.map(drop)
}
