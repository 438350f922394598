//! A program is signed in by a code that somebody types who is.

use crate::native::program;
use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::{Value, json};

const HEADER: &str = "x-keyrack-session";

/// A program that waits.
pub struct Waiting {
    pub device_code: String,
    pub user_code: String,
    pub said: Value,
}

/// What a program is answered that posts this.
pub async fn posts(server: &Keyrack, path: &str, body: Value) -> Reply {
    let request = program(server, Method::POST, path, "").header("user-agent", "keyrack/1.0 (Linux)");
    Reply::read(request.json(&body).send().await.unwrap()).await
}

/// Has a program ask to be signed in.
pub async fn begins(server: &Keyrack) -> Waiting {
    let said = posts(server, "/device/begin", json!({ "program": "keyrack" })).await.ok();
    let text = |name: &str| said[name].as_str().unwrap().to_owned();
    Waiting { device_code: text("device_code"), user_code: text("user_code"), said }
}

pub async fn polls(server: &Keyrack, device_code: &str) -> Reply {
    posts(server, "/device/poll", json!({ "device_code": device_code })).await
}

pub async fn types(browser: &Browser, path: &str, user_code: &str) -> Reply {
    browser.post(path, json!({ "user_code": user_code })).await
}

/// A session that a program was handed, as its credential opens it.
pub async fn session_of(server: &Keyrack, rack: &str) -> Value {
    Reply::read(program(server, Method::GET, "/session", rack).send().await.unwrap()).await.ok()
}

#[tokio::test]
async fn a_program_is_signed_in_when_somebody_types_its_code_and_says_yes() {
    for mode in [Mode::Production, Mode::Staging] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        let ada = server.signed_up("ada").await;
        let waiting = begins(&server).await;
        let of = |name: &str| waiting.said[name].clone();
        assert_eq!((of("expires_in"), of("interval")), (json!(600), json!(5)));
        assert_eq!(of("verification_uri"), json!(format!("{}/device", server.base)));
        let pending = polls(&server, &waiting.device_code).await;
        assert_eq!(pending.refused(), (400, "authorization_pending".to_owned()));
        // Looking decides nothing.
        let seen = types(&ada, "/device/look", &waiting.user_code.to_lowercase()).await.ok();
        assert_eq!((&seen["program"], &seen["ip_address"]), (&json!("keyrack"), &json!("127.0.0.1")));
        assert_eq!((&seen["same_address"], &seen["device"]), (&json!(true), &json!("Linux")));
        server.advance(5_000);
        assert_eq!(polls(&server, &waiting.device_code).await.refused().1, "authorization_pending");

        let yes = types(&ada, "/device/confirm", &waiting.user_code).await.ok();
        assert_eq!(yes, json!({ "confirmed": true, "program": "keyrack" }));
        server.advance(5_000);
        let handed = polls(&server, &waiting.device_code).await;
        let rack = handed.header(HEADER).unwrap().to_owned();
        assert_eq!((handed.headers.get("set-cookie"), handed.text.contains(&rack)), (None, false));
        let session = handed.ok();
        assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
        // A session of its own: nothing of the browser's credential opens it, and the other way round.
        assert_ne!(session["id"], ada.session().await["id"]);
        assert_eq!(session_of(&server, &rack).await["id"], session["id"]);
        let token = program(&server, Method::GET, "/session/token", &rack).send().await.unwrap();
        assert_eq!(token.status(), 200);
    }
}

#[tokio::test]
async fn the_program_stands_in_the_list_of_sign_ins_and_is_signed_out_from_there() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let waiting = begins(&server).await;
    types(&ada, "/device/confirm", &waiting.user_code).await.ok();
    let rack = polls(&server, &waiting.device_code).await.header(HEADER).unwrap().to_owned();
    let all = ada.get("/me/signins").await.ok();
    let its = all.as_array().unwrap().iter().find(|it| it["browser"] == "keyrack");
    let its = its.unwrap_or_else(|| panic!("{all:#}"));
    assert_eq!(its["device"], "Linux");
    ada.post(&format!("/me/signins/{}/signout", its["id"].as_str().unwrap()), json!({})).await.ok();
    let ended = session_of(&server, &rack).await;
    assert_eq!(
        (&ended["active_signin"], &ended["end_reason"]),
        (&Value::Null, &json!("signed_out_elsewhere"))
    );
    let token = program(&server, Method::GET, "/session/token", &rack).send().await.unwrap();
    assert_eq!(token.status(), 401);
}

#[tokio::test]
async fn whoever_says_no_keeps_the_program_out_for_good() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let waiting = begins(&server).await;
    let no = types(&ada, "/device/deny", &waiting.user_code).await.ok();
    assert_eq!(no, json!({ "confirmed": false, "program": "keyrack" }));
    for path in ["/device/look", "/device/confirm", "/device/deny"] {
        let reply = types(&ada, path, &waiting.user_code).await;
        assert_eq!(reply.refused(), (404, "device_code_not_found".to_owned()), "{path}");
    }
    assert_eq!(polls(&server, &waiting.device_code).await.refused(), (403, "access_denied".to_owned()));
}

#[tokio::test]
async fn who_asks_too_early_waits_longer_and_is_let_in_after_that() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let waiting = begins(&server).await;
    polls(&server, &waiting.device_code).await;
    types(&ada, "/device/confirm", &waiting.user_code).await.ok();
    server.advance(1_000);
    assert_eq!(polls(&server, &waiting.device_code).await.refused(), (400, "slow_down".to_owned()));
    server.advance(5_000);
    assert_eq!(polls(&server, &waiting.device_code).await.refused().1, "slow_down");
    server.advance(15_000);
    polls(&server, &waiting.device_code).await.ok();
}

#[tokio::test]
async fn a_code_is_over_after_ten_minutes_for_both_sides() {
    const LIFE: i64 = 600_000;
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (first, second) = (begins(&server).await, begins(&server).await);
    server.advance(LIFE - 1);
    types(&ada, "/device/confirm", &first.user_code).await.ok();
    polls(&server, &first.device_code).await.ok();
    let third = begins(&server).await;
    server.advance(1);
    assert_eq!(types(&ada, "/device/confirm", &second.user_code).await.refused().1, "device_code_not_found");
    assert_eq!(polls(&server, &second.device_code).await.refused(), (400, "expired_token".to_owned()));
    // What was confirmed in time and is asked for too late is over, too.
    types(&ada, "/device/confirm", &third.user_code).await.ok();
    server.advance(LIFE - 1);
    assert_eq!(polls(&server, &third.device_code).await.refused().1, "expired_token");
}

#[tokio::test]
async fn a_program_that_has_a_session_gets_one_more_account_in_it() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let first = begins(&server).await;
    types(&ada, "/device/confirm", &first.user_code).await.ok();
    let rack = polls(&server, &first.device_code).await.header(HEADER).unwrap().to_owned();
    for (who, expected) in [(&ada, Err("USER_ALREADY_SIGNED_IN")), (&bob, Ok(2))] {
        let waiting = begins(&server).await;
        types(who, "/device/confirm", &waiting.user_code).await.ok();
        let request = program(&server, Method::POST, "/device/poll", &rack);
        let request = request.json(&json!({ "device_code": waiting.device_code }));
        let reply = Reply::read(request.send().await.unwrap()).await;
        match expected {
            Ok(count) => assert_eq!(reply.ok()["signins"].as_array().unwrap().len(), count),
            Err(code) => assert_eq!(reply.refused().1, code),
        }
    }
}

#[tokio::test]
async fn where_programs_are_not_allowed_none_waits_and_nobody_decides() {
    let server = Keyrack::start_with(|deployment| deployment.native_programs = false).await;
    let ada = server.signed_up("ada").await;
    let refused = (403, "programs_not_allowed".to_owned());
    assert_eq!(posts(&server, "/device/begin", json!({ "program": "x" })).await.refused(), refused);
    assert_eq!(polls(&server, "x").await.refused(), refused);
    for path in ["/device/look", "/device/confirm", "/device/deny"] {
        assert_eq!(types(&ada, path, "BCDF-GHJK").await.refused(), refused, "{path}");
    }
    // And who does not say that it is a program is none.
    let allowing = Keyrack::start().await;
    for (path, body) in
        [("/device/begin", json!({ "program": "x" })), ("/device/poll", json!({ "device_code": "x" }))]
    {
        assert_eq!(allowing.browser().post(path, body).await.refused(), refused, "{path}");
    }
    assert_eq!(
        posts(&allowing, "/device/begin", json!({ "program": " \u{200b} " })).await.refused().1,
        "REQUIRED_FIELD"
    );
}

#[tokio::test]
async fn what_is_over_is_swept_and_what_a_user_decided_goes_with_the_account() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (decided, _left) = (begins(&server).await, begins(&server).await);
    types(&ada, "/device/confirm", &decided.user_code).await.ok();
    let count = "select count(*) from device_requests where deployment_id = $1";
    assert_eq!(server.count(count).await, 2);
    ada.post("/me/account/delete", json!({ "password": PASSWORD })).await.ok();
    server.advance(server.app.sites[0].config.retention.codes_ms + 600_001);
    keyrack_server::sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(count).await, 0);
}
