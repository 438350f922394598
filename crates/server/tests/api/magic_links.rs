//! Signing in by a mailed link: scanners use nothing up, the browser that asked goes on, others are shown who asked.

use crate::support::{Browser, Keyrack, refused};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use url::Url;

/// A link was mailed for an attempt of this browser.
struct Mailed {
    attempt: String,
    token: String,
    code: String,
    link: Url,
}

impl Mailed {
    fn form(&self) -> Value {
        json!({ "attempt": self.attempt, "token": self.token })
    }

    fn here(&self) -> Value {
        json!({ "attempt": self.attempt, "token": self.token, "here": true })
    }

    fn by_get(&self) -> String {
        format!("/auth/verify-magic-link?token={}&attempt={}", self.token, self.attempt)
    }
}

/// A server on which ada has an account, and nobody is signed in anywhere but where she signed up.
async fn started() -> Keyrack {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(60_000);
    server
}

async fn mailed(server: &Keyrack, browser: &Browser) -> Mailed {
    let attempt = browser.begins_by_mail("magic_link", "ada").await;
    browser.asks_to_sign_in(&attempt, "magic_link").await.ok();
    newest(server, attempt).await
}

async fn newest(server: &Keyrack, attempt: String) -> Mailed {
    let mail = server.mails("ada").await.pop().unwrap().mail;
    let link = Url::parse(&mail.link.unwrap()).unwrap();
    let query: HashMap<String, String> = link.query_pairs().into_owned().collect();
    assert_eq!(query["attempt"], attempt);
    let (token, code) = (query["token"].clone(), mail.code.unwrap());
    for text in [&mail.text, &mail.html] {
        assert!(text.contains(&code) && text.contains(&token), "{text}");
    }
    assert!(!mail.subject.contains(&code));
    Mailed { attempt, token, code, link }
}

#[tokio::test]
async fn the_browser_that_asked_confirms_the_link_and_goes_on() {
    let server = started().await;
    let browser = server.browser();
    let mailed = mailed(&server, &browser).await;
    assert_eq!(browser.attempt().await["current_step"], "verify_email_link");
    assert_eq!(mailed.link.path(), "/magic-link");
    let tab = browser.copied();
    let looked = tab.post("/auth/magic-link", mailed.form()).await.ok();
    assert_eq!((&looked["state"], &looked["same_browser"]), (&json!("open"), &json!(true)));
    assert_eq!((&looked["code"], &looked["masked_email"]), (&Value::Null, &json!("a•••@example.com")));
    let session = tab.post("/auth/verify-magic-link", mailed.form()).await.ok();
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    assert_eq!(session["signin_attempts"][0]["completed"], true);
    // Whoever presses twice is told the same.
    let again = tab.post("/auth/verify-magic-link", mailed.form()).await.ok();
    assert_eq!(again["revision"], session["revision"]);
    assert_eq!(tab.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn another_browser_is_shown_who_asked_and_a_code_to_type_there() {
    let server = started().await;
    let (asker, other) = (server.browser(), server.browser());
    let attempt = asker.begins_by_mail("magic_link", "ada").await;
    let form =
        json!({ "attempt_identifier": attempt, "identifier_type": "signin", "strategy": "magic_link" });
    let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36";
    let request = asker.request(Method::POST, "/auth/prepare-verification").header("user-agent", chrome);
    asker.send(request.json(&form)).await.ok();
    let mailed = newest(&server, attempt).await;
    let looked = other.post("/auth/magic-link", mailed.form()).await.ok();
    assert_eq!((&looked["state"], &looked["same_browser"]), (&json!("open"), &json!(false)));
    assert_eq!((&looked["browser"], &looked["device"]), (&json!("Chrome"), &json!("Linux")));
    assert_eq!(
        (&looked["ip_address"], &looked["asked_at"]),
        (&json!("127.0.0.1"), &json!("2026-01-01T00:01:00.000Z"))
    );
    assert_eq!(looked["code"], mailed.code);
    assert_eq!(other.credential(), None, "looking leaves nothing behind");
    asker.types(&mailed.attempt, looked["code"].as_str().unwrap()).await.ok();
    assert_eq!(asker.accounts().await, ["ada*"]);
    let after = other.post("/auth/magic-link", mailed.form()).await;
    assert_eq!(after.refused(), refused(400, "link_not_valid"));
    assert_eq!(
        other.post("/auth/verify-magic-link", mailed.here()).await.refused(),
        refused(400, "link_not_valid")
    );
}

#[tokio::test]
async fn a_click_signs_no_other_browser_in_and_itself_only_when_that_is_asked_for() {
    let server = started().await;
    let (asker, other) = (server.browser(), server.browser());
    let mailed = mailed(&server, &asker).await;
    let confirm = refused(409, "confirm_required");
    assert_eq!(other.post("/auth/verify-magic-link", mailed.form()).await.refused(), confirm);
    assert_eq!(other.get(&mailed.by_get()).await.refused(), confirm);
    assert_eq!((other.credential(), asker.accounts().await.len()), (None, 0));
    let session = other.post("/auth/verify-magic-link", mailed.here()).await.ok();
    assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    assert_eq!(session["signin_attempts"][0]["method"], "magic_link");
    assert_eq!(asker.accounts().await, Vec::<String>::new());
    assert_eq!(asker.attempt().await, Value::Null, "where it was asked for the attempt is over");
    assert_eq!(
        asker.types(&mailed.attempt, &mailed.code).await.refused(),
        refused(400, "BAD_SIGN_IN_ATTEMPT")
    );
}

#[tokio::test]
async fn d08_a_scanner_that_opens_the_link_uses_nothing_up() {
    let server = started().await;
    let (browser, scanner) = (server.browser(), server.browser());
    let mailed = mailed(&server, &browser).await;
    let page = format!("{}?{}", mailed.link.path(), mailed.link.query().unwrap());
    for _ in 0..2 {
        for method in [Method::HEAD, Method::GET] {
            for path in [&page, &mailed.by_get()] {
                scanner.send(scanner.request(method.clone(), path)).await;
            }
            scanner.post("/auth/magic-link", mailed.form()).await.ok();
            scanner.post("/auth/verify-magic-link", mailed.form()).await;
        }
    }
    assert_eq!(scanner.credential(), None);
    // Not even with the credential of whoever asked does it use anything up to ask what is there.
    browser.send(browser.request(Method::HEAD, &mailed.by_get())).await;
    assert_eq!(browser.attempt().await["completed"], false);
    browser.post("/auth/verify-magic-link", mailed.form()).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn an_older_client_confirms_with_a_get_in_the_browser_that_asked() {
    let server = started().await;
    let browser = server.browser();
    let mailed = mailed(&server, &browser).await;
    for _ in 0..2 {
        let session = browser.get(&mailed.by_get()).await.ok();
        assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
    }
}

#[tokio::test]
async fn d10_one_link_confirmed_by_twenty_at_once_signs_in_once_and_never_again() {
    let server = started().await;
    for round in 0..5 {
        let asker = server.browser();
        let mailed = mailed(&server, &asker).await;
        let others: Vec<Browser> = (0..20).map(|_| server.browser()).collect();
        let all = others.iter().map(|other| other.post("/auth/verify-magic-link", mailed.here()));
        let replies = join_all(all).await;
        let won = replies.iter().filter(|reply| reply.status == 200).count();
        let lost = replies.iter().filter(|reply| reply.status == 400).count();
        assert_eq!((won, lost), (1, 19), "round {round}");
        for other in &others {
            let replay = other.post("/auth/verify-magic-link", mailed.here()).await;
            assert_eq!(replay.refused(), refused(400, "link_not_valid"));
        }
        let live = "select count(*) from sign_ins where deployment_id = $1 and proofs = 'mail'";
        assert_eq!(server.count(live).await, round + 1);
        server.advance(3_600_000);
    }
}

#[tokio::test]
async fn d10_a_link_is_used_up_also_where_the_next_step_fails() {
    let server = started().await;
    let (asker, other) = (server.browser(), server.signed_in("ada").await);
    let mailed = mailed(&server, &asker).await;
    let here = other.post("/auth/verify-magic-link", mailed.here()).await;
    assert_eq!(here.refused(), refused(400, "USER_ALREADY_SIGNED_IN"));
    let later = server.browser().post("/auth/verify-magic-link", mailed.here()).await;
    assert_eq!(later.refused(), refused(400, "link_not_valid"));
}

#[tokio::test]
async fn a_new_link_kills_the_one_before_and_each_ends_with_its_time() {
    let server = started().await;
    let browser = server.browser();
    let first = mailed(&server, &browser).await;
    server.advance(60_000);
    browser.asks_to_sign_in(&first.attempt, "magic_link").await.ok();
    let second = newest(&server, first.attempt.clone()).await;
    assert_ne!((&first.token, &first.code), (&second.token, &second.code));
    let of_first = browser.post("/auth/verify-magic-link", first.form()).await;
    assert_eq!(of_first.refused(), refused(400, "link_not_valid"));
    assert_eq!(browser.types(&first.attempt, &first.code).await.refused(), refused(400, "INVALID_CODE"));
    server.advance(600_000);
    let looked = browser.post("/auth/magic-link", second.form()).await.ok();
    assert_eq!((&looked["state"], &looked["code"]), (&json!("expired"), &Value::Null));
    let late = browser.post("/auth/verify-magic-link", second.form()).await;
    assert_eq!(late.refused(), refused(400, "verification_code_expired"));
}

#[tokio::test]
async fn c16_a_link_for_nobody_is_asked_for_like_any_other_and_none_is_mailed() {
    let server = started().await;
    let (known, unknown) = (server.browser(), server.browser());
    let ids =
        [known.begins_by_mail("magic_link", "ada").await, unknown.begins_by_mail("magic_link", "bob").await];
    let asked = [
        known.asks_to_sign_in(&ids[0], "magic_link").await,
        unknown.asks_to_sign_in(&ids[1], "magic_link").await,
    ];
    assert_eq!(asked[0].ok()["verification_method"], asked[1].ok()["verification_method"]);
    assert_eq!(asked[0].headers.len(), asked[1].headers.len());
    assert!(server.mails("bob").await.is_empty());
    let secrets =
        "select count(*) from one_time_secrets where deployment_id = $1 and purpose like 'sign_in%'";
    assert_eq!(server.count(secrets).await, 4);
    let mailed = newest(&server, ids[0].clone()).await;
    let crossed = json!({ "attempt": ids[1], "token": mailed.token });
    for path in ["/auth/magic-link", "/auth/verify-magic-link"] {
        assert_eq!(unknown.post(path, crossed.clone()).await.refused(), refused(400, "link_not_valid"));
    }
}

#[tokio::test]
async fn a_link_leads_back_only_to_the_deployments_origins() {
    let server = Keyrack::start_with(|deployment| {
        deployment.allowed_origins.push("https://app.example.com".to_owned());
    })
    .await;
    server.signed_up("ada").await;
    for (back, kept) in [("https://app.example.com/home", true), ("https://evil.example/home", false)] {
        server.advance(60_000);
        let browser = server.browser();
        let attempt = browser.begins_by_mail("magic_link", "ada").await;
        let form = json!({ "attempt_identifier": attempt, "identifier_type": "signin", "strategy": "magic_link",
            "redirect_uri": back });
        browser.post("/auth/prepare-verification", form).await.ok();
        let mail = server.mails("ada").await.pop().unwrap().mail;
        let link = Url::parse(&mail.link.unwrap()).unwrap();
        let leads =
            link.query_pairs().find(|(name, _)| name == "redirect_uri").map(|(_, to)| to.into_owned());
        assert_eq!(leads, kept.then(|| back.to_owned()));
        assert_eq!(link.origin().ascii_serialization(), server.app.sites[0].config.origin.to_string());
    }
}
