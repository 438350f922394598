//! Attacks on and with usernames (areas C and L): look-alikes, guessing under two names, who has an account.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, sign_up_form};
use keyrack_server::config::FieldUse;
use keyrack_server::user::username::Username;
use serde_json::json;

const USERS: &str = "select count(*) from users where deployment_id = $1";

async fn server() -> Keyrack {
    Keyrack::start_with(|deployment| deployment.auth.username = FieldUse::Optional).await
}

async fn begins(browser: &Browser, name: &str, username: &str) -> Reply {
    let mut form = sign_up_form(name);
    form["username"] = json!(username);
    browser.post("/auth/signup", form).await
}

async fn signs_up(server: &Keyrack, name: &str, username: &str) {
    let browser = server.browser();
    let session = begins(&browser, name, username).await.ok();
    let id = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&id).await.ok();
    browser.enters_code(&id, &server.code(name).await).await.ok();
}

/// Tries to sign in; what has an `@` in it is an address.
async fn tries(browser: &Browser, identifier: &str, password: &str) -> Reply {
    let (strategy, field) =
        if identifier.contains('@') { ("plain_email", "email") } else { ("plain_username", "username") };
    browser
        .post("/auth/signin", json!({ "strategy": strategy, field: identifier, "password": password }))
        .await
}

/// What a guesser sees of an answer: everything but the request's id and the time.
fn seen(reply: &Reply) -> (u16, String, Option<String>, Vec<String>) {
    let names = reply.headers.keys().map(ToString::to_string).collect();
    (reply.status, reply.text.clone(), reply.header("retry-after").map(str::to_owned), names)
}

fn code(reply: &Reply) -> String {
    reply.refused().1
}

#[tokio::test]
async fn l05_nobody_gets_a_username_that_is_taken_for_anothers_for_the_operators_or_for_an_address() {
    let server = server().await;
    signs_up(&server, "ada", "modern.paul").await;
    let stranger = server.browser();
    for (username, expected) in [
        ("modern.paul", "USERNAME_EXISTS"),
        ("MODERN.Paul", "USERNAME_EXISTS"),
        ("rnodern.pau1", "USERNAME_EXISTS"),
        ("m0dern.paul", "USERNAME_EXISTS"),
        ("admin", "username_reserved"),
        ("aDrn1n", "username_reserved"),
        ("key.rack", "username_reserved"),
        ("\u{430}dmin", "invalid_username"),
        ("admin\u{200b}", "invalid_username"),
        ("\u{202e}nimda", "invalid_username"),
        ("modern\u{2024}paul", "invalid_username"),
        ("ada@example.com", "invalid_username"),
        ("+14155550100", "invalid_username"),
        ("4155550100", "invalid_username"),
        ("a", "invalid_username"),
    ] {
        assert_eq!(code(&begins(&stranger, "eve", username).await), expected, "{username:?}");
    }
    assert_eq!(code(&begins(&stranger, "eve", &"a".repeat(300)).await), "invalid_username");
    assert_eq!(stranger.credential(), None);
    assert_eq!(server.count(USERS).await, 1);
    // A look-alike signs nobody in either: only the username itself does.
    for username in ["rnodern.paul", "m0dern.paul"] {
        assert_eq!(code(&tries(&stranger, username, PASSWORD).await), "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn l05_a_username_never_stands_for_an_address_nor_an_address_for_a_username() {
    let server = server().await;
    signs_up(&server, "ada", "victim").await;
    let stranger = server.browser();
    let mixed = [
        json!({ "strategy": "plain_username", "username": "ada@example.com", "password": PASSWORD }),
        json!({ "strategy": "plain_email", "email": "victim", "password": PASSWORD }),
        json!({ "strategy": "plain_username", "email": "ada@example.com", "password": PASSWORD }),
        json!({ "strategy": "plain_email", "username": "victim", "password": PASSWORD }),
        json!({ "username": "victim", "password": PASSWORD }),
    ];
    let codes = ["invalid_username", "invalid_email", "REQUIRED_FIELD", "REQUIRED_FIELD", "REQUIRED_FIELD"];
    for (form, expected) in mixed.into_iter().zip(codes) {
        assert_eq!(code(&stranger.post("/auth/signin", form).await), expected);
    }
    // The strategy decides which of two identifiers counts.
    let both = json!({ "strategy": "plain_username", "username": "nobody", "email": "ada@example.com",
        "password": PASSWORD });
    assert_eq!(code(&stranger.post("/auth/signin", both).await), "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn l08_a_taken_address_gets_no_username_and_keeps_its_own() {
    let server = server().await;
    signs_up(&server, "ada", "countess").await;
    server.advance(3_600_000);
    let stranger = server.browser();
    let session = begins(&stranger, "ada", "usurper").await.ok();
    let id = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    stranger.asks_for_code(&id).await.ok();
    let guess = json!({ "attempt_identifier": id, "identifier_type": "signup", "verification_code": "123456",
        "username": "usurper" });
    assert_eq!(code(&stranger.post("/auth/attempt-verification", guess).await), "INVALID_CODE");
    // Nobody has it now: somebody else may still get it.
    signs_up(&server, "eve", "usurper").await;
    let session = server.signed_in("ada").await.session().await;
    assert_eq!(session["active_signin"]["user"]["username"], "countess");
}

#[tokio::test]
async fn c01_tries_at_an_unknown_username_look_like_tries_at_a_known_one() {
    let server = server().await;
    signs_up(&server, "ada", "countess").await;
    let guesser = server.browser();
    for _ in 0..10 {
        let known = tries(&guesser, "countess", "wrong").await;
        assert_eq!(seen(&known), seen(&tries(&guesser, "nobody", "wrong").await));
        assert_eq!(known.refused(), (401, "INVALID_CREDENTIALS".to_owned()));
    }
    for password in ["wrong", PASSWORD] {
        let known = tries(&guesser, "Countess", password).await;
        assert_eq!(seen(&known), seen(&tries(&guesser, "nobody", password).await));
        assert_eq!(known.refused(), (429, "too_many_attempts".to_owned()));
    }
    server.advance(15_000);
    tries(&guesser, "countess", PASSWORD).await.ok();
}

#[tokio::test]
async fn c01_nobody_gets_the_tries_twice_by_going_on_under_the_other_identifier() {
    let server = server().await;
    signs_up(&server, "ada", "countess").await;
    let guesser = server.browser();
    for n in 0..10 {
        let identifier = if n % 2 == 0 { "ada@example.com" } else { "countess" };
        assert_eq!(code(&tries(&guesser, identifier, "wrong").await), "INVALID_CREDENTIALS");
    }
    // The account waits now, and nobody is told: a pause that showed would tell that both are one person's.
    for identifier in ["ada@example.com", "countess"] {
        let right = tries(&guesser, identifier, PASSWORD).await;
        assert_eq!(right.refused(), (401, "INVALID_CREDENTIALS".to_owned()));
        assert_eq!(seen(&right), seen(&tries(&guesser, "nobody", PASSWORD).await));
    }
    server.advance(15_000);
    tries(&guesser, "countess", PASSWORD).await.ok();
    // The right password begins a new count, for the account as well.
    let other = server.browser();
    assert_eq!(code(&tries(&other, "ada@example.com", "wrong").await), "INVALID_CREDENTIALS");
    tries(&other, "ada@example.com", PASSWORD).await.ok();
}

#[tokio::test]
async fn c15_an_unknown_username_costs_the_same_rows_as_a_known_one() {
    let rows = "select count(*) from throttles where deployment_id = $1";
    let server = server().await;
    signs_up(&server, "ada", "countess").await;
    let guesser = server.browser();
    tries(&guesser, "somebody", "wrong").await.refused();
    let first = server.count(rows).await;
    tries(&guesser, "countess", "wrong").await.refused();
    let known = server.count(rows).await - first;
    tries(&guesser, "nobody", "wrong").await.refused();
    assert_eq!((known, server.count(rows).await - first), (2, 4));
}

#[tokio::test]
async fn c15_whoever_is_refused_was_hashed_for_whether_the_account_exists_or_waits_or_not() {
    let server = server().await;
    signs_up(&server, "ada", "countess").await;
    let guesser = server.browser();
    let work = async |identifier: &str| {
        let before = server.app.hasher.done();
        assert_eq!(code(&tries(&guesser, identifier, "wrong").await), "INVALID_CREDENTIALS");
        server.app.hasher.done() - before
    };
    for n in 0..12 {
        let identifier = if n % 2 == 0 { "ada@example.com" } else { "countess" };
        assert_eq!((work(identifier).await, work(&format!("nobody{n}")).await), (1, 1), "{n}");
    }
}

#[test]
fn l05_nobody_can_choose_what_stands_for_the_application() {
    for word in ["acme", "a.c.m.e", "ACME"] {
        assert!(Username::parse(word).unwrap().is_reserved("Acme"), "{word}");
    }
}
