//! Many at the same moment (areas A and O): one wins, the caps hold, nobody sees a 5xx.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, code_form, sign_in_form, sign_up_form};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DAY: i64 = 86_400_000;
const LIVE: &str = "select count(*) from sign_ins where deployment_id = $1 and ended_at is null";
const USERS: &str = "select count(*) from users where deployment_id = $1";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("person{n}")).collect()
}

/// Makes accounts that nobody is signed in with.
async fn with_accounts(names: &[String]) -> Keyrack {
    let server = Keyrack::start().await;
    for name in names {
        server.signed_up(name).await.post("/session/sign-out", json!({})).await.ok();
    }
    server
}

/// The browser's credential with every sign-in's key that the answers handed out: our client in staging merges
/// racks like this.
fn merged(browser: &Browser, answers: &[Reply]) -> String {
    let session = browser.credential().unwrap().split('~').next().unwrap().to_owned();
    let racks = answers.iter().filter_map(|answer| answer.header("x-development-session"));
    let mine = browser.credential().unwrap();
    let keys = racks.chain([mine.as_str()]).flat_map(|rack| rack.split('~').skip(1));
    let keys: BTreeSet<&str> = keys.filter(|key| key.starts_with("sin_")).collect();
    std::iter::once(session.as_str()).chain(keys).collect::<Vec<_>>().join("~")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a10_after_a_sign_out_was_answered_the_old_credential_mints_nothing_in_any_of_50_rounds() {
    let server = with_accounts(&names(1)).await;
    // Cases of areas A and O are asked of two nodes in turn where the database takes two.
    assert_eq!(server.nodes().len(), 1 + usize::from(server.app.db.is_shared()));
    for round in 0..50 {
        let browser = server.signed_in("person0").await;
        let old = browser.copied();
        let body = if round % 2 == 0 {
            json!({})
        } else {
            json!({ "sign_in_id": browser.sign_in_of("person0").await })
        };
        // Mints are under way while the sign-out is: they may be before it, the later ones may not.
        let mints = join_all((0..4).map(|_| old.get("/session/token")));
        let (out, mints) = tokio::join!(browser.post("/session/sign-out", body), mints);
        out.ok();
        assert!(mints.iter().all(|mint| mint.status == 200 || mint.status == 401), "{mints:?}");
        let (mint, me, session) =
            tokio::join!(old.get("/session/token"), old.get("/me"), old.get("/session?poll=1"));
        assert_eq!(mint.refused(), refused(401, "signed_out"), "round {round}");
        assert_eq!(me.refused(), refused(401, "signed_out"), "round {round}");
        assert_eq!(session.ok()["signins"], json!([]), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a17_thirty_sign_ins_at_once_leave_a_session_with_five_accounts_at_most_also_after_a_restart() {
    let names = names(30);
    let server = with_accounts(&names).await;
    let browser = server.browser();
    browser.begins_sign_up("visitor").await;
    for round in 0..4 {
        let tabs: Vec<Browser> = names.iter().map(|_| browser.copied()).collect();
        let answers = join_all(tabs.iter().zip(&names).map(|(tab, name)| tab.sign_in(name, PASSWORD))).await;
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            let code = answer.refused().1;
            assert!(["too_many_accounts", "USER_ALREADY_SIGNED_IN"].contains(&code.as_str()), "{code}");
        }
        browser.hold(Some(merged(&browser, &answers)));
        assert_eq!(browser.accounts().await.len(), 5, "round {round}");
        assert_eq!(server.count(LIVE).await, 5, "round {round}");
        let shown = browser.session().await;
        for sign_in in shown["signins"].as_array().unwrap().iter().take(2) {
            browser.post("/session/sign-out", json!({ "sign_in_id": sign_in["id"] })).await.ok();
        }
        assert_eq!(server.count(LIVE).await, 3);
    }
    for name in &names {
        browser.sign_in(name, PASSWORD).await;
    }
    let before = browser.session().await;
    let server = server.restart().await;
    assert_eq!(browser.session().await, before);
    assert_eq!((server.count(LIVE).await, browser.accounts().await.len()), (5, 5));
    let sixth = join_all(names.iter().map(|name| browser.sign_in(name, PASSWORD))).await;
    assert!(sixth.iter().all(|answer| answer.refused().0 == 400));
    assert_eq!(server.count(LIVE).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a18_thirty_browsers_of_one_account_leave_five_signed_in_and_the_others_are_told_why() {
    let server = with_accounts(&names(1)).await;
    let browsers: Vec<Browser> = (0..30).map(|_| server.browser()).collect();
    let mut waiting: Vec<&Browser> = browsers.iter().collect();
    while !waiting.is_empty() {
        let answers = join_all(waiting.iter().map(|browser| browser.sign_in("person0", PASSWORD))).await;
        // Ten tries of one account at once look like guessing: whoever is told to wait comes back.
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(answer.refused(), refused(429, "too_many_attempts"));
        }
        assert!(answers.iter().any(|answer| answer.status == 200));
        assert!(server.count(LIVE).await <= 5);
        waiting.retain(|browser| browser.credential().is_none());
        server.advance(60_000);
    }
    let mut live = 0;
    for browser in &browsers {
        let mint = browser.get("/session/token").await;
        if mint.status == 200 {
            live += 1;
            continue;
        }
        assert_eq!(mint.refused(), refused(401, "signed_out"));
        assert_eq!(browser.session().await["end_reason"], "evicted_by_cap");
    }
    assert_eq!((live, server.count(LIVE).await), (5, 5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o01_fifty_sign_ups_for_one_address_in_all_its_spellings_make_one_account() {
    let server = Keyrack::start_with(|deployment| {
        (deployment.lifetimes.attempt_ms, deployment.lifetimes.code_ms) = (DAY, DAY);
    });
    let server = server.await;
    let spellings = [
        "race@example.com",
        "Race@Example.COM",
        " race@example.com ",
        "RACE@example.com.",
        "race@ｅｘａｍｐｌｅ.com",
    ];
    let browsers: Vec<Browser> = (0..50).map(|_| server.browser()).collect();
    let begin = async |browser: &Browser, spelling: &str| {
        let mut form = sign_up_form("race");
        form["email"] = json!(spelling);
        let session = browser.post("/auth/signup", form).await.ok();
        session["signup_attempts"][0]["id"].as_str().unwrap().to_owned()
    };
    let spelt = browsers.iter().zip(spellings.iter().cycle());
    let attempts = join_all(spelt.map(|(browser, spelling)| begin(browser, spelling))).await;
    let mut codes = Vec::new();
    for (index, (browser, attempt)) in browsers.iter().zip(&attempts).enumerate() {
        // One code a minute and five an hour are mailed to one address.
        server.advance(if index % 5 == 0 { 3_600_000 } else { 60_000 });
        browser.asks_for_code(attempt).await.ok();
        codes.push(server.code("race").await);
    }
    assert_eq!(server.mails("race").await.len(), 50);
    let finish = browsers.iter().zip(attempts.iter().zip(&codes));
    let answers = join_all(finish.map(|(browser, (attempt, code))| browser.enters_code(attempt, code))).await;

    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 49));
    assert!(lost.iter().all(|answer| answer.refused() == refused(400, "EMAIL_EXISTS")));
    assert_eq!((server.count(USERS).await, server.count(LIVE).await), (1, 1));
    let addresses = "select count(*) from email_addresses where deployment_id = $1";
    assert_eq!(server.count(addresses).await, 1);
    let signed_in = join_all(browsers.iter().map(Browser::accounts)).await;
    assert_eq!(signed_in.iter().filter(|accounts| !accounts.is_empty()).count(), 1);
    // Whoever came too late has nothing to go on with.
    for session in join_all(browsers.iter().map(Browser::session)).await {
        let mut attempts = session["signup_attempts"].as_array().unwrap().iter();
        assert!(attempts.all(|attempt| attempt["completed"] == true), "{attempts:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o01_two_uses_of_one_code_make_one_account_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    for round in 0..50 {
        let browser = server.browser();
        let name = format!("person{round}");
        let attempt = browser.begins_sign_up(&name).await;
        browser.asks_for_code(&attempt).await.ok();
        let code = server.code(&name).await;
        let tab = browser.copied();
        let (one, two) = tokio::join!(browser.enters_code(&attempt, &code), tab.enters_code(&attempt, &code));
        let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
        won.ok();
        assert_eq!(lost.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
        assert_eq!(server.count(USERS).await, round + 1);
        assert_eq!(server.count(LIVE).await, round + 1);
        assert_eq!(join_all([&browser, &tab].map(Browser::accounts)).await.concat(), [format!("{name}*")]);
    }
}

/// Sends one call twice at the same moment with the same credential.
async fn twice(browser: &Browser, path: &str, body: &Value) -> [Reply; 2] {
    let send = || browser.send_and_lose(browser.request(Method::POST, path).json(body));
    let (one, two) = tokio::join!(send(), send());
    [one, two]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o03_a_completing_call_that_is_sent_twice_has_one_effect() {
    let server = with_accounts(&names(2)).await;
    for _ in 0..10 {
        let browser = server.signed_in("person0").await;
        let first = browser.sign_in_of("person0").await;
        let answers = twice(&browser, "/auth/signin", &sign_in_form("person1", PASSWORD)).await;
        answers.iter().for_each(|answer| drop(answer.ok()));
        assert_eq!(server.count(LIVE).await, 2);
        browser.hold(Some(merged(&browser, &answers)));
        assert_eq!(browser.accounts().await, ["person0", "person1*"]);

        let revision = browser.session().await["revision"].as_i64().unwrap();
        let switch = json!({ "sign_in_id": first });
        let [one, two] = twice(&browser, "/session/switch-sign-in", &switch).await;
        assert_eq!((&one.ok(), one.ok()["revision"].as_i64()), (&two.ok(), Some(revision + 1)));

        let mut statuses = twice(&browser, "/session/sign-out", &switch).await.map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404]);
        assert_eq!(browser.accounts().await, ["person1*"]);
        for answer in twice(&browser, "/session/sign-out", &json!({})).await {
            assert_eq!(answer.ok()["id"], "");
        }
        assert_eq!(server.count(LIVE).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o03_a_call_whose_answer_was_lost_can_be_sent_again() {
    let server = with_accounts(&names(1)).await;
    let browser = server.signed_in("person0").await;
    let attempt = browser.begins_sign_up("zoe").await;
    browser.asks_for_code(&attempt).await.ok();
    let form = code_form(&attempt, &server.code("zoe").await);
    let lose = async |path: &str, body: &Value| {
        browser.send_and_lose(browser.request(Method::POST, path).json(body)).await.ok()
    };
    lose("/auth/attempt-verification", &form).await;
    // The account is there, the code is used up, and that is said; the password is how to go on.
    let again = browser.post("/auth/attempt-verification", form).await;
    assert_eq!(again.refused(), refused(400, "BAD_SIGN_IN_ATTEMPT"));
    assert_eq!(browser.session().await["signup_attempts"][0]["completed"], true);
    browser.also_signs_in("zoe").await;
    assert_eq!(browser.accounts().await, ["person0", "zoe*"]);
    assert_eq!((server.count(USERS).await, server.count(LIVE).await), (2, 2));

    let switch = json!({ "sign_in_id": browser.sign_in_of("person0").await });
    let revision = lose("/session/switch-sign-in", &switch).await["revision"].clone();
    assert_eq!(browser.post("/session/switch-sign-in", switch.clone()).await.ok()["revision"], revision);
    lose("/session/sign-out", &switch).await;
    let again = browser.post("/session/sign-out", switch).await;
    assert_eq!(again.refused(), refused(404, "sign_in_not_found"));
    lose("/session/sign-out", &json!({})).await;
    assert_eq!(browser.post("/session/sign-out", json!({})).await.ok()["id"], "");
}
