//! N07: each security event leaves exactly one record, with who, what, when, where and the result, and none that
//! says more than it may.

use crate::support::{Keyrack, Operator, PASSWORD};
use http::Method;
use keyrack_server::sweep;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

/// Every record of a server, newest first.
pub async fn records(server: &Keyrack) -> Vec<Value> {
    let operator = Operator(server);
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("/audit?limit=200{cursor}")).await.ok();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

/// What is told of a record in the table below.
fn told(record: &Value) -> (String, String, String, String) {
    let text = |name: &str| record[name].as_str().unwrap().to_owned();
    (text("event"), text("result"), text("reason"), text("actor"))
}

/// The records that `act` leaves, oldest first, each with the time and, from a client, the address.
pub async fn leaves(server: &Keyrack, act: impl AsyncFnOnce()) -> Vec<(String, String, String, String)> {
    let before = records(server).await.len();
    server.advance(1000);
    act().await;
    let after = records(server).await;
    let now = keyrack_server::time::rfc3339(server.app.world.clock.now_ms());
    let new: Vec<&Value> = after[..after.len() - before].iter().rev().collect();
    for record in &new {
        assert_eq!(record["at"], now, "{record}");
        let actor = record["actor"].as_str().unwrap();
        let from_client = ["user", "stranger"].contains(&actor) || actor.starts_with("key:");
        assert_eq!(record["ip_address"], if from_client { "127.0.0.1" } else { "" }, "{record}");
    }
    new.into_iter().map(told).collect()
}

#[track_caller]
pub fn are(records: Vec<(String, String, String, String)>, expected: &[&str]) {
    let told: Vec<String> = records.into_iter().map(|(a, b, c, d)| format!("{a} {b} {c} {d}")).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn n07_signing_up_in_and_out_leaves_one_record_for_each_event() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    let sent = leaves(&server, async || drop(browser.asks_for_code(&attempt).await.ok())).await;
    are(sent, &["code_sent ok  stranger"]);
    let wrong = leaves(&server, async || drop(browser.enters_code(&attempt, "000000").await.refused())).await;
    are(wrong, &["code_refused refused INVALID_CODE stranger"]);
    let code = server.code("ada").await;
    let right = leaves(&server, async || drop(browser.enters_code(&attempt, &code).await.ok())).await;
    are(right, &["code_accepted ok  user", "signed_up ok  user", "signed_in ok pwd user"]);

    let wrong = leaves(&server, async || drop(server.browser().sign_in("ada", "another").await)).await;
    are(wrong, &["sign_in_refused refused INVALID_CREDENTIALS stranger"]);
    let nobody = leaves(&server, async || drop(server.browser().sign_in("nobody", PASSWORD).await)).await;
    are(nobody, &["sign_in_refused refused INVALID_CREDENTIALS stranger"]);
    let twice = leaves(&server, async || drop(browser.sign_in("ada", PASSWORD).await.refused())).await;
    are(twice, &["sign_in_refused refused USER_ALREADY_SIGNED_IN user"]);
    let other = server.browser();
    let right = leaves(&server, async || drop(other.sign_in("ada", PASSWORD).await.ok())).await;
    are(right, &["signed_in ok pwd user"]);

    let id = json!({ "sign_in_id": other.sign_in_of("ada").await });
    let none = leaves(&server, async || {
        browser.session().await;
        browser
            .post("/session/switch-sign-in", json!({ "sign_in_id": browser.sign_in_of("ada").await }))
            .await
            .ok();
    });
    are(none.await, &[]);
    let foreign =
        leaves(&server, async || drop(browser.post("/session/switch-sign-in", id.clone()).await)).await;
    are(foreign, &["foreign_sign_in_named refused  user"]);
    let one = leaves(&server, async || drop(other.post("/session/sign-out", id.clone()).await.ok())).await;
    are(one, &["sign_in_ended ok signed_out user"]);
    let all = leaves(&server, async || drop(browser.post("/session/sign-out", json!({})).await.ok())).await;
    are(all, &["sign_in_ended ok signed_out user"]);
}

#[tokio::test]
async fn n07_what_ends_by_itself_or_by_another_sign_in_leaves_one_record() {
    let server = Keyrack::start_with(|deployment| deployment.max_sessions_per_account = 1).await;
    let first = server.signed_up("ada").await;
    let second = server.browser();
    let evicted = leaves(&server, async || drop(second.sign_in("ada", PASSWORD).await.ok())).await;
    are(evicted, &["sign_in_ended ok evicted_by_cap user", "signed_in ok pwd user"]);
    let idle = leaves(&server, async || {
        server.advance(8 * DAY);
        second.session().await;
        second.session().await;
        sweep::run_once(&server.app).await.unwrap();
    });
    are(idle.await, &["sign_in_ended ok idle system"]);

    // The answer to a sign-in is lost; the next one takes its place.
    let third = server.browser();
    third.begins_sign_up("bob").await;
    let form = crate::support::sign_in_form("ada", PASSWORD);
    let lose = third.request(Method::POST, "/auth/signin").json(&form);
    third.send_and_lose(lose).await.ok();
    let again = leaves(&server, async || drop(third.sign_in("ada", PASSWORD).await.ok())).await;
    are(again, &["sign_in_ended ok superseded user", "signed_in ok pwd user"]);
    for _ in 0..6 {
        server.advance(5 * DAY);
        third.session().await;
    }
    let ended: Vec<_> = records(&server).await.into_iter().filter(|r| r["reason"] == "max_age").collect();
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert!(first.session().await["signins"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn n07_what_an_operator_does_leaves_one_record_and_doing_it_again_none() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let made = leaves(&server, async || drop(operator.ask(Method::POST, "/users", body).await.ok())).await;
    are(made, &["user_created ok  operator"]);
    let browser = server.signed_in("ada").await;
    let session = browser.session().await["id"].as_str().unwrap().to_owned();
    let ended =
        leaves(&server, async || drop(operator.post(&format!("/sessions/{session}/end")).await.ok())).await;
    are(ended, &["sign_in_ended ok revoked_by_admin operator"]);
    // One in which nobody is signed in.
    let waiting = server.browser();
    waiting.begins_sign_up("bob").await;
    let session = waiting.session().await["id"].as_str().unwrap().to_owned();
    let end = async || drop(operator.post(&format!("/sessions/{session}/end")).await);
    are(leaves(&server, end).await, &["session_ended ok revoked_by_admin operator"]);
    are(leaves(&server, end).await, &[]);
    server.signed_in("ada").await;
    let disable = async || drop(operator.post("/users/ada@example.com/disable").await.ok());
    are(
        leaves(&server, disable).await,
        &["sign_in_ended ok user_disabled operator", "user_disabled ok  operator"],
    );
    are(leaves(&server, disable).await, &[]);
    let refused = leaves(&server, async || drop(server.browser().sign_in("ada", PASSWORD).await)).await;
    are(refused, &["sign_in_refused refused USER_DISABLED user"]);
    let enable = async || drop(operator.post("/users/ada@example.com/enable").await.ok());
    are(leaves(&server, enable).await, &["user_enabled ok  operator"]);
    are(leaves(&server, enable).await, &[]);
    server.signed_in("ada").await;
    let delete = async || drop(operator.ask(Method::DELETE, "/users/ada@example.com", json!({})).await.ok());
    are(
        leaves(&server, delete).await,
        &["sign_in_ended ok user_deleted operator", "user_deleted ok  operator"],
    );
}

#[tokio::test]
async fn n07_a_lockout_is_recorded_when_it_begins_and_what_it_refuses_is_not() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let wrong = async || drop(server.browser().sign_in("ada", "another").await);
    for _ in 0..9 {
        are(leaves(&server, wrong).await, &["sign_in_refused refused INVALID_CREDENTIALS stranger"]);
    }
    let tenth = leaves(&server, wrong).await;
    let begun: Vec<&str> = tenth.iter().filter(|r| r.0 == "lockout_begun").map(|r| r.2.as_str()).collect();
    assert_eq!((tenth.len(), begun.contains(&"password")), (1 + begun.len(), true), "{tenth:?}");
    for _ in 0..5 {
        are(leaves(&server, wrong).await, &[]);
    }
    // Codes: the tenth wrong one in an hour.
    let browser = server.browser();
    let attempt = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    let guess = async || drop(browser.enters_code(&attempt, "000000").await);
    for _ in 0..9 {
        are(leaves(&server, guess).await, &["code_refused refused INVALID_CODE stranger"]);
    }
    let tenth = leaves(&server, guess).await;
    are(tenth, &["code_refused refused INVALID_CODE stranger", "lockout_begun ok code_guess stranger"]);
    are(leaves(&server, guess).await, &[]);
}

#[tokio::test]
async fn n07_a_taken_address_and_a_late_proof_leave_one_record() {
    let server = Keyrack::start().await;
    let (one, two) = (server.browser(), server.browser());
    let attempts = [one.begins_sign_up("ada").await, two.begins_sign_up("ada").await];
    one.asks_for_code(&attempts[0]).await.ok();
    let first = server.code("ada").await;
    server.advance(60_000);
    two.asks_for_code(&attempts[1]).await.ok();
    let second = server.code("ada").await;
    one.enters_code(&attempts[0], &first).await.ok();
    let late = leaves(&server, async || drop(two.enters_code(&attempts[1], &second).await.refused())).await;
    are(late, &["code_accepted ok  user", "sign_up_refused refused EMAIL_EXISTS user"]);
    let third = server.browser();
    let decoy = third.begins_sign_up("ada").await;
    let withheld = leaves(&server, async || drop(third.asks_for_code(&decoy).await.ok())).await;
    are(withheld, &["code_withheld refused  stranger"]);
}

#[tokio::test]
async fn n07_m08_what_strangers_can_repeat_without_end_is_recorded_a_few_times_an_hour() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let both = async || {
        let query = format!("/session?__dev_session__={}", bob.credential().unwrap());
        assert_eq!(ada.get(&query).await.refused().1, "ambiguous_credential");
    };
    are(leaves(&server, both).await, &["credential_ambiguous refused  stranger"]);
    for _ in 0..60 {
        both().await;
        ada.post("/session/sign-out", json!({ "sign_in_id": "sin_none" })).await.refused();
    }
    // Neither hides behind the other.
    for event in ["credential_ambiguous", "foreign_sign_in_named"] {
        assert_eq!(records(&server).await.iter().filter(|r| r["event"] == event).count(), 20, "{event}");
    }
}

#[tokio::test]
async fn n07_a_record_leads_to_user_session_and_sign_in_and_holds_no_secret_and_no_address_of_a_stranger() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let session = browser.session().await;
    server.browser().sign_in("Nobody-Here", "hunter2hunter2").await.refused();
    server.browser().sign_in("nobody-here", "hunter3hunter3").await.refused();
    let all = records(&server).await;
    let text = Value::from(all.clone()).to_string();
    let code = server.code("ada").await;
    let rack = browser.credential().unwrap();
    let secrets = rack.split(['~', '.']).skip(1).step_by(2);
    for secret in secrets.chain([PASSWORD, "hunter2", &code, "nobody-here", "Nobody", "ada@", "$argon2"]) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let of = |event: &str| all.iter().filter(|r| r["event"] == event).cloned().collect::<Vec<_>>();
    let signed_in = &of("signed_in")[0];
    let active = &session["active_signin"];
    assert_eq!(
        (&signed_in["user_id"], &signed_in["session_id"], &signed_in["sign_in_id"]),
        (&active["user_id"], &session["id"], &active["id"])
    );
    let [one, two] = of("sign_in_refused").try_into().unwrap();
    // Two spellings of one identifier are told to be one, whoever's it is.
    assert_eq!((&one["identifier"], &one["user_id"]), (&two["identifier"], &json!("")));
    assert_eq!(one["identifier"].as_str().unwrap().len(), 43);
}

#[tokio::test]
async fn m11_records_are_listed_by_user_by_session_since_when_and_forgotten_after_400_days() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let (ada, _) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let session = ada.session().await["id"].as_str().unwrap().to_owned();
    let events = async |query: &str| {
        let list = operator.get(&format!("/audit?{query}")).await.ok();
        let event = |record: &Value| record["event"].as_str().unwrap().to_owned();
        list["items"].as_array().unwrap().iter().map(event).collect::<Vec<_>>()
    };
    assert_eq!(events("user=ada@example.com").await, ["signed_in", "signed_up"]);
    assert_eq!(
        events(&format!("session={session}")).await,
        ["signed_in", "signed_up", "code_accepted", "code_sent"]
    );
    server.advance(DAY);
    ada.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(events("since=1h").await, ["sign_in_ended"]);
    assert_eq!(events("since=2days&user=ada@example.com").await.len(), 3);
    for (query, status) in [
        ("since=soon", 400),
        ("session=x", 404),
        ("user=nobody", 404),
        ("cursor=x", 400),
        ("limit=0", 400),
        ("event=X", 400),
        ("evens=x", 400),
    ] {
        assert_eq!(operator.get(&format!("/audit?{query}")).await.refused().0, status, "{query}");
    }
    server.advance(400 * DAY - 1000);
    sweep::run_once(&server.app).await.unwrap();
    // A key that signs follows one that is too old, and its record is of today.
    let left = records(&server).await.into_iter().filter(|record| record["event"] != "signing_key_made");
    let left: Vec<_> = left.collect();
    assert!(left.iter().all(|record| record["event"] == "sign_in_ended"), "{left:?}");
    assert!(!left.is_empty());
}
