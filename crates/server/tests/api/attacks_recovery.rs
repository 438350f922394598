//! Attacks on the way back in (area C): whoever asks for it, whoever has an old link, and whoever was in.

use crate::recovery::{MINUTE, NEW, asks, is_gone, mailed_token, resets, says, token_of, worth};
use crate::support::{Keyrack, Operator, PASSWORD, Reply, sign_in_form};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[tokio::test]
async fn c09_only_the_newest_link_works_once_and_in_time() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let browser = server.browser();
    let first = token_of(&server, "ada").await;
    server.advance(MINUTE);
    let second = token_of(&server, "ada").await;
    assert_ne!(first, second);
    for _ in 0..2 {
        is_gone(&resets(&browser, &first, NEW).await);
    }
    resets(&browser, &second, NEW).await.ok();
    is_gone(&resets(&server.browser(), &second, "yet another phrase").await);

    // A link works for half an hour, a code for ten minutes.
    for (wait, link_works, code_works) in [
        (10 * MINUTE - 1, true, true),
        (10 * MINUTE, true, false),
        (30 * MINUTE - 1, true, false),
        (30 * MINUTE, false, false),
    ] {
        server.advance(MINUTE);
        let token = token_of(&server, "ada").await;
        let code = server.mails("ada").await.iter().rev().find_map(|mail| mail.mail.code.clone()).unwrap();
        server.advance(wait);
        assert_eq!(worth(&browser, &token).await["valid"], link_works, "{wait}");
        assert_eq!(says(&browser, "ada", &code).await.status == 200, code_works, "{wait}");
        server.advance(60 * MINUTE);
    }
}

/// What ends a link that works.
async fn ended_by(server: &Keyrack, what: &str) {
    match what {
        "sign-in" => drop(server.browser().signs_in_by_code(server, "ada").await),
        "disable" => {
            Operator(server).post("/users/ada@example.com/disable").await.ok();
            Operator(server).post("/users/ada@example.com/enable").await.ok();
        }
        "delete" => {
            Operator(server).ask(http::Method::DELETE, "/users/ada@example.com", json!({})).await.ok();
        }
        _ => {
            // Another address takes its place, and somebody else proves the old one.
            let deployment = server.app.sites[0].config.id.clone();
            let moved = move |tx: &mut keyrack_server::db::Tx<'_>| {
                tx.execute(
                    "update email_addresses set email = 'countess@example.com'
                     where deployment_id = $1 and email = 'ada@example.com'",
                    keyrack_server::params![&deployment],
                )
            };
            server.app.db.write(moved).await.unwrap();
        }
    }
}

#[tokio::test]
async fn c09_a_link_dies_with_a_sign_in_by_the_mailbox_a_disabling_a_deletion_and_another_address() {
    for what in ["sign-in", "disable", "delete", "address"] {
        let server = Keyrack::start().await;
        server.signed_up("ada").await;
        asks(&server.browser(), "ada").await.ok();
        let (token, code) = (mailed_token(&server, "ada").await, server.code("ada").await);
        assert_eq!(worth(&server.browser(), &token).await["valid"], true);
        server.advance(MINUTE);
        ended_by(&server, what).await;
        assert_eq!(worth(&server.browser(), &token).await["valid"], false, "{what}");
        is_gone(&resets(&server.browser(), &token, NEW).await);
        assert_eq!(says(&server.browser(), "ada", &code).await.refused().1, "INVALID_CODE", "{what}");
    }
}

#[tokio::test]
async fn c09_whoever_knows_the_password_does_not_keep_its_owner_from_setting_another_one() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(60 * MINUTE);
    let thief = server.signed_in("ada").await;
    let changes = async |from: &str, to: &str| {
        let form = json!({ "current_password": from, "new_password": to });
        thief.post("/me/update-password", form).await.ok();
    };
    // The first change in an hour ends what was mailed before it, the next ones do not.
    let token = token_of(&server, "ada").await;
    changes(PASSWORD, "the first phrase of mine").await;
    assert_eq!(worth(&server.browser(), &token).await["valid"], false);
    server.advance(MINUTE);
    let token = token_of(&server, "ada").await;
    let code = server.mails("ada").await.iter().rev().find_map(|mail| mail.mail.code.clone()).unwrap();
    for _ in 0..3 {
        let again = sign_in_form("ada", "the first phrase of mine");
        server.browser().post("/auth/signin", again).await.ok();
    }
    changes("the first phrase of mine", "the second phrase of mine").await;
    thief.adds_authenticator(&server).await;
    assert_eq!(worth(&server.browser(), &token).await["valid"], true);
    let by_code = says(&server.browser(), "ada", &code).await.ok();
    resets(&server.browser(), by_code["token"].as_str().unwrap(), NEW).await.ok();
    assert!(thief.accounts().await.is_empty());
}

#[tokio::test]
async fn c09_nothing_in_a_token_can_be_exchanged_and_none_is_guessed() {
    let server = Keyrack::start().await;
    for name in ["ada", "bob"] {
        server.signed_up(name).await;
    }
    let (ada, bob) = (token_of(&server, "ada").await, token_of(&server, "bob").await);
    let mixed = format!("{}{}", &ada[..30], &bob[30..]);
    let cut = &ada[..ada.len() - 1];
    for wrong in [mixed.as_str(), cut, &format!("{cut}0"), &ada.to_uppercase(), "rst.", "", "0"] {
        if !wrong.is_empty() && wrong != ada {
            is_gone(&resets(&server.browser(), wrong, NEW).await);
            assert_eq!(worth(&server.browser(), wrong).await["valid"], false, "{wrong}");
        }
    }
    // Wrong ones kill nothing: whoever knows an account's id could keep it out.
    resets(&server.browser(), &ada, NEW).await.ok();
    resets(&server.browser(), &bob, NEW).await.ok();
}

#[tokio::test]
async fn c12_a_recovery_link_leads_to_the_configured_origin_whatever_the_request_says() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let browser = server.browser();
    let request = browser
        .request(reqwest::Method::POST, "/auth/forgot-password?host=evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "host=evil.example;proto=http")
        .header("referer", "https://evil.example/")
        .json(&json!({ "email": "ada@example.com", "redirect_uri": "https://evil.example/" }));
    browser.send(request).await.ok();
    let mail = server.mails("ada").await.pop().unwrap().mail;
    let base = server.app.sites[0].config.base();
    let link = mail.link.clone().unwrap();
    assert!(link.starts_with(&format!("{base}/forgot-password?token=rst.")), "{link}");
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"));
    // A host that is none of the deployment's is not answered at all.
    let forged = browser
        .request(reqwest::Method::POST, "/auth/forgot-password")
        .header("host", "evil.example")
        .json(&json!({ "email": "ada@example.com" }));
    assert_eq!(browser.send(forged).await.refused(), (404, "unknown_host".to_owned()));
}

#[tokio::test]
async fn c14_a_giant_password_is_refused_before_it_is_looked_at() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let (browser, token) = (server.browser(), token_of(&server, "ada").await);
    let before = server.app.hasher.done();
    for giant in ["a".repeat(30_000), "e\u{301}".repeat(10_000)] {
        assert_eq!(resets(&browser, &token, &giant).await.refused(), (400, "password_too_long".to_owned()));
    }
    for size in [1 << 20, 10 << 20] {
        assert_eq!(resets(&browser, &token, &"a".repeat(size)).await.refused().0, 413);
    }
    assert_eq!(server.app.hasher.done(), before);
    resets(&browser, &token, NEW).await.ok();
}

/// What a call left: its answer without what differs between any two, and how many rows of each table it made.
type Trace = (u16, Vec<String>, Value, BTreeMap<String, i64>);

async fn leaves(server: &Keyrack, call: impl AsyncFnOnce() -> Reply) -> Trace {
    let before = server.rows().await;
    let reply = call().await;
    let mut made = server.rows().await;
    for (table, count) in &mut made {
        *count -= before[table];
    }
    made.retain(|_, count| *count != 0);
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    let mut body = reply.json();
    body["request_id"] = json!("id");
    (reply.status, names, body, made)
}

#[tokio::test]
async fn c16_asking_tells_nobody_who_has_an_account_in_words_rows_or_work() {
    let server = Keyrack::start().await;
    for name in ["ada", "bob"] {
        server.signed_up(name).await;
    }
    Operator(&server).post("/users/bob@example.com/disable").await.ok();
    let stranger = server.browser();
    let traces = [
        leaves(&server, async || asks(&stranger, "ada").await).await,
        leaves(&server, async || asks(&stranger, "bob").await).await,
        leaves(&server, async || asks(&stranger, "nobody").await).await,
    ];
    assert!(
        traces[0].3.contains_key("outbox") && traces[0].3.contains_key("one_time_secrets"),
        "{:?}",
        traces[0].3
    );
    // The first call of a client makes its count.
    let without = |trace: &Trace| {
        let mut rows = trace.3.clone();
        rows.remove("throttles");
        (trace.0, trace.1.clone(), trace.2.clone(), rows)
    };
    assert_eq!(without(&traces[0]), without(&traces[2]));
    assert_eq!(traces[1], traces[2]);
    assert_eq!(server.mails("nobody").await.len(), 0);
    assert_eq!(server.mails("bob").await.len(), 1, "the code of the sign-up");
    assert_eq!(
        server.count("select count(*) from outbox where deployment_id = $1 and sealed <> ''").await,
        0
    );
    // Again within the minute nothing is written for anybody.
    for name in ["ada", "bob", "nobody"] {
        assert_eq!(leaves(&server, async || asks(&stranger, name).await).await.3, BTreeMap::new(), "{name}");
    }
}

#[tokio::test]
async fn c16_guessing_tells_nobody_who_has_an_account_and_ends_alike() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let stranger = server.browser();
    let mut told: [Vec<Trace>; 2] = Default::default();
    for (name, told) in ["ada", "nobody"].into_iter().zip(&mut told) {
        // Before anything was asked for, with a code under way, five times wrong, with the right one used, after its time.
        told.push(leaves(&server, async || says(&stranger, name, "000000").await).await);
        asks(&stranger, name).await.ok();
        let right = match name {
            "ada" => server.code("ada").await,
            _ => "123456".to_owned(),
        };
        let wrong = if right == "000000" { "000001" } else { "000000" };
        for guess in [wrong, wrong, wrong, wrong, wrong, wrong, &right] {
            told.push(leaves(&server, async || says(&stranger, name, guess).await).await);
        }
        server.advance(11 * MINUTE);
        told.push(leaves(&server, async || says(&stranger, name, wrong).await).await);
        // The tenth is counted, the eleventh refused until the hour is over.
        told.push(leaves(&server, async || says(&stranger, name, wrong).await).await);
        let waits = says(&stranger, name, wrong).await;
        assert_eq!(waits.refused(), (429, "too_many_attempts".to_owned()), "{name}");
        assert!(waits.header("retry-after").is_some());
    }
    let [ada, nobody] = told;
    for (index, (ada, nobody)) in ada.iter().zip(&nobody).enumerate() {
        assert_eq!((ada.0, &ada.1, &ada.2), (nobody.0, &nobody.1, &nobody.2), "{index}");
        assert_eq!(ada.2["errors"][0]["code"], "INVALID_CODE", "{index}");
        if index > 0 {
            assert_eq!(ada.3, nobody.3, "{index}");
        }
    }
}

#[tokio::test]
async fn c16_one_client_asks_a_hundred_times_an_hour_for_whomever() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    server.signed_up("ada").await;
    let stranger = server.browser();
    for n in 0..100 {
        asks(&stranger, &format!("nobody{n}")).await.ok();
    }
    for name in ["ada", "nobody"] {
        assert_eq!(asks(&stranger, name).await.refused(), (429, "too_many_attempts".to_owned()));
    }
    server.advance(60 * MINUTE);
    asks(&stranger, "ada").await.ok();
}

#[tokio::test]
async fn c01_a_reset_lets_the_owner_in_whatever_was_guessed_before() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let guesser = server.browser();
    for _ in 0..10 {
        guesser.sign_in("ada", "wrong").await.refused();
    }
    assert_eq!(guesser.sign_in("ada", PASSWORD).await.refused().0, 429);
    let browser = server.browser();
    resets(&browser, &token_of(&server, "ada").await, NEW).await.ok();
    browser.post("/session/sign-out", json!({})).await.ok();
    browser.sign_in("ada", NEW).await.ok();
}
