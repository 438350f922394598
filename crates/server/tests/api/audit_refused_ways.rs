//! Refusals that take some doing are recorded as well (N07): pages that would lead elsewhere, passkeys of another moment, links in
//! another browser, a domain of somebody else's, an address that may not act.

use crate::audit_refused::refusals;
use crate::domains::{asking, record_of, text_of};
use crate::restrictions::{HOME, acme_of_an_office, behind_a_proxy};
use crate::support::authenticator::{HONEST, Lie};
use crate::support::{Keyrack, NameServer, Operator, page};
use serde_json::{Value, json};

/// The reasons of what was refused, oldest first, each with who it was.
async fn reasons(server: &Keyrack) -> Vec<(String, bool)> {
    let all = refusals(server).await;
    let told = all.iter().rev().map(|it| (it["reason"].as_str().unwrap().to_owned(), it["user_id"] != ""));
    told.collect()
}

/// The reasons of what is recorded under an event's name, newest first.
async fn told(server: &Keyrack, event: &str) -> Vec<String> {
    let all = Operator(server).get(&format!("/audit?event={event}")).await.ok();
    all["items"].as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap().to_owned()).collect()
}

fn by_somebody(reason: &str) -> (String, bool) {
    (reason.to_owned(), true)
}

fn by_nobody(reason: &str) -> (String, bool) {
    (reason.to_owned(), false)
}

#[tokio::test]
async fn n07_a_page_that_would_lead_elsewhere_is_recorded_and_one_that_does_not_is_not() {
    let server = Keyrack::production().await;
    page(&server, "/sign-in").await;
    page(&server, "/sign-in?redirect_uri=/accounts").await;
    assert_eq!(reasons(&server).await, []);
    assert_eq!(page(&server, "/sign-in?redirect_uri=https://evil.example/secret-path").await.status, 400);
    assert_eq!(reasons(&server).await, [by_nobody("redirect_not_allowed")]);
    // Nothing of what was sent is in it.
    assert!(!Value::from(refusals(&server).await).to_string().contains("evil"));
}

#[tokio::test]
async fn n07_a_passkey_that_answers_another_question_is_recorded() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let mut device = server.device();
    let made = device.create(&ada.asks_for_passkey().await, &HONEST);
    ada.keeps_passkey(made.clone()).await.ok();
    assert_eq!(ada.keeps_passkey(made).await.refused().1, "passkey_request_expired");
    let lie = Lie { origin: Some("https://evil.example"), ..HONEST };
    let made = server.device().create(&ada.asks_for_passkey().await, &lie);
    assert_eq!(ada.keeps_passkey(made).await.refused().1, "invalid_passkey");
    assert_eq!(
        reasons(&server).await,
        [by_somebody("passkey_request_expired"), by_somebody("invalid_passkey")]
    );
    // Somebody brings what another browser was answered with.
    let (asked, other) = (server.browser(), server.browser());
    let signed = device.get(&asked.begins_with_passkey().await, &HONEST);
    other.begins_with_passkey().await;
    assert_eq!(other.enters_with(signed).await.refused().1, "passkey_request_expired");
    assert_eq!(told(&server, "sign_in_refused").await, ["passkey_request_expired"]);
    // What was signed on another page opens nothing on this one (F02).
    let signed = device.get(&other.begins_with_passkey().await, &lie);
    assert_eq!(other.enters_with(signed).await.refused().1, "INVALID_CREDENTIALS");
    assert_eq!(told(&server, "sign_in_refused").await, ["INVALID_CREDENTIALS", "passkey_request_expired"]);
    // A form that was not filled in is nobody's attack.
    other.post("/auth/passkey/login/finish", json!({ "id": "" })).await.refused();
    assert_eq!(told(&server, "sign_in_refused").await.len(), 2);
}

#[tokio::test]
async fn n07_a_link_that_another_browser_asked_for_and_one_that_was_used_are_recorded() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(60_000);
    let asker = server.browser();
    let attempt = asker.begins_by_mail("magic_link", "ada").await;
    asker.asks_to_sign_in(&attempt, "magic_link").await.ok();
    let link = server.mails("ada").await.pop().unwrap().mail.link.unwrap();
    let token = link.split("token=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let form = json!({ "attempt": attempt, "token": token });
    let other = server.browser();
    assert_eq!(other.post("/auth/verify-magic-link", form.clone()).await.refused().1, "confirm_required");
    asker.post("/auth/verify-magic-link", form.clone()).await.ok();
    assert_eq!(other.post("/auth/verify-magic-link", form).await.refused().1, "link_not_valid");
    assert_eq!(reasons(&server).await, [by_nobody("confirm_required"), by_nobody("link_not_valid")]);
    assert!(!Value::from(refusals(&server).await).to_string().contains(&token));
}

#[tokio::test]
async fn n07_a_domain_of_somebody_elses_and_an_address_that_may_not_act_are_recorded() {
    let dns = NameServer::start().await;
    let server = asking(&dns, |_| {}).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (acme, other) = (ada.founds("Acme").await, bob.founds("Other").await);
    ada.proves(&dns, &acme, "example.com", "none").await;
    let theirs = bob.claims_domain(&other, "example.com", "none").await;
    dns.says(&record_of(&theirs), text_of(&theirs)).await;
    assert_eq!(bob.verifies(&theirs).await.refused().1, "domain_taken");
    assert_eq!(reasons(&server).await, [by_somebody("domain_taken")]);

    let server = behind_a_proxy().await;
    let (_, bob, acme) = acme_of_an_office(&server).await;
    let away = bob.at(HOME).get(&format!("/organizations/{acme}/members")).await;
    assert_eq!(away.refused().1, "address_not_allowed");
    assert_eq!(reasons(&server).await, [by_somebody("address_not_allowed")]);
}
