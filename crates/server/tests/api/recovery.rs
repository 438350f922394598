//! A forgotten password: a mailed code or link, another password, and in again.

use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use serde_json::{Value, json};

pub const NEW: &str = "another good phrase";
pub const MINUTE: i64 = 60_000;

pub async fn asks(browser: &Browser, name: &str) -> Reply {
    browser.post("/auth/forgot-password", json!({ "email": format!("{name}@example.com") })).await
}

pub async fn says(browser: &Browser, name: &str, code: &str) -> Reply {
    let body = json!({ "email": format!("{name}@example.com"), "otp": code });
    browser.post("/auth/forgot-password", body).await
}

pub async fn resets(browser: &Browser, token: &str, password: &str) -> Reply {
    browser.post("/auth/reset-password", json!({ "token": token, "password": password })).await
}

/// The token in the newest link to `name`@example.com.
pub async fn mailed_token(server: &Keyrack, name: &str) -> String {
    let mails = server.mails(name).await;
    let link = mails.iter().rev().find_map(|mail| mail.mail.link.clone()).expect("a mail with a link");
    link.split_once("?token=").unwrap().1.to_owned()
}

/// Asks and gives the token of the link.
pub async fn token_of(server: &Keyrack, name: &str) -> String {
    asks(&server.browser(), name).await.ok();
    mailed_token(server, name).await
}

/// What a token is worth.
pub async fn worth(browser: &Browser, token: &str) -> Value {
    browser.post("/auth/reset-password/validate", json!({ "token": token })).await.ok()
}

/// The answer of a token that works no more.
#[track_caller]
pub fn is_gone(reply: &Reply) {
    assert_eq!(reply.refused(), (400, "reset_expired".to_owned()));
}

#[tokio::test]
async fn a_mailed_link_sets_another_password_and_signs_in_where_it_is() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let asking = server.browser();
    let asked = asks(&asking, "ada").await;
    assert_eq!((asked.ok(), asking.credential()), (json!({}), None), "a visitor who asks costs nothing");
    let token = mailed_token(&server, "ada").await;

    // It is looked at as often as one likes, and the mail is read at another browser.
    let elsewhere = server.browser();
    for _ in 0..3 {
        let worth = worth(&elsewhere, &token).await;
        assert_eq!(worth, json!({ "valid": true, "email": "ada@example.com" }));
    }
    assert_eq!(elsewhere.credential(), None);
    let session = resets(&elsewhere, &token, NEW).await.ok();
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&attempt["completed"], &attempt["email"]), (&json!(true), &json!("ada@example.com")));
    assert_eq!(elsewhere.accounts().await, ["ada*"]);

    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.refused().1, "INVALID_CREDENTIALS");
    server.browser().sign_in("ada", NEW).await.ok();
}

#[tokio::test]
async fn a_mailed_code_gives_a_token_once_in_any_browser() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    asks(&server.browser(), "ada").await.ok();
    let (code, linked) = (server.code("ada").await, mailed_token(&server, "ada").await);
    let browser = server.browser();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(says(&browser, "ada", wrong).await.refused(), (400, "INVALID_CODE".to_owned()));
    let token = says(&browser, "ada", &code).await.ok()["token"].as_str().unwrap().to_owned();
    assert_eq!(browser.credential(), None);
    assert_eq!(says(&browser, "ada", &code).await.refused().1, "INVALID_CODE");
    assert_eq!(worth(&browser, &linked).await, json!({ "valid": false, "email": null }), "only the newest");
    resets(&browser, &token, NEW).await.ok();
    assert_eq!(resets(&browser, &token, NEW).await.refused(), (400, "reset_expired".to_owned()));
}

#[tokio::test]
async fn once_a_link_was_used_the_code_of_its_mail_is_gone() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    asks(&server.browser(), "ada").await.ok();
    let (code, linked) = (server.code("ada").await, mailed_token(&server, "ada").await);
    resets(&server.browser(), &linked, NEW).await.ok();
    assert_eq!(says(&server.browser(), "ada", &code).await.refused(), (400, "INVALID_CODE".to_owned()));
}

#[tokio::test]
async fn wrong_guesses_at_the_old_password_make_nobody_wait_with_the_new_one() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let stranger = server.browser();
    for _ in 0..10 {
        assert_eq!(stranger.sign_in("ada", "not it at all").await.refused().1, "INVALID_CREDENTIALS");
    }
    assert_eq!(stranger.sign_in("ada", PASSWORD).await.refused().1, "too_many_attempts");
    let token = token_of(&server, "ada").await;
    resets(&server.browser(), &token, NEW).await.ok();
    server.browser().sign_in("ada", NEW).await.ok();
}

#[tokio::test]
async fn a_refused_password_leaves_the_token_as_it_is() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let (browser, token) = (server.browser(), token_of(&server, "ada").await);
    for (password, code) in [
        ("fourteen chars", "password_too_short"),
        ("passwordpassword", "password_breached"),
        ("ada@example.com 1", "password_names_you"),
        ("Ada Test Ada Test", "password_names_you"),
        (&"no end of it ".repeat(10), "password_too_long"),
    ] {
        assert_eq!(resets(&browser, &token, password).await.refused(), (400, code.to_owned()));
    }
    server.signed_in("ada").await;
}

#[tokio::test]
async fn the_browser_that_resets_keeps_its_other_accounts() {
    let server = Keyrack::start().await;
    let (browser, [ada, _]) = server.signed_up_two().await;
    server.advance(MINUTE);
    let token = token_of(&server, "ada").await;
    let session = resets(&browser, &token, NEW).await.ok();
    assert_eq!(browser.accounts().await, ["bob", "ada*"]);
    assert_ne!(
        session["active_signin"]["id"],
        json!(ada),
        "another sign-in: what the old password opened is over"
    );
}

#[tokio::test]
async fn asked_again_within_a_minute_or_too_often_nothing_is_mailed_and_the_answer_is_the_same() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let mails = async || server.mails("ada").await.len() - 1;
    for (wait, mailed) in
        [(0, 1), (0, 1), (MINUTE - 1, 1), (1, 2), (MINUTE, 3), (MINUTE, 4), (MINUTE, 5), (MINUTE, 5)]
    {
        server.advance(wait);
        assert_eq!(asks(&server.browser(), "ada").await.ok(), json!({}));
        assert_eq!(mails().await, mailed);
    }
    server.advance(60 * MINUTE);
    asks(&server.browser(), "ada").await.ok();
    assert_eq!(mails().await, 6);
}

#[tokio::test]
async fn whoever_had_no_password_has_one_then() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let deployment = server.app.sites[0].config.id.clone();
    let forget = move |tx: &mut keyrack_server::db::Tx<'_>| {
        tx.execute(
            "update users set password_hash = null where deployment_id = $1",
            keyrack_server::params![&deployment],
        )
    };
    server.app.db.write(forget).await.unwrap();
    let browser = server.browser();
    resets(&browser, &token_of(&server, "ada").await, NEW).await.ok();
    assert_eq!(browser.get("/me").await.ok()["has_password"], true);
}
