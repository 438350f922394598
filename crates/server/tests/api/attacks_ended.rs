//! Accounts that were disabled or deleted (J13): everything that lets somebody in was made ready before, and lets nobody in
//! after; and what had been let in is nobody on every path.

use crate::device;
use crate::recovery::token_of;
use crate::support::authenticator::HONEST;
use crate::support::{Browser, Keyrack, Operator, PASSWORD, sign_in_form, typed_form};
use keyrack_server::app;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const MINUTE: i64 = 60_000;

/// What hands out a credential and is not tried here, and why that is no gap.
const NOT_TRIED: &[(&str, &str)] = &[
    ("signUp", "begins as nobody"),
    ("beginPasskeySignIn", "begins as nobody"),
    ("completeProfile", "waits for what the two steps before it let through"),
    ("signOut", "takes a credential back"),
    ("exchangeHandshake", "b05_a_handshakes_code_is_over_after_a_minute_and_with_the_sign_in"),
    // With the credential of before, on every path: the second test.
    ("deleteAccount", "cookie"),
    ("confirmMyAuthenticator", "cookie"),
    ("finishPasskey", "cookie"),
    ("removePassword", "cookie"),
    ("signOutOthers", "cookie"),
    ("signOutElsewhere", "cookie"),
    ("updatePassword", "cookie"),
    ("reauthenticate", "cookie"),
];

/// A request that lets somebody in, made ready while it would have.
struct Ready {
    operation: &'static str,
    browser: Browser,
    method: Method,
    path: String,
    body: Value,
}

impl Ready {
    fn post(operation: &'static str, browser: Browser, path: &str, body: Value) -> Self {
        Self { operation, browser, method: Method::POST, path: path.to_owned(), body }
    }

    fn get(operation: &'static str, browser: Browser, path: String) -> Self {
        Self { operation, browser, method: Method::GET, path, body: Value::Null }
    }

    async fn tried(&self, server: &Keyrack) -> u16 {
        // No browser does that.
        if self.operation == "pollDevice" {
            return device::polls(server, self.body["device_code"].as_str().unwrap()).await.status;
        }
        let request = self.browser.request(self.method.clone(), &self.path).header("sec-fetch-mode", "cors");
        let request = if self.body.is_null() { request } else { request.json(&self.body) };
        self.browser.send(request).await.status
    }
}

async fn server() -> Keyrack {
    Keyrack::start_with(|deployment| {
        crate::support::named(deployment);
        deployment.max_sessions_per_account = 50;
    })
    .await
}

/// The attempt and the token of the link that is mailed to a new browser of somebody.
async fn linked(server: &Keyrack, name: &str) -> (Browser, String, String) {
    let browser = server.browser();
    let attempt = browser.begins_by_mail("magic_link", name).await;
    browser.asks_to_sign_in(&attempt, "magic_link").await.ok();
    let link = server.mails(name).await.pop().unwrap().mail.link.unwrap();
    let query: BTreeMap<String, String> =
        url::Url::parse(&link).unwrap().query_pairs().into_owned().collect();
    server.advance(MINUTE);
    (browser, attempt, query["token"].clone())
}

/// Everything that lets `name` in, ready to be sent.
async fn ready(server: &Keyrack, name: &str) -> Vec<Ready> {
    let inside = server.signed_up(name).await;
    inside.proves_again().await;
    let mut device = server.device();
    inside.makes_passkey(&mut device).await;
    server.advance(MINUTE);
    let (user, backend) = (inside.user_id().await, server.vouching().await);
    let mut all = Vec::new();
    let (browser, attempt, token) = linked(server, name).await;
    let form = json!({ "attempt": attempt, "token": token });
    all.push(Ready::post("confirmMagicLink", browser, "/auth/verify-magic-link", form));
    let (browser, attempt, token) = linked(server, name).await;
    let path = format!("/auth/verify-magic-link?token={token}&attempt={attempt}");
    all.push(Ready::get("verifyMagicLink", browser, path));
    let reset = json!({ "token": token_of(server, name).await, "password": "another good phrase" });
    server.advance(MINUTE);
    let by_code = server.browser();
    let attempt = by_code.begins_by_mail("email_otp", name).await;
    by_code.asks_to_sign_in(&attempt, "email_otp").await.ok();
    let typed = typed_form(&attempt, &server.code(name).await);
    all.push(Ready::post("attemptVerification", by_code, "/auth/attempt-verification", typed));
    let by_passkey = server.browser();
    let options = by_passkey.begins_with_passkey().await;
    let signed = device.get(&options, &HONEST);
    all.push(Ready::post("finishPasskeySignIn", by_passkey, "/auth/passkey/login/finish", signed));
    let waiting = device::begins(server).await;
    device::types(&inside, "/device/confirm", &waiting.user_code).await.ok();
    let asks = json!({ "device_code": waiting.device_code });
    all.push(Ready::post("pollDevice", server.browser(), "/device/poll", asks));
    all.push(Ready::post("signIn", server.browser(), "/auth/signin", sign_in_form(name, PASSWORD)));
    let exchange = "/session/ticket/exchange";
    for ticket in [
        backend.ticket_for(&user).await,
        backend.ticket(json!({ "kind": "handover", "sign_in_id": inside.sign_in_id().await })).await,
    ] {
        all.push(Ready::post("exchangeTicket", server.browser(), exchange, json!({ "ticket": ticket })));
    }
    let ticket = backend.ticket_for(&user).await;
    all.push(Ready::get("exchangeTicketByGet", server.browser(), format!("{exchange}?ticket={ticket}")));
    all.push(Ready::get("getToken", inside.copied(), "/session/token".to_owned()));
    // Last, because it ends all others.
    all.push(Ready::post("resetPassword", server.browser(), "/auth/reset-password", reset));
    all
}

/// How many sign-ins live of accounts that may not act.
const OF_NOBODY: &str = "select count(*) from sign_ins s join users u on u.id = s.user_id
     where u.deployment_id = $1 and s.ended_at is null and (u.disabled_at is not null or u.deleted_at is not null)";

#[tokio::test]
async fn j13_whatever_was_made_ready_before_lets_nobody_in_who_is_disabled_or_deleted() {
    let server = server().await;
    // It would have: otherwise nothing is tried here.
    for it in ready(&server, "eve").await {
        assert_eq!(it.tried(&server).await, 200, "{}", it.operation);
    }
    let operator = Operator(&server);
    let disabled = ready(&server, "ada").await;
    operator.post("/users/ada@example.com/disable").await.ok();
    let deleted = ready(&server, "bob").await;
    operator.ask(Method::DELETE, "/users/bob@example.com", json!({})).await.ok();
    for it in disabled.iter().chain(&deleted) {
        let status = it.tried(&server).await;
        assert!((400..500).contains(&status), "{}: {status}", it.operation);
        assert_eq!(server.count(OF_NOBODY).await, 0, "{}", it.operation);
        assert_eq!(it.browser.get("/session/token").await.status, 401, "{}", it.operation);
    }
    // Enabled again, what had been handed out before stays worth nothing.
    operator.post("/users/ada@example.com/enable").await.ok();
    let handed = ["getToken", "pollDevice", "exchangeTicket", "exchangeTicketByGet", "resetPassword"];
    for it in disabled.iter().filter(|it| handed.contains(&it.operation)) {
        let status = it.tried(&server).await;
        assert!((400..500).contains(&status), "{} when enabled: {status}", it.operation);
    }

    let tried: BTreeSet<&str> = disabled.iter().map(|it| it.operation).collect();
    let mints = ["getToken", "exchangeHandshake"];
    let hands_out: BTreeSet<&str> = app::operations()
        .iter()
        .filter(|it| it.hands_out || mints.contains(&it.id))
        .map(|it| it.id)
        .collect();
    let listed: BTreeSet<&str> =
        tried.iter().copied().chain(NOT_TRIED.iter().map(|(name, _)| *name)).collect();
    assert_eq!(hands_out, listed, "an operation that lets in and is not tried?");
}

/// What answers 200 to whoever is nobody: it says so, or is everybody's.
const FOR_NOBODY: &[&str] = &[
    "getSession",
    "getDeployment",
    "getOpenApi",
    "getKeys",
    "getDiscovery",
    "getHealth",
    "getReadiness",
    "getIdentifierAvailability",
    "getSessionEvents",
    "signOut",
    "beginDevice",
    "beginPasskeySignIn",
    "getChallenge",
    "redeemChallenge",
];

#[tokio::test]
async fn j13_a_credential_of_somebody_who_was_disabled_or_deleted_is_nobodys_on_every_path_there_is() {
    let server = server().await;
    let operator = Operator(&server);
    let [ada, bob] = [server.signed_up("ada").await, server.signed_up("bob").await];
    ada.founds("Acme").await;
    let before = [ada.copied(), bob.copied()];
    operator.post("/users/ada@example.com/disable").await.ok();
    operator.ask(Method::DELETE, "/users/bob@example.com", json!({})).await.ok();
    let (id, mut asked, mut wrong) = ("0".repeat(26), 0, Vec::new());
    for operation in app::operations().iter().filter(|it| it.browser && it.backend.is_none()) {
        let path: Vec<String> = operation
            .path
            .split('/')
            .map(|part| match part.strip_prefix('{') {
                Some(name) => format!("{}_{id}", &name[..3]),
                None => part.to_owned(),
            })
            .collect();
        let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
        if operation.id == "getSessionEvents" {
            continue;
        }
        for browser in &before {
            let browser = browser.copied();
            let request = browser.request(method.clone(), &path.join("/"));
            let request = if operation.fields.is_some() { request.json(&json!({})) } else { request };
            let reply = browser.send(request).await;
            let is_fine = (400..500).contains(&reply.status) || FOR_NOBODY.contains(&operation.id);
            if !is_fine || reply.text.contains("@example.com") {
                wrong.push(format!("{}: {} {}", operation.id, reply.status, reply.text));
            }
            asked += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(asked > 150, "{asked}");
}
