//! The credential: a rack of keys. What is lost, copied, planted or mixed up opens no more than it should.

use crate::support::{Browser, Keyrack, PASSWORD};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
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
    let lost = browser.request(reqwest::Method::POST, "/auth/signin").json(&form);
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
        let [first, second] = [(&left, &forms[0]), (&right, &forms[1])].map(|(tab, form)| {
            tab.send_and_lose(tab.request(reqwest::Method::POST, "/auth/signin").json(form))
        });
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
        let eve = thief.sign_in_of("eve").await;
        thief.post("/session/sign-out", json!({ "sign_in_id": eve })).await.ok();
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
async fn orphans_give_way_to_the_cap_and_are_not_counted_to_it() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let server = with_accounts(&names).await;
    let browser = server.signed_in("a").await;
    for name in ["b", "c", "d", "e"] {
        let form = crate::support::sign_in_form(name, PASSWORD);
        browser.send_and_lose(browser.request(reqwest::Method::POST, "/auth/signin").json(&form)).await.ok();
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
    assert_eq!(keys(&browser).len(), 2);
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    assert_eq!(keys(&browser), [browser.sign_in_of("ada").await]);
    // The dead key put back by hand opens nothing.
    let credential = browser.credential().unwrap();
    browser.hold(Some(format!("{credential}~{bob}.{}", BASE64.encode([7; 16]))));
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn foreign_doubled_and_surplus_keys_open_nothing_more() {
    let server = with_accounts(&["ada", "bob"]).await;
    let (ada, bob) = (server.signed_in("ada").await, server.signed_in("bob").await);
    let (rack, foreign) = (ada.credential().unwrap(), bob.credential().unwrap());
    let surplus = (0..60).map(|n| format!("~sin_{n:026}.{}", BASE64.encode([9; 16]))).collect::<String>();
    for mixed in [format!("{rack}~{foreign}"), format!("{rack}~{rack}"), format!("{rack}{surplus}")] {
        let length = mixed.len();
        ada.hold(Some(mixed));
        let expected: &[&str] = if length > 4096 { &[] } else { &["ada*"] };
        assert_eq!(ada.accounts().await, expected, "{length}");
    }
    let elsewhere = Keyrack::start().await;
    let stranger = elsewhere.browser();
    stranger.hold(Some(rack));
    assert_eq!(stranger.session().await["id"], "");
}

#[tokio::test]
async fn a21_a_credential_that_was_cut_flipped_or_rearranged_is_no_credential() {
    let server = with_accounts(&["ada", "bob"]).await;
    let whole = server.signed_in("ada").await.credential().unwrap();
    let other = server.signed_in("bob").await.credential().unwrap();
    let nobody = server.browser().session().await;
    let session_key = whole.split('~').next().unwrap();
    let browser = server.browser();

    for length in 0..session_key.len() {
        browser.hold(Some(whole[..length].to_owned()));
        assert_eq!(browser.session().await, nobody, "cut at {length}");
    }
    // A key's last letter carries four bits that belong to no byte: they must be zero, so no two texts are one key.
    for index in 0..session_key.len() {
        let mut bytes = whole.clone().into_bytes();
        bytes[index] ^= 1;
        let Ok(flipped) = String::from_utf8(bytes) else { continue };
        browser.hold(Some(flipped));
        assert_eq!(browser.session().await, nobody, "flipped at {index}");
    }
    let swapped = format!("{}~{}", other.split('~').next().unwrap(), whole.split_once('~').unwrap().1);
    browser.hold(Some(swapped));
    assert_eq!(browser.accounts().await, Vec::<String>::new());
    for broken in [
        whole.replacen('.', "", 1),
        whole.replacen('.', "=.", 1),
        session_key.to_uppercase(),
        format!("{session_key}=="),
        format!("{session_key}A"),
        whole.replace('~', "%7E").replace('.', "%2E"),
    ] {
        browser.hold(Some(broken.clone()));
        assert_eq!(browser.session().await, nobody, "{broken}");
    }
}
