//! One's own profile.

use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyrack_server::config::{Deployment, FieldUse};
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
/// One pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn with_usernames(deployment: &mut Deployment) {
    deployment.auth.username = FieldUse::Optional;
}

async fn changes(browser: &Browser, body: Value) -> Reply {
    browser.post("/me", body).await
}

#[tokio::test]
async fn a_profile_is_changed_as_far_as_it_is_said_and_seen_everywhere_at_once() {
    let server = Keyrack::start_with(with_usernames).await;
    let browser = server.signed_up("ada").await;
    let elsewhere = server.signed_in("ada").await;
    let before = elsewhere.session().await;
    let body = json!({ "first_name": " Augusta ", "username": "Lovelace", "availability": "away" });
    let me = changes(&browser, body).await.ok();
    for (field, value) in
        [("first_name", "Augusta"), ("last_name", "Test"), ("username", "lovelace"), ("availability", "away")]
    {
        assert_eq!(me[field], value);
    }
    assert_eq!(elsewhere.get("/me").await.ok(), me);
    let after = elsewhere.session().await;
    assert_eq!(after["active_signin"]["user"], me);
    assert!(after["revision"].as_i64() > before["revision"].as_i64());
    // What is emptied is empty; what is not said stays.
    let request = browser.request(Method::PATCH, "/me").json(&json!({ "last_name": "", "first_name": null }));
    let me = browser.send(request).await.ok();
    assert_eq!((&me["first_name"], &me["last_name"]), (&json!("Augusta"), &json!("")));
    server
        .browser()
        .post(
            "/auth/signin",
            json!({ "strategy": "plain_username", "username": "lovelace", "password": PASSWORD }),
        )
        .await
        .ok();
    assert_eq!(changes(&browser, json!({ "username": "" })).await.ok()["username"], "");
}

#[tokio::test]
async fn l05_a_username_is_had_by_one_and_reserved_ones_by_nobody() {
    let server = Keyrack::start_with(with_usernames).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    changes(&ada, json!({ "username": "lovelace" })).await.ok();
    for (username, code) in [
        ("Lovelace", "USERNAME_EXISTS"),
        ("1ove1ace", "invalid_username"),
        ("l0velace", "USERNAME_EXISTS"),
        ("admin", "username_reserved"),
        ("ada@example.com", "invalid_username"),
    ] {
        assert_eq!(
            changes(&bob, json!({ "username": username })).await.refused(),
            (400, code.to_owned()),
            "{username}"
        );
    }
    // One's own is no change, and asks for no proof.
    server.advance(10 * MINUTE + 1);
    changes(&ada, json!({ "username": "LOVELACE", "first_name": "Ada" })).await.ok();
    let refusal = changes(&ada, json!({ "username": "countess" })).await.refused();
    assert_eq!(refusal, (403, "reauthentication_required".to_owned()));
    ada.proves_again().await;
    changes(&ada, json!({ "username": "countess" })).await.ok();
    let mails = server.mails("ada").await;
    assert!(mails.last().unwrap().mail.text.contains("The username was changed: countess"));
    bob.proves_again().await;
    changes(&bob, json!({ "username": "lovelace" })).await.ok();
}

#[tokio::test]
async fn what_cannot_be_in_a_profile_is_refused_and_nothing_is_half_done() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        with_usernames(deployment);
        deployment.auth.first_name = FieldUse::Required;
        deployment.restrictions.banned_keywords = vec!["rude".to_owned()];
    })
    .await;
    let browser = server.signed_up("ada").await;
    let before = browser.get("/me").await.ok();
    for (body, code) in [
        (json!({ "first_name": "" }), "REQUIRED_FIELD"),
        (json!({ "last_name": "x".repeat(101) }), "invalid_name"),
        (json!({ "last_name": "a\u{202e}b" }), "invalid_name"),
        (json!({ "last_name": "so rude" }), "BANNED_KEYWORD"),
        (json!({ "username": "rude1" }), "BANNED_KEYWORD"),
        (json!({ "availability": "asleep" }), "invalid_parameter"),
        (json!({ "last_name": "Kept?", "primary_email_address_id": "eml_x" }), "email_address_not_found"),
        (json!({ "last_name": "Kept?", "primary_phone_number_id": "phn_x" }), "phone_number_not_found"),
    ] {
        assert_eq!(changes(&browser, body.clone()).await.refused().1, code, "{body}");
    }
    let unproved = browser.adds_address("new").await;
    let body = json!({ "last_name": "Kept?", "primary_email_address_id": unproved });
    assert_eq!(changes(&browser, body).await.refused().1, "contact_not_verified");
    let after = browser.get("/me").await.ok();
    assert_eq!(after["last_name"], before["last_name"]);
    assert_eq!(server.browser().post("/me", json!({})).await.refused().1, "signed_out");
}

#[tokio::test]
async fn a_primary_address_is_chosen_by_the_profile_too() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let new = browser.also_has(&server, "lovelace").await;
    server.advance(10 * MINUTE + 1);
    let body = json!({ "primary_email_address_id": new });
    assert_eq!(changes(&browser, body.clone()).await.refused().1, "reauthentication_required");
    browser.proves_again().await;
    assert_eq!(changes(&browser, body).await.ok()["email_address"], "lovelace@example.com");
}

#[tokio::test]
async fn a_picture_is_shown_to_whoever_sees_the_user_and_gone_when_it_is_removed() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let organization = browser.founds("Analytics").await;
    let set = browser.post("/me/profile-picture", json!({ "file": PIXEL })).await.ok();
    assert_eq!(set["has_profile_picture"], true);
    let url = set["profile_picture_url"].as_str().unwrap();
    let path = url.strip_prefix(&server.app.sites[0].issuer).unwrap().to_owned();
    assert_eq!(server.browser().get(&path).await.status, 200);
    let members = browser.get(&format!("/organizations/{organization}/members")).await.ok();
    assert_eq!(members["data"][0]["user"]["profile_picture_url"], url);
    assert_eq!(browser.session().await["active_signin"]["user"]["profile_picture_url"], url);

    let other = browser.post("/me/profile-picture", json!({ "file": PIXEL })).await.ok();
    assert_ne!(other["profile_picture_url"], url);
    assert_eq!(server.browser().get(&path).await.status, 404);
    for (body, code) in
        [(json!({}), "REQUIRED_FIELD"), (json!({ "file": STANDARD.encode("<svg/>") }), "invalid_picture")]
    {
        assert_eq!(browser.post("/me/profile-picture", body).await.refused(), (400, code.to_owned()));
    }
    let gone = changes(&browser, json!({ "remove_profile_picture": "true" })).await.ok();
    assert_eq!((&gone["has_profile_picture"], &gone["profile_picture_url"]), (&json!(false), &json!("")));
    let sql = "select count(*) from pictures where deployment_id = $1";
    assert_eq!(server.count(sql).await, 0);
}

#[tokio::test]
async fn members_are_found_by_what_they_are_called_now() {
    let server = Keyrack::start_with(with_usernames).await;
    let browser = server.signed_up("ada").await;
    let organization = browser.founds("Analytics").await;
    let found = async |word: &str| {
        let page = browser.get(&format!("/organizations/{organization}/members?search={word}")).await.ok();
        page["data"].as_array().unwrap().len()
    };
    changes(&browser, json!({ "first_name": "Augusta", "username": "countess" })).await.ok();
    assert_eq!([found("augusta").await, found("countess").await, found("ada").await], [1, 1, 1]);
    let new = browser.also_has(&server, "lovelace").await;
    changes(&browser, json!({ "primary_email_address_id": new })).await.ok();
    let old = browser.get("/me/email-addresses").await.ok()[0]["id"].as_str().unwrap().to_owned();
    browser.post(&format!("/me/email-addresses/{old}/delete"), json!({})).await.ok();
    assert_eq!([found("lovelace").await, found("ada").await], [1, 0]);
}

#[tokio::test]
async fn o02_of_two_who_take_one_username_at_once_one_has_it_in_each_of_50_rounds() {
    let server = Keyrack::start_with(with_usernames).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    for round in 0..50 {
        let body = json!({ "username": format!("name{round}") });
        let (one, two) = tokio::join!(changes(&ada, body.clone()), changes(&bob, body.clone()));
        let mut answers = [one.status, two.status];
        answers.sort_unstable();
        assert_eq!(answers, [200, 400], "{} {}", one.text, two.text);
        server.advance(10);
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_as_the_account_says_where_that_is_left_to_it() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    assert_eq!(browser.get("/me").await.ok()["second_factor_policy"], "optional");
    let says = async |word: &str| changes(&browser, json!({ "second_factor_policy": word })).await;
    assert_eq!(says("none").await.ok()["second_factor_policy"], "none");
    assert_eq!(says("sometimes").await.refused().1, "invalid_parameter");
    assert_eq!(says("enforced").await.refused().1, "second_factor_missing");
    server.second_factor(&browser.user_id().await, true).await;
    server.advance(10 * MINUTE + 1);
    says("none").await.ok();
    assert_eq!(says("enforced").await.refused().1, "reauthentication_required");
    browser.proves_again().await;
    assert_eq!(says("enforced").await.ok()["second_factor_policy"], "enforced");
    assert!(
        server
            .mails("ada")
            .await
            .last()
            .unwrap()
            .mail
            .text
            .contains("takes a second factor was changed: enforced")
    );
}
