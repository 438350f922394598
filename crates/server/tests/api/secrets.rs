//! Secrets stay where they belong (area N): out of the log, and out of the files.

use crate::support::{
    Authenticator, Browser, Ended, Factor, Keyrack, MASTER_KEY, PASSWORD, Running, forever, sign_up_form,
    tables,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyrack_server::world::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What must be nowhere, each with a name.
#[derive(Default)]
pub struct Canaries(Vec<(&'static str, String)>);

impl Canaries {
    pub fn add(&mut self, name: &'static str, secret: &str) {
        self.0.push((name, secret.to_owned()));
    }

    /// Sixteen or more bytes that travel as base64url: in every form that a careless line could show them in.
    fn add_bytes(&mut self, name: &'static str, encoded: &str) {
        let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let listed = format!("{bytes:?}");
        let forms =
            [encoded, STANDARD.encode(&bytes).trim_end_matches('='), &hex, &listed[1..listed.len() - 1]]
                .map(str::to_owned);
        self.0.extend(forms.map(|form| (name, form)));
    }

    /// What an authenticator shares with the server, and codes that were written down.
    fn add_factors(&mut self, authenticator: &Authenticator, codes: &[String]) {
        self.add("the secret of an authenticator", &authenticator.secret);
        let bytes = totp_rs::Secret::try_from_base32(&authenticator.secret).unwrap();
        self.add_bytes("the secret of an authenticator", &URL_SAFE_NO_PAD.encode(bytes.as_bytes()));
        for code in codes {
            self.add("a backup code", code);
            self.add("a backup code", &code.replace('-', ""));
        }
    }

    /// Every secret in the browser's credential.
    fn add_rack(&mut self, browser: &Browser) {
        for key in browser.credential().unwrap().split('~') {
            self.add_bytes("a key of the rack", key.split_once('.').unwrap().1);
        }
    }

    /// The first one that stands in `text`; a code only as a number of its own.
    pub fn found_in(&self, text: &[u8]) -> Option<&'static str> {
        let stands = |secret: &str| {
            let secret = secret.as_bytes();
            let alone = |at: usize| {
                let around = [at.checked_sub(1), Some(at + secret.len())];
                around
                    .iter()
                    .flatten()
                    .all(|at| text.get(*at).is_none_or(|byte| !byte.is_ascii_alphanumeric()))
            };
            let mut places = text.windows(secret.len()).enumerate().filter(|(_, window)| *window == secret);
            places.any(|(at, _)| secret.len() > 6 || alone(at))
        };
        self.0.iter().find(|(_, secret)| stands(secret)).map(|(name, _)| *name)
    }
}

/// Somebody is invited, and everybody tries the token.
async fn is_invited(server: &Running, browser: &Browser, canaries: &mut Canaries) {
    let acme = browser.founds("Acme").await;
    browser.invites(&acme, "guest", json!({})).await;
    let outbox = browser.get("/dev/outbox?to=guest@example.com").await.json();
    let link = outbox["messages"][0]["link"].as_str().unwrap().to_owned();
    let (_, token) = link.split_once("?token=").unwrap();
    canaries.add("the token of an invitation", &token[30..]);
    for who in [browser, &server.browser()] {
        who.validates(token).await;
        who.get(&format!("/deployment/invitations/validate?token={token}")).await.ok();
        who.accepts(token).await;
        who.post("/auth/signup", json!({ "email": "x", "invite_token": token })).await.refused();
    }
}

/// An authenticator is set up, backup codes are made, and what is wrong is refused.
async fn has_factors(server: &Running, canaries: &mut Canaries) {
    let browser = server.signed_up("fay").await;
    let set_up = browser.begins_authenticator().await;
    let path = "/me/authenticator/attempt-verification";
    let wrong = json!({ "authenticator_id": set_up.id, "codes": [set_up.secret, set_up.secret] });
    browser.post(path, wrong).await.refused();
    browser.post(path, set_up.two_codes(Clock::real().now_ms())).await.ok();
    let codes = browser.makes_backup_codes().await;
    browser.post("/me/authenticator/attempt-verification", json!({ "codes": codes })).await.refused();
    canaries.add_factors(&set_up, &codes);
}

/// Every way in which a person's secrets reach the server; what they were.
async fn lives_through_everything(server: &Running) -> Canaries {
    let mut canaries = Canaries::default();
    canaries.add_bytes("the master key", MASTER_KEY);
    canaries.add("the password", PASSWORD);
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("ada").await;
    canaries.add("the code", &code);
    canaries.add_rack(&browser);
    browser.enters_code(&attempt, &code).await.ok();
    assert_eq!(browser.enters_code(&attempt, &code).await.status, 400);
    canaries.add_rack(&browser);
    is_invited(server, &browser, &mut canaries).await;
    has_factors(server, &mut canaries).await;
    mints_and_fails(&browser, &mut canaries).await;
    let other = server.browser();
    other.sign_in("ada", PASSWORD).await.ok();
    canaries.add_rack(&other);
    other.post("/session/sign-out", json!({})).await.ok();
    browser.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(browser.get("/session/token").await.status, 401);
    canaries
}

/// A token, an older client's query, wrong passwords, and bodies that cannot be read.
async fn mints_and_fails(browser: &Browser, canaries: &mut Canaries) {
    let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    canaries.add("the token", token.rsplit('.').next().unwrap());
    let private = browser.request(Method::GET, "/api/private").bearer_auth(&token);
    assert_eq!(browser.send(private).await.status, 200);
    let query = format!("/session?__dev_session__={}", browser.credential().unwrap());
    assert_eq!(browser.get(&query).await.status, 200);

    canaries.add("a wrong password", "canary-wrong");
    assert_eq!(browser.sign_in("ada", "canary-wrong").await.status, 401);
    assert_eq!(browser.sign_in("nobody", "canary-wrong").await.status, 401);
    let mut form = sign_up_form("bob");
    form["password"] = json!(format!("canary-wrong{}", "x".repeat(600)));
    assert_eq!(browser.post("/auth/signup", form).await.status, 400);
    let form = "--b\r\ncontent-disposition: form-data; name=\"password\"\r\n\r\ncanary-wrong\r\n";
    for (kind, body) in [
        ("application/json", "{\"password\":\"canary-wrong\""),
        ("application/x-www-form-urlencoded", "email=ada%40example.com&password=canary-wrong"),
        ("multipart/form-data; boundary=b", form),
        ("text/plain", "canary-wrong"),
    ] {
        let request = browser.request(Method::POST, "/auth/signin").header("content-type", kind).body(body);
        assert!(browser.send(request).await.status >= 400);
    }
    let stranger = browser.copied();
    stranger.hold(Some(format!("ses_canary-wrong.{}", browser.credential().unwrap())));
    assert_eq!(stranger.get("/session").await.ok()["id"], "");
}

#[tokio::test]
async fn n01_no_secret_is_said_or_logged_even_when_everything_is_logged() {
    let server = Running::dev("trace");
    let canaries = lives_through_everything(&server).await;
    let ended = server.stop();
    assert_eq!(ended.code, Some(0));
    let requests = ended.err.iter().filter(|line| line.contains("/auth/signin")).count();
    assert!(requests >= 7, "the log does not say what happened: {} lines", ended.err.len());
    in_the_log(&canaries, &ended);
}

/// That none of them stands in what a process has said.
#[track_caller]
pub fn in_the_log(canaries: &Canaries, ended: &Ended) {
    for line in ended.out.iter().chain(&ended.err) {
        // The microseconds of a time could look like a code.
        let mut shown: Value = serde_json::from_str(line).unwrap_or_else(|_| json!({ "said": line }));
        shown["timestamp"].take();
        assert_eq!(canaries.found_in(shown.to_string().as_bytes()), None, "{line}");
    }
}

/// Every byte that is at rest: the files of the data folder, and what PostgreSQL keeps of the deployment.
pub async fn at_rest(server: &Keyrack) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(&server.app.config.data_dir).unwrap() {
        let path = entry.unwrap().path();
        only_the_owners(&path);
        bytes.extend(fs::read(path).unwrap());
    }
    if server.app.db.is_shared() {
        for table in tables() {
            let rows = forever(format!("select t::text from {table} t where deployment_id = $1"));
            let deployment = server.app.sites[0].config.id.clone();
            let found = server.app.db.read(move |on| on.query(rows, keyrack_server::params![&deployment]));
            for row in found.await.unwrap() {
                bytes.extend(row.cells().text().unwrap().into_bytes());
            }
        }
    }
    bytes
}

#[track_caller]
fn only_the_owners(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
}

#[tokio::test]
async fn n04_no_secret_is_at_rest_neither_before_nor_after_it_was_used() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let mut canaries = Canaries::default();
    canaries.add("the password", PASSWORD);
    canaries.add_bytes("the master key", MASTER_KEY);
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let unsent = at_rest(&server).await;
    let code = server.code("ada").await;
    let unused = at_rest(&server).await;
    canaries.add("the code", &code);
    canaries.add_rack(&browser);
    browser.enters_code(&attempt, &code).await.ok();
    browser.sign_in("ada", "canary-wrong").await.refused();
    canaries.add("a wrong password", "canary-wrong");
    canaries.add_rack(&browser);
    let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    canaries.add("the token", token.rsplit('.').next().unwrap());
    let authenticator = browser.adds_authenticator(&server).await;
    browser.begins_authenticator().await;
    let codes = browser.makes_backup_codes().await;
    assert!(server.takes(&browser.user_id().await, Factor::BackupCode, &codes[0]).await);
    canaries.add_factors(&authenticator, &codes);
    let waiting = crate::device::begins(&server).await;
    canaries.add("what a program asks with", waiting.device_code.split_once('.').unwrap().1);
    canaries.add("the code of a program", &waiting.user_code);
    canaries.add("the code of a program, as it is kept", &waiting.user_code.replace('-', ""));
    let handed = crate::handover::hands_over(&browser, "http://127.0.0.1:5/x").await.ok();
    canaries.add("a ticket", &handed["ticket"].as_str().unwrap()[30..]);
    let backend = server.vouching().await;
    let user = browser.user_id().await;
    let [open, used] = [backend.ticket_for(&user).await, backend.ticket_for(&user).await];
    server.browser().exchanges(&used).await.ok();
    for ticket in [&open, &used] {
        canaries.add("a ticket", ticket);
        canaries.add("the secret of a ticket", &ticket[30..]);
    }

    for (when, bytes) in [("unsent", unsent), ("unused", unused), ("used", at_rest(&server).await)] {
        assert_eq!(canaries.found_in(&bytes), None, "{when}");
        // What may be found is: otherwise this test would look in the wrong place.
        let mut allowed = Canaries::default();
        allowed.add("the address", "ada@example.com");
        allowed.add("the hash", "$argon2id$");
        assert_eq!(allowed.found_in(&bytes), Some("the address"), "{when}");
        allowed.0.remove(0);
        assert_eq!(allowed.found_in(&bytes), Some("the hash"), "{when}");
    }
}

#[tokio::test]
async fn n04_what_a_browser_brings_back_to_a_server_is_at_rest_as_a_hash_only() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let code = crate::handshake::code(&server, &browser, &server.base).await;
    let mut canaries = Canaries::default();
    canaries.add("the code of a handshake", code.split_once('.').unwrap().1);
    let bytes = at_rest(&server).await;
    assert_eq!(canaries.found_in(&bytes), None);
    let mut kept = Canaries::default();
    kept.add("the handshake", code.split_once('.').unwrap().0);
    assert_eq!(kept.found_in(&bytes), Some("the handshake"));
}
