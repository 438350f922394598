//! N07 for tries at a password: each is recorded, and so is each pause, whatever the client does.

use crate::audit::records;
use crate::support::{Browser, Keyrack, Operator, PASSWORD};
use futures_util::FutureExt;
use keyrack_server::app::Shared;
use keyrack_server::caller;
use keyrack_server::config::FieldUse;
use keyrack_server::sign_in::{self, Identifier};
use keyrack_server::user::email::EmailAddress;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(60);

/// Begins a try at ada's account and goes away, before anything else gets a turn on this test's one thread.
fn tries_and_hangs_up(app: &Shared) {
    let browser = caller::Browser {
        is_program: false,
        app: Arc::clone(app),
        site: Arc::clone(&app.sites[0]),
        rack: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: String::new(),
        accept_language: String::new(),
    };
    let ada = Identifier::Email(EmailAddress::parse("ada@example.com").unwrap());
    let tried = sign_in::with_password(&browser, (ada, "another".to_owned()), None);
    assert!(tried.now_or_never().is_none(), "it is under way");
}

async fn count(server: &Keyrack, event: &str) -> usize {
    records(server).await.iter().filter(|record| record["event"] == event).count()
}

#[tokio::test]
async fn n07_whoever_hangs_up_has_tried_all_the_same() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let all = async {
        for tried in 1..=10 {
            tries_and_hangs_up(&server.app);
            while count(&server, "sign_in_refused").await < tried {}
        }
    };
    tokio::time::timeout(WAIT, all).await.expect("a record of every try");
    let begun = records(&server).await.into_iter().filter(|record| record["event"] == "lockout_begun");
    let reasons: Vec<Value> = begun.map(|record| record["reason"].clone()).collect();
    assert_eq!(reasons, ["account", "password"]);
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.refused().0, 429);
}

/// Tries under a name of the account; says the status.
async fn wrong(browser: &Browser, field: &str, identifier: &str) -> u16 {
    let strategy = if field == "email" { "plain_email" } else { "plain_username" };
    let form = json!({ "strategy": strategy, field: identifier, "password": "another one" });
    browser.post("/auth/signin", form).await.status
}

#[tokio::test]
async fn n07_a_pause_of_an_account_and_what_it_refuses_lead_to_the_account() {
    let server = Keyrack::start_with(|deployment| deployment.auth.username = FieldUse::Optional).await;
    let browser = server.browser();
    let begun = browser
        .post(
            "/auth/signup",
            json!({ "email": "ada@example.com", "username": "countess",
        "password": PASSWORD }),
        )
        .await
        .ok();
    let attempt = begun["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&attempt).await.ok();
    let session = browser.enters_code(&attempt, &server.code("ada").await).await.ok();
    let ada = session["active_signin"]["user_id"].clone();
    let guesser = server.browser();
    for _ in 0..5 {
        assert_eq!(wrong(&guesser, "email", "ada@example.com").await, 401);
        assert_eq!(wrong(&guesser, "username", "countess").await, 401);
    }
    let begun = records(&server).await.into_iter().filter(|record| record["event"] == "lockout_begun");
    let told: Vec<_> = begun.map(|record| (record["reason"].clone(), record["user_id"].clone())).collect();
    assert_eq!(told, [(json!("account"), ada.clone())]);
    // The account's pause shows to nobody, but the record says whose it is.
    assert_eq!(wrong(&guesser, "username", "countess").await, 401);
    let newest = records(&server).await.remove(0);
    assert_eq!((&newest["event"], &newest["user_id"]), (&json!("sign_in_refused"), &ada));
}

#[tokio::test]
async fn n07_nobodys_identifier_leaves_as_many_records_as_an_accounts() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let before = records(&server).await.len();
    for name in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..10 {
            assert_eq!(wrong(&server.browser(), "email", name).await, 401);
        }
    }
    let new = records(&server).await;
    let new = &new[..new.len() - before];
    let (ada, nobody): (Vec<_>, Vec<_>) = new.iter().partition(|record| record["user_id"] != "");
    let told =
        |of: &[&Value]| of.iter().map(|r| (r["event"].clone(), r["reason"].clone())).collect::<Vec<_>>();
    assert_eq!(told(&ada), told(&nobody));
    assert_eq!(ada.len(), 12);
}

#[tokio::test]
async fn n07_m08_an_ipv6_customer_has_one_budget_of_notes() {
    let server = Keyrack::start_configured(|config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let ada = server.signed_up("ada").await;
    for host in 0..40 {
        let request = ada.request(reqwest::Method::POST, "/session/sign-out");
        let from = request.header("x-forwarded-for", format!("2001:db8:1:2:{host:x}::1"));
        ada.send(from.json(&json!({ "sign_in_id": "sin_none" }))).await.refused();
    }
    assert_eq!(count(&server, "foreign_sign_in_named").await, 20);
}

#[tokio::test]
async fn of_an_account_that_is_deleted_its_records_keep_ids_only() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.signed_up("bob").await;
    server.browser().sign_in("ada", "another").await.refused();
    let operator = Operator(&server);
    operator.ask(reqwest::Method::DELETE, "/users/ada@example.com", json!({})).await.ok();
    let bob = operator.get("/users/bob@example.com").await.ok()["id"].clone();
    let all = records(&server).await;
    let told = all.iter().filter(|record| record["ip_address"] != "" || record["identifier"] != "");
    // Bob's code was sent and taken before he was known; it names him by his identifier.
    let events: Vec<(&Value, bool)> = told.map(|r| (&r["event"], r["user_id"] == bob)).collect();
    assert_eq!(
        events,
        [
            (&json!("signed_in"), true),
            (&json!("signed_up"), true),
            (&json!("code_accepted"), false),
            (&json!("code_sent"), false)
        ]
    );
    let ada = all.iter().filter(|record| record["user_id"] != "" && record["user_id"] != bob).count();
    assert!(ada >= 4, "{all:?}");
    assert_eq!(
        server.count("select count(*) from throttles where deployment_id = $1 and kind = 'account'").await,
        0
    );
}
