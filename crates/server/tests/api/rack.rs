//! The credential: a rack of keys. What is lost, copied, planted or mixed up opens no more than it should.

use crate::support::{Browser, Keyrack, PASSWORD, refused};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use reqwest::Method;
use serde_json::json;

/// Signs `names` up, each in a browser of its own that is then forgotten.
async fn with_accounts(names: &[&str]) -> Keyrack {
    let server = Keyrack::start().await;
    for name in names {
        server.signed_up(name).await;
    }
    server
}

/// The sign-in keys in a browser's rack, by what they open.
fn keys(browser: &Browser) -> Vec<String> {
    let rack = browser.credential().unwrap_or_default();
    rack.split('~')
        .filter(|key| key.starts_with("sin_"))
        .map(|key| key.split('.').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_lost_answer_of_a_sign_in_loses_that_sign_in_only_and_it_works_again() {
    let server = with_accounts(&["ada", "bob"]).await;
    let browser = server.signed_in("ada").await;
    let form = crate::support::sign_in_form("bob", PASSWORD);
    let lost = browser.request(Method::POST, "/auth/signin").json(&form);
    browser.send_and_lose(lost).await.ok();

    // The page is loaded again: what was there is there, the orphan is not.
    assert_eq!(browser.accounts().await, ["ada*"]);
    assert_eq!(browser.get("/me").await.ok()["email_address"], "ada@example.com");
    browser.also_signs_in("bob").await;
    assert_eq!(browser.accounts().await, ["ada", "bob*"]);
    assert_eq!(ended(&server, "superseded").await, 1);
}

/// How many sign-ins of this test's deployment ended for `reason`.
async fn ended(server: &Keyrack, reason: &'static str) -> i64 {
    let deployment = server.app.sites[0].config.id.clone();
    let count = server.app.db.read(move |on| {
        let row = on.query_one(
            "select count(*) from sign_ins where deployment_id = $1 and end_reason = $2",
            keyrack_server::params![&deployment, reason],
        )?;
        row.unwrap().cells().int()
    });
    count.await.unwrap()
}

#[tokio::test]
async fn two_tabs_that_finish_sign_ins_in_any_order_lose_nothing_that_was_there() {
    let server = with_accounts(&["ada", "bob", "cyd"]).await;
    for round in 0..50 {
        let browser = server.signed_in("ada").await;
        let (left, right) = (browser.copied(), browser.copied());
        let forms = ["bob", "cyd"].map(|name| crate::support::sign_in_form(name, PASSWORD));
        let [first, second] = [(&left, &forms[0]), (&right, &forms[1])]
            .map(|(tab, form)| tab.send_and_lose(tab.request(Method::POST, "/auth/signin").json(form)));
        let (first, second) = tokio::join!(first, second);
        first.ok();
        second.ok();
        let answers = if round % 2 == 0 { [&first, &second] } else { [&second, &first] };
        answers.into_iter().for_each(|answer| browser.take(answer));

        let accounts = browser.accounts().await;
        assert_eq!(accounts.len(), 2, "{accounts:?}");
        assert!(
            accounts.contains(&"ada".to_owned()) || accounts.contains(&"ada*".to_owned()),
            "{accounts:?}"
        );
        // Whichever was crossed out is an orphan: signing in again is all it takes.
        let missing = if accounts.iter().any(|name| name.starts_with("bob")) { "cyd" } else { "bob" };
        browser.also_signs_in(missing).await;
        assert_eq!(browser.accounts().await.len(), 3);
        browser.post("/session/sign-out", json!({})).await.ok();
    }
}

#[tokio::test]
async fn a01_a_rack_copied_before_a_sign_in_opens_nothing_that_came_after() {
    let server = with_accounts(&["ada", "bob", "eve"]).await;
    let browser = server.signed_in("ada").await;
    let thief = browser.copied();
    let bob = browser.also_signs_in("bob").await;

    for round in ["at once", "after the thief has signed in another account"] {
        let seen = thief.session().await.to_string();
        assert!(!seen.contains("bob@") && !seen.contains(&bob), "{round}: {seen}");
        let switch = thief.post("/session/switch-sign-in", json!({ "sign_in_id": bob })).await;
        assert_eq!(switch.refused(), (404, "sign_in_not_found".to_owned()), "{round}");
        let sign_out = thief.post("/session/sign-out", json!({ "sign_in_id": bob })).await;
        assert_eq!(sign_out.refused(), (404, "sign_in_not_found".to_owned()), "{round}");
        assert_ne!(thief.get("/session/token").await.ok()["signin_id"], bob, "{round}");
        thief.also_signs_in("eve").await;
        assert_eq!(
            browser.accounts().await,
            ["ada", "bob*"],
            "{round}: the owner's active account was moved"
        );
        // What the thief has added makes it no master of the session: neither by moving between its own
        // accounts nor by ending one does it move the owner's.
        let (ada, eve) = (thief.sign_in_of("ada").await, thief.sign_in_of("eve").await);
        thief.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
        assert_eq!(browser.accounts().await, ["ada", "bob*"], "{round}: by a switch");
        thief.post("/session/switch-sign-in", json!({ "sign_in_id": eve })).await.ok();
        thief.post("/session/sign-out", json!({ "sign_in_id": eve })).await.ok();
        assert_eq!(browser.accounts().await, ["ada", "bob*"], "{round}: by a sign-out");
    }
}

#[tokio::test]
async fn a01_a_planted_credential_is_worthless_after_the_victim_signs_in_or_up() {
    let server = with_accounts(&["ada"]).await;
    let planter = server.browser();
    planter.begins_sign_up("eve").await;

    let victim = planter.copied();
    victim.also_signs_in("ada").await;
    assert_eq!(planter.accounts().await, Vec::<String>::new());
    assert_eq!(planter.get("/session/token").await.refused().0, 401);
    assert_eq!(planter.get("/me").await.refused().0, 401);

    let victim = planter.copied();
    victim.signs_up(&server, "bob").await;
    assert_eq!(victim.accounts().await, ["bob*"]);
    assert_eq!(planter.accounts().await, Vec::<String>::new());
    assert_eq!(planter.get("/session/token").await.refused().0, 401);
}

#[tokio::test]
async fn a_copied_rack_cannot_move_the_owners_active_account_but_its_own() {
    let server = with_accounts(&["ada", "bob", "cyd"]).await;
    let browser = server.signed_in("ada").await;
    let bob = browser.also_signs_in("bob").await;
    let older = browser.copied();
    browser.also_signs_in("cyd").await;
    let ada = browser.sign_in_of("ada").await;

    for id in [&ada, &bob, &ada] {
        let session = older.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
        assert_eq!(session["active_signin"]["id"], *id);
        assert_eq!(older.session().await["active_signin"]["id"], *id);
        assert_eq!(browser.accounts().await, ["ada", "bob", "cyd*"]);
    }
}

#[tokio::test]
async fn a_sign_out_of_all_ends_only_what_the_rack_opens() {
    let server = with_accounts(&["ada", "bob"]).await;
    let browser = server.signed_in("ada").await;
    let older = browser.copied();
    browser.also_signs_in("bob").await;

    let answer = older.post("/session/sign-out", json!({})).await.ok();
    assert_eq!((&answer["id"], &answer["end_reason"]), (&json!(""), &json!("signed_out")));
    assert_eq!(browser.accounts().await, ["bob*"]);
    browser.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(browser.session().await["id"], "");
    // Asked once more it says the same and changes nothing.
    browser.post("/session/sign-out", json!({})).await.ok();
}

#[tokio::test]
async fn nothing_is_shown_after_a_lost_answer_of_a_sign_out_of_all_though_an_orphan_keeps_the_session() {
    let server = with_accounts(&["ada", "bob"]).await;
    let browser = server.signed_in("ada").await;
    let form = crate::support::sign_in_form("bob", PASSWORD);
    browser.send_and_lose(browser.request(Method::POST, "/auth/signin").json(&form)).await.ok();
    let before = browser.session().await;
    let out = browser.request(Method::POST, "/session/sign-out").json(&json!({}));
    assert_eq!(browser.send_and_lose(out).await.ok()["id"], "");

    let after = browser.session().await;
    assert_eq!(after["id"], before["id"]);
    assert!(after["revision"].as_i64() > before["revision"].as_i64());
    assert_eq!((&after["signins"], &after["active_signin"]), (&json!([]), &json!(null)));
    assert_eq!((&after["signin_attempts"], &after["signup_attempts"]), (&json!([]), &json!([])));
    assert_eq!(browser.get("/session/token").await.refused(), refused(401, "signed_out"));
}

#[tokio::test]
async fn orphans_give_way_to_the_cap_and_are_not_counted_to_it() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let server = with_accounts(&names).await;
    let browser = server.signed_in("a").await;
    for name in ["b", "c", "d", "e"] {
        let form = crate::support::sign_in_form(name, PASSWORD);
        browser.send_and_lose(browser.request(Method::POST, "/auth/signin").json(&form)).await.ok();
    }
    assert_eq!(browser.accounts().await, ["a*"]);
    browser.also_signs_in("f").await;
    assert_eq!(ended(&server, "superseded").await, 1);
    for name in ["b", "c", "d"] {
        browser.also_signs_in(name).await;
    }
    assert_eq!(browser.accounts().await, ["a", "f", "b", "c", "d*"]);
    assert_eq!(browser.sign_in("e", PASSWORD).await.refused(), (400, "too_many_accounts".to_owned()));
}

#[tokio::test]
async fn keys_of_what_has_ended_leave_the_rack_at_the_next_hand_out() {
    let server = with_accounts(&["ada", "bob"]).await;
    let browser = server.signed_in("ada").await;
    let bob = browser.also_signs_in("bob").await;
    let before = browser.credential();
    assert_eq!(keys(&browser).len(), 2);
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    let ada = browser.sign_in_of("ada").await;
    assert_eq!(keys(&browser), [ada.as_str()]);
    // The rack from before, the dead key in it, opens no more than the new one and is cleaned like it.
    browser.hold(before);
    assert_eq!(browser.accounts().await, ["ada*"]);
    browser.begins_sign_up("cyd").await;
    assert_eq!(keys(&browser), [ada]);
}

#[tokio::test]
async fn foreign_doubled_and_surplus_keys_open_nothing_more() {
    let server = with_accounts(&["ada", "bob"]).await;
    let (ada, bob) = (server.signed_in("ada").await, server.signed_in("bob").await);
    let (rack, foreign) = (ada.credential().unwrap(), bob.credential().unwrap());
    let (session, own) = rack.split_once('~').unwrap();
    let surplus = |count: usize| -> String {
        (0..count).map(|n| format!("~sin_{n:026}.{}", BASE64.encode([9; 16]))).collect()
    };
    let there: &[&str] = &["ada*"];
    for (mixed, expected) in [
        (format!("{rack}~{foreign}"), there),
        (format!("{rack}~{rack}"), there),
        // Forty keys are looked at behind the session's; its own is the fortieth, then the next.
        (format!("{session}{}~{own}", surplus(39)), there),
        (format!("{session}{}~{own}", surplus(40)), &[]),
        (format!("{rack}{}", surplus(60)), there),
        // Five kilobytes are no credential, whatever they begin with.
        (format!("{rack}~{}", "x".repeat(5000)), &[]),
    ] {
        let length = mixed.len();
        ada.hold(Some(mixed));
        assert_eq!(ada.accounts().await, expected, "{length}");
    }
    let elsewhere = Keyrack::start().await;
    let stranger = elsewhere.browser();
    stranger.hold(Some(rack));
    assert_eq!(stranger.session().await["id"], "");
}
