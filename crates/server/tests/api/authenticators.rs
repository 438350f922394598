//! Authenticators, against one that is not ours.

use crate::support::{Authenticator, Browser, Factor, Keyrack, PASSWORD, STEP_MS, refused};
use futures_util::future::join_all;
use keyrack_server::sweep;
use reqwest::Method;
use serde_json::{Value, json};

pub const FACTORS: &str =
    "select count(*) from users where deployment_id = $1 and second_factor_at is not null";
pub const ROWS: &str = "select count(*) from authenticators where deployment_id = $1";
pub const CONFIRM: &str = "/me/authenticator/attempt-verification";

pub async fn removes(browser: &Browser, id: &str) -> (u16, String) {
    let reply = browser.post(&format!("/me/authenticator/{id}/delete"), json!({})).await;
    if reply.status == 200 { (200, String::new()) } else { reply.refused() }
}

#[tokio::test]
async fn a_program_that_is_not_ours_reads_the_link_and_confirms_with_two_codes() {
    let server = Keyrack::start_with(|deployment| deployment.app_name = "Acme: & Söhne".to_owned()).await;
    let ada = server.signed_up("ada").await;
    let elsewhere = server.signed_in("ada").await;
    let before = (ada.session().await, elsewhere.session().await);
    let shown = ada.post("/me/authenticator", json!({})).await.ok();
    let url = url::Url::parse(shown["otp_url"].as_str().unwrap()).unwrap();
    assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
    assert_eq!(url.path(), "/Acme%20%20%26%20S%C3%B6hne:ada%40example.com");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let secret = shown["totp_secret"].as_str().unwrap().to_owned();
    // 160 bits in base 32.
    assert_eq!(secret.len(), 32);
    assert_eq!(pairs, [("secret".to_owned(), secret), ("issuer".to_owned(), "Acme  & Söhne".to_owned())]);
    // Nothing has changed yet, on any device.
    assert_eq!((ada.session().await, elsewhere.session().await), before);
    assert_eq!((server.count(FACTORS).await, server.count(ROWS).await), (0, 1));

    let authenticator = Authenticator::of(&shown);
    let confirmed = ada.confirms(&server, &authenticator).await.ok();
    assert_eq!(confirmed, json!({ "id": shown["id"], "created_at": shown["created_at"] }));
    assert_eq!(server.count(FACTORS).await, 1);
    for (browser, before) in [(&ada, &before.0), (&elsewhere, &before.1)] {
        let session = browser.session().await;
        assert!(session["revision"].as_i64() > before["revision"].as_i64(), "every device is told");
        assert_eq!(session["active_signin"]["user"]["user_authenticator"], confirmed);
        assert_eq!(session["active_signin"]["user"]["authenticators"], json!([confirmed]));
        assert!(!session.to_string().contains(&authenticator.secret), "it is shown again");
    }
}

#[tokio::test]
async fn e01_a_code_works_once_in_its_step_and_in_the_next() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (user, authenticator) = (ada.user_id().await, ada.adds_authenticator(&server).await);
    let now = || server.app.world.clock.now_ms();
    let takes = async |code: &str| server.takes(&user, Factor::Authenticator, code).await;
    // Both that confirmed it are used.
    assert!(!takes(&authenticator.code(now())).await);
    assert!(!takes(&authenticator.code(now() + STEP_MS)).await);
    server.advance(10 * STEP_MS);
    let code = authenticator.code(now());
    assert!(takes(&code).await);
    assert!(!takes(&code).await);
    server.advance(STEP_MS);
    assert!(!takes(&code).await, "the code of the step before still counts, but not this one");
    // One of the step before is void as soon as a later one was taken.
    server.advance(10 * STEP_MS);
    let (earlier, later) = (authenticator.code(now() - STEP_MS), authenticator.code(now()));
    assert!(takes(&later).await && !takes(&earlier).await);
}

#[tokio::test]
async fn e03_codes_of_the_step_before_and_after_work_and_no_others() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (user, authenticator) = (ada.user_id().await, ada.adds_authenticator(&server).await);
    for (by, works) in [(-3, false), (-2, false), (-1, true), (0, true), (1, true), (2, false), (3, false)] {
        server.advance(10 * STEP_MS);
        let code = authenticator.code(server.app.world.clock.now_ms() + by * STEP_MS);
        assert_eq!(server.takes(&user, Factor::Authenticator, &code).await, works, "{by}");
    }
    // Nothing that a client says moves the clock.
    server.advance(10 * STEP_MS);
    let code = authenticator.code(server.app.world.clock.now_ms() + 2 * STEP_MS);
    ada.proves_again().await;
    let set_up = ada.begins_authenticator().await;
    let codes = [set_up.code(0), set_up.code(STEP_MS)];
    let request = ada.request(Method::POST, CONFIRM).header("date", "Thu, 01 Jan 1970 00:00:10 GMT");
    let body = json!({ "authenticator_id": set_up.id, "codes": codes });
    assert_eq!(ada.send(request.json(&body)).await.refused(), refused(400, "INVALID_CODE"));
    assert!(!server.takes(&user, Factor::Authenticator, &code).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e01_of_two_who_send_the_same_code_at_once_one_gets_in_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let other = server.second_node().await;
    let ada = server.signed_up("ada").await;
    let (user, authenticator) = (ada.user_id().await, ada.adds_authenticator(&server).await);
    for round in 0..50 {
        server.advance(3 * STEP_MS);
        other.iter().for_each(|node| node.advance(3 * STEP_MS));
        let code = authenticator.code(server.app.world.clock.now_ms());
        let nodes = [&server, other.as_ref().unwrap_or(&server)];
        let tries = (0..4).map(|n| nodes[n % 2].takes(&user, Factor::Authenticator, &code));
        let taken = join_all(tries).await.into_iter().filter(|taken| *taken).count();
        assert_eq!(taken, 1, "round {round}");
    }
}

#[tokio::test]
async fn e12_only_the_latest_set_up_of_an_account_confirms_and_only_for_half_an_hour() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let first = ada.begins_authenticator().await;
    let second = ada.begins_authenticator().await;
    assert_ne!(first.secret, second.secret);
    let gone = refused(404, "authenticator_not_found");
    assert_eq!(ada.confirms(&server, &first).await.refused(), gone);
    // The first's codes do not fit the second.
    let codes = Authenticator { id: second.id.clone(), ..first.clone() };
    assert_eq!(ada.confirms(&server, &codes).await.refused(), refused(400, "INVALID_CODE"));
    // Somebody else's set-up is not there, and neither is one that never was.
    assert_eq!(bob.confirms(&server, &second).await.refused(), gone);
    assert_eq!(removes(&bob, &second.id).await, gone);
    for id in ["aut_x", "", "usr_01jd0000000000000000000000"] {
        let reply = ada.post(CONFIRM, json!({ "authenticator_id": id, "codes": ["123456", "123456"] })).await;
        let expected = if id.is_empty() { refused(400, "REQUIRED_FIELD") } else { gone.clone() };
        assert_eq!(reply.refused(), expected, "{id}");
    }
    // What is not confirmed is no factor: the password alone lets in.
    let session = server.browser().sign_in("ada", PASSWORD).await.ok();
    assert_eq!(session["active_signin"]["user"]["user_authenticator"], Value::Null);
    let user = ada.user_id().await;
    let code = second.code(server.app.world.clock.now_ms());
    assert!(!server.takes(&user, Factor::Authenticator, &code).await);
    // To the millisecond.
    server.advance(1_799_999);
    ada.proves_again().await;
    let wrong = json!({ "authenticator_id": second.id, "codes": ["000000", "000000"] });
    assert_eq!(ada.post(CONFIRM, wrong).await.refused(), refused(400, "INVALID_CODE"));
    server.advance(1);
    assert_eq!(ada.confirms(&server, &second).await.refused(), gone);
    assert_eq!(server.count(FACTORS).await, 0);
    // And swept.
    assert_eq!(server.count(ROWS).await, 1);
    server.advance(server.app.sites[0].config.retention.attempts_ms);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(ROWS).await, 0);
}

#[tokio::test]
async fn what_is_confirmed_is_not_swept_and_cannot_be_confirmed_again() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let authenticator = ada.adds_authenticator(&server).await;
    server.advance(STEP_MS);
    assert_eq!(
        ada.confirms(&server, &authenticator).await.refused(),
        refused(404, "authenticator_not_found")
    );
    ada.begins_authenticator().await;
    assert_eq!(server.count(ROWS).await, 2, "a new set-up leaves what is confirmed alone");
    server.advance(server.app.sites[0].config.retention.attempts_ms + 1_800_001);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!((server.count(ROWS).await, server.count(FACTORS).await), (1, 1));
}

#[tokio::test]
async fn both_codes_are_asked_for_in_every_encoding() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let set_up = ada.begins_authenticator().await;
    let now = server.app.world.clock.now_ms();
    let (one, two) = (set_up.code(now - STEP_MS), set_up.code(now));
    let required = refused(400, "CODE_REQUIRED");
    for codes in [json!([]), json!(one), json!([one]), json!([one, two, two]), Value::Null] {
        let reply = ada.post(CONFIRM, json!({ "authenticator_id": set_up.id, "codes": codes })).await;
        assert_eq!(reply.refused(), required, "{codes}");
        assert!(reply.json()["message"].as_str().unwrap().contains("twice"));
    }
    for codes in [[&two, &one], [&two, &two], [&one, &"1".to_owned()]] {
        let reply = ada.post(CONFIRM, json!({ "authenticator_id": set_up.id, "codes": codes })).await;
        assert_eq!(reply.refused(), refused(400, "INVALID_CODE"), "{codes:?}");
    }
    // As the documented client sends them, and with the space that programs show.
    let spaced = format!("{} {}", &two[..3], &two[3..]);
    let part = |name: &str, text: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let parts = [part("authenticator_id", &set_up.id), part("codes", &one), part("codes", &spaced)];
    let request =
        ada.request(Method::POST, CONFIRM).header("content-type", "multipart/form-data; boundary=b");
    ada.send(request.body(format!("{}--b--\r\n", parts.concat()))).await.ok();
}
