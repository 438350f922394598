//! Attacks on a session's life (area A): foreign ids, replayed credentials, time, caches.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, claims, code_form, sign_in_form, sign_up_form};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

fn not_found() -> (u16, String) {
    (404, "sign_in_not_found".to_owned())
}

fn signed_out() -> (u16, String) {
    (401, "signed_out".to_owned())
}

/// The sign-in that a browser's token speaks for, which must be the one that it is shown.
async fn mints_for(browser: &Browser) -> String {
    let token = browser.get("/session/token").await.ok();
    let active = &browser.session().await["active_signin"];
    let claims = claims(token["token"].as_str().unwrap());
    assert_eq!((&claims["signin_id"], &claims["sub"]), (&active["id"], &active["user_id"]));
    active["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a07_a_sign_in_of_another_session_cannot_be_switched_to() {
    let server = Keyrack::start().await;
    let victim = server.signed_up("victim").await;
    let attacker = server.signed_up("attacker").await;
    let own = attacker.sign_in_of("attacker").await;
    let before = attacker.session().await;
    let switch = async |id: &str| attacker.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await;

    let foreign = switch(&victim.sign_in_of("victim").await).await;
    let unknown = switch("sin_00000000000000000000000000").await;
    assert_eq!(foreign.refused(), not_found());
    assert_eq!((foreign.text, foreign.status), (unknown.text, unknown.status));
    assert_eq!(attacker.session().await, before);
    assert_eq!(mints_for(&attacker).await, own);
}

#[tokio::test]
async fn a08_a_foreign_sign_in_and_ones_own_on_another_device_cannot_be_signed_out_by_their_ids() {
    let server = Keyrack::start().await;
    let victim = server.signed_up("victim").await;
    let attacker = server.signed_up("attacker").await;
    let device = server.signed_in("attacker").await;
    for target in [victim.sign_in_of("victim").await, device.sign_in_of("attacker").await] {
        let session = victim.session().await["id"].clone();
        for body in [
            json!({ "sign_in_id": target }),
            json!({ "sign_in_id": target, "session_id": session }),
            json!({ "sign_in_id": session }),
        ] {
            assert_eq!(attacker.post("/session/sign-out", body).await.refused(), not_found());
        }
    }
    attacker.post("/session/sign-out", json!({})).await.ok();
    mints_for(&victim).await;
    mints_for(&device).await;
}

#[tokio::test]
async fn a13_a_signed_out_account_is_never_minted_for_and_the_token_is_for_whom_the_session_shows() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    browser.signs_up(&server, "cyd").await;
    let (ada, bob) = (browser.sign_in_of("ada").await, browser.sign_in_of("bob").await);
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": bob })).await.ok();
    assert_eq!(mints_for(&browser).await, bob);
    let old_tab = browser.copied();

    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    for tab in [&browser, &old_tab] {
        assert_eq!(tab.accounts().await, ["ada", "cyd*"]);
        assert_ne!(mints_for(tab).await, bob);
        let back = tab.post("/session/switch-sign-in", json!({ "sign_in_id": bob })).await;
        assert_eq!(back.refused(), not_found());
    }
    browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(browser.accounts().await, ["cyd*"]);
    mints_for(&old_tab).await;
}

#[tokio::test]
async fn a14_after_a_sign_out_of_all_nothing_that_the_browser_held_works_and_other_browsers_go_on() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let other = server.signed_in("ada").await;
    let attempt = browser.begins_sign_up("bob").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("bob").await;
    let ada = browser.sign_in_of("ada").await;
    let thief = browser.copied();

    let answer = browser.post("/session/sign-out", json!({})).await;
    assert_eq!((answer.ok()["id"].as_str(), browser.credential()), (Some(""), None));
    let session = thief.session().await;
    assert_eq!((&session["id"], &session["end_reason"]), (&json!(""), &json!("signed_out")));
    assert_eq!(thief.get("/session/token").await.refused(), signed_out());
    assert_eq!(thief.get("/me").await.refused(), signed_out());
    let finished = thief.post("/auth/attempt-verification", code_form(&attempt, &code)).await;
    assert_eq!(finished.refused(), (400, "BAD_SIGN_IN_ATTEMPT".to_owned()));
    assert_eq!(thief.asks_for_code(&attempt).await.refused().0, 400);
    let back = thief.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await;
    assert_eq!(back.refused(), not_found());
    thief.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 1);
    mints_for(&other).await;
}

#[tokio::test]
async fn a16_a_sign_in_ends_a_week_after_its_last_activity_and_looking_on_is_none() {
    let server = Keyrack::start().await;
    let (used, watched) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let poll = async |browser: &Browser| browser.get("/session?poll=1").await.ok();
    server.advance(7 * DAY - 1);
    assert_eq!(poll(&watched).await["active_signin"]["user"]["first_name"], "bob");
    mints_for(&used).await;
    server.advance(1);
    let ended = poll(&watched).await;
    assert_eq!((&ended["active_signin"], &ended["end_reason"]), (&json!(null), &json!("idle")));
    assert_eq!(watched.get("/session/token").await.refused(), signed_out());
    assert_eq!(watched.get("/me").await.refused(), signed_out());
    // The one that was used a millisecond before its end lives for another week, and no longer.
    server.advance(7 * DAY - 2);
    assert_eq!(poll(&used).await["active_signin"]["user"]["first_name"], "ada");
    server.advance(1);
    assert_eq!(used.get("/session/token").await.refused(), signed_out());
}

#[tokio::test]
async fn a16_no_activity_carries_a_sign_in_beyond_its_longest_life() {
    const HOUR: i64 = 3_600_000;
    let server = Keyrack::start_with(|deployment| {
        deployment.lifetimes.sign_in_max_age_ms = 10 * HOUR;
        deployment.lifetimes.sign_in_idle_ms = 2 * HOUR;
    });
    let server = server.await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    for _ in 0..9 {
        server.advance(HOUR);
        assert_eq!(mints_for(&browser).await, ada);
    }
    // A younger account in the same session: the session goes on, and can tell why the older one ended.
    browser.signs_up(&server, "bob").await;
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    server.advance(HOUR - 5_000);
    let last = browser.get("/session/token").await.ok();
    assert_eq!(last["lifetime_ms"], 5_000, "a token does not outlive its sign-in");
    server.advance(5_000);
    assert_ne!(mints_for(&browser).await, ada);
    assert_eq!(browser.session().await["end_reason"], "max_age");
    assert_eq!(browser.accounts().await, ["bob*"]);
}

#[tokio::test]
async fn a16_switching_and_signing_another_account_out_are_activity_too() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    let bob = browser.signs_up(&server, "bob").await["active_signin"]["id"].clone();
    let polls = async || {
        let session = browser.get("/session?poll=1").await.ok();
        session["signins"].as_array().unwrap().len()
    };
    server.advance(7 * DAY - 1);
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": bob })).await.ok();
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    server.advance(7 * DAY - 1);
    assert_eq!(polls().await, 2);
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    server.advance(7 * DAY - 1);
    assert_eq!(polls().await, 1);
    // Only the calls that have an effect, or ask for one that is there already.
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.refused(), not_found());
    server.advance(7 * DAY);
    assert_eq!(browser.session().await["end_reason"], "idle");
}

#[tokio::test]
async fn a19_the_next_person_at_a_browser_finds_nothing_of_the_one_before() {
    let server = Keyrack::start().await;
    server.signed_up("bob").await;
    let browser = server.signed_up("ada").await;
    browser.begins_sign_up("adas-other-account").await;
    let before = browser.session().await;
    let ids =
        ["id", "active_signin/id", "active_signin/user_id", "signup_attempts/0/id", "signup_attempts/1/id"];
    let ids = ids.map(|path| before.pointer(&format!("/{path}")).unwrap().as_str().unwrap().to_owned());
    browser.post("/session/sign-out", json!({})).await.ok();

    // In staging the dead credential is still sent: what comes next must not be put into its session.
    assert!(browser.credential().is_some());
    browser.also_signs_in("bob").await;
    let seen = [browser.get("/session").await.text, browser.get("/me").await.text].concat();
    let token = browser.get("/session/token").await.ok();
    let seen = seen + &claims(token["token"].as_str().unwrap()).to_string() + &browser.credential().unwrap();
    assert!(seen.contains("bob@example.com"));
    for trace in ids.iter().map(String::as_str).chain(["ada@", "\"ada\""]) {
        assert!(!seen.contains(trace), "{trace} in {seen}");
    }
}

/// One answer of every kind, each with a name.
async fn answers(server: &Keyrack) -> Vec<(&'static str, Reply)> {
    let browser = server.browser();
    let mut answers = vec![("nobody's session", browser.get("/session").await)];
    let begun = browser.post("/auth/signup", sign_up_form("ada")).await;
    let attempt = begun.ok()["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    answers.push(("sign-up", begun));
    answers.push(("prepare", browser.asks_for_code(&attempt).await));
    answers.push(("wrong code", browser.enters_code(&attempt, "x").await));
    answers.push(("verify", browser.enters_code(&attempt, &server.code("ada").await).await));
    answers.push(("session", browser.get("/session").await));
    answers.push(("token", browser.get("/session/token").await));
    answers.push(("me", browser.get("/me").await));
    answers.push(("wrong password", browser.post("/auth/signin", sign_in_form("ada", "wrong one")).await));
    answers.push(("nowhere", browser.get("/session/nowhere").await));
    answers.push(("deployment", browser.get("/deployment").await));
    let id = json!({ "sign_in_id": browser.sign_in_of("ada").await });
    answers.push(("switch", browser.post("/session/switch-sign-in", id.clone()).await));
    answers.push(("sign-out of one", browser.post("/session/sign-out", id).await));
    answers.push(("sign-in", browser.sign_in("ada", PASSWORD).await));
    answers.push(("sign-out of all", browser.post("/session/sign-out", json!({})).await));
    answers.push(("signed out", browser.get("/session/token").await));
    answers
}

#[tokio::test]
async fn a20_no_cache_may_keep_an_answer_or_give_it_to_somebody_else() {
    for server in [Keyrack::start().await, Keyrack::production().await] {
        for (name, answer) in answers(&server).await {
            assert_eq!(answer.header("cache-control"), Some("private, no-store"), "{name}");
            let vary = answer.header("vary").unwrap_or_default();
            for header in ["cookie", "origin", "x-development-session"] {
                assert!(vary.contains(header), "{name}: {vary}");
            }
        }
        let keys = server.browser().get("/.well-known/jwks.json").await;
        assert_eq!(keys.header("cache-control"), Some("public, max-age=300"));
        let parts: Vec<_> = keys.json()["keys"][0].as_object().unwrap().keys().cloned().collect();
        assert_eq!(parts, ["alg", "crv", "kid", "kty", "use", "x", "y"], "public halves only");
        assert_eq!(keys.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn a20_a_known_etag_is_answered_for_the_same_rack_only() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let earlier = browser.copied();
    browser.signs_up(&server, "bob").await;
    let tag = browser.get("/session").await.header("etag").unwrap().to_owned();
    let asks = async |who: &Browser| {
        who.send(who.request(reqwest::Method::GET, "/session").header("if-none-match", &tag)).await
    };
    assert_eq!((asks(&browser).await.status, asks(&browser).await.text), (304, String::new()));
    let seen: Value = asks(&earlier).await.ok();
    assert_eq!(seen["signins"].as_array().unwrap().len(), 1);
}
