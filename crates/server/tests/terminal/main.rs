//! The session of a Rust program against the real binary: the demo's terminal program, run after run, and stores that share
//! a credential. In a process of its own, as a stranger would run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod dev;
mod keyring;
#[path = "../api/support/ports.rs"]
mod ports;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dev::{Dev, PASSWORD};
use keyrack_client::protocol::{HandoverTicket, OrganizationCreated};
use keyrack_client::{By, Client, File, NewAccount, State};
use serde_json::{Value, json};
use std::time::Duration;

/// Ids of what is listed, the one with the star first.
fn listed(text: &str) -> Vec<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_by_key(|line| !line.starts_with('*'));
    lines.iter().map(|line| line[2..].split("  ").next().unwrap().to_owned()).collect()
}

async fn walk(mode: &str) {
    let dev = Dev::start(mode);
    assert_eq!(dev.terminal("who").await.unwrap(), "nobody is signed in");
    assert!(dev.terminal("token").await.unwrap_err().contains("Nobody is signed in"));
    let wrong = dev.terminal("sign-in nobody@example.com").await.unwrap_err();
    assert!(wrong.contains("INVALID_CREDENTIALS"), "{wrong}");

    let ada = dev.terminal("sign-in ada@example.com").await.unwrap();
    assert!(ada.starts_with("* ") && ada.contains("ada@example.com  for themselves"), "{ada}");
    let both = dev.terminal("sign-in grace@example.com").await.unwrap();
    assert_eq!(both.lines().count(), 2, "{both}");
    let [grace, ada] = <[String; 2]>::try_from(listed(&both)).unwrap();

    // Each run is another one: what is known lies in the file.
    let switched = dev.terminal(&format!("switch {ada}")).await.unwrap();
    assert_eq!(listed(&switched), [ada.clone(), grace.clone()]);
    let made: OrganizationCreated =
        dev.store().await.post("/organizations", json!({ "name": "Analytical Engines" })).await.unwrap();
    let organization = made.organization.id;
    assert_eq!(listed(&dev.terminal("organizations").await.unwrap()), std::slice::from_ref(&organization));
    let alone = dev.terminal("act").await.unwrap();
    assert!(alone.contains("ada@example.com  for themselves"), "{alone}");
    let there = dev.terminal(&format!("act {organization}")).await.unwrap();
    assert!(there.contains(&format!("ada@example.com  {}", made.membership.id)), "{there}");
    let refused = dev.terminal("act org_nowhere").await.unwrap_err();
    assert!(refused.contains("organization_not_found"), "{refused}");

    let claims: Value = serde_json::from_str(&dev.terminal("token").await.unwrap()).unwrap();
    assert_eq!(
        (&claims["signin_id"], &claims["organization"]),
        (&json!(ada), &json!(organization)),
        "{claims:#}"
    );
    let unknown = dev.terminal("token none").await.unwrap_err();
    assert!(unknown.contains("template_not_found"), "{unknown}");

    let left = dev.terminal(&format!("sign-out {ada}")).await.unwrap();
    assert_eq!(listed(&left), [grace]);
    assert_eq!(dev.terminal("sign-out").await.unwrap(), "nobody is signed in (signed_out)");
    assert!(!dev.file("session").exists(), "nothing is left to carry");
    assert_eq!(dev.terminal("who").await.unwrap(), "nobody is signed in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h01_a_terminal_program_signs_in_acts_elsewhere_and_shows_a_token_in_staging() {
    walk("staging").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h01_a_terminal_program_signs_in_acts_elsewhere_and_shows_a_token_in_production() {
    walk("production").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h15_what_one_store_does_is_pushed_to_another_one_with_the_same_credential() {
    let dev = Dev::start("staging");
    let (here, there) = (dev.store().await, dev.store().await);
    let state = here.state();
    state.loaded().unwrap().sign_in_by(By::email("ada@example.com", PASSWORD)).await.unwrap();
    // The other one had no session that it could have been told of: it reads, and follows from then on.
    there.refetch().await.unwrap();
    let State::SignedIn(ada) = there.state() else { panic!("{:?}", there.state()) };
    assert_eq!(ada.user().email_address, "ada@example.com");
    let token = ada.get_token("default").await.unwrap();
    assert_eq!(there.get_token("default").await.unwrap(), token, "it is kept");

    // The stream opens when it can; an end that it has not heard of is told at its beginning.
    here.state().loaded().unwrap().sign_out_all().await.unwrap();
    let shown = tokio::time::timeout(
        Duration::from_secs(20),
        there.shows(|state| matches!(state, State::SignedOut(_))),
    );
    shown.await.expect("it is pushed, long before the next refresh").unwrap();
    let refused = there.get_token("default").await.unwrap_err();
    assert_eq!(refused.code, "no_session");
}

/// Ada, who is signed in, hands her sign-in over to a program that has no credential yet.
async fn handed_over(mode: &str) {
    let dev = Dev::start(mode);
    dev.terminal("sign-in ada@example.com").await.unwrap();
    let here = dev.store().await;
    let verifier = "a-verifier-of-a-program-has-forty-three-letters-at-least";
    let challenge = BASE64.encode(digest(&SHA256, verifier.as_bytes()));
    let body = json!({ "redirect_uri": "http://127.0.0.1:51004/callback", "code_challenge": challenge });
    let ticket = here.post::<HandoverTicket>("/session/tickets", body).await.unwrap().ticket;

    let there = Client::builder(&dev.key).unwrap().start().unwrap();
    let State::SignedOut(nobody) = there.loaded().await.unwrap() else { panic!("{:?}", there.state()) };
    let refused = nobody.exchange_ticket("tkt_nothing", None).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status), ("ticket_not_found", 404));
    let elsewhere = nobody.exchange_ticket(&ticket, None).await.unwrap_err();
    assert_eq!(elsewhere.code, "ticket_elsewhere");
    let session = nobody.exchange_ticket(&ticket, Some(verifier)).await.unwrap();
    assert_eq!(session.active_signin.as_ref().unwrap().user.email_address, "ada@example.com");
    let State::SignedIn(ada) = there.state() else { panic!("{:?}", there.state()) };
    assert_eq!(ada.session(), &session, "the answer is what is shown");
    assert!(ada.get_token("default").await.is_ok(), "what the answer handed out opens it");

    let third = Client::builder(&dev.key).unwrap().start().unwrap();
    let State::SignedOut(nobody) = third.loaded().await.unwrap() else { panic!("{:?}", third.state()) };
    assert_eq!(nobody.exchange_ticket(&ticket, Some(verifier)).await.unwrap_err().code, "ticket_used");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h25_a_ticket_is_exchanged_for_the_sign_in_that_was_handed_over_in_staging() {
    handed_over("staging").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h25_a_ticket_is_exchanged_for_the_sign_in_that_was_handed_over_in_production() {
    handed_over("production").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h40_a_program_with_a_scope_of_its_own_acts_elsewhere_than_the_others_with_its_credential() {
    let dev = Dev::start("staging");
    dev.terminal("sign-in ada@example.com").await.unwrap();
    let here = dev.store().await;
    let file = File::at(dev.file("session"));
    let there = Client::builder(&dev.key).unwrap().keeper(file).own_scope().start().unwrap();
    there.loaded().await.unwrap();
    let body = json!({ "name": "Analytical Engines" });
    let made: OrganizationCreated = there.post("/organizations", body).await.unwrap();
    let place = |client: &Client| {
        let state = client.state();
        state.signed_in().unwrap().sign_in().active_organization_membership_id.clone()
    };
    assert_eq!(place(&there), Some(made.membership.id.clone()), "whoever makes one acts in it");
    here.refetch().await.unwrap();
    assert_eq!(place(&here), None);
    let claims = there.get_token("default").await.unwrap();
    let claims = String::from_utf8(BASE64.decode(claims.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert!(claims.contains(&made.organization.id), "{claims}");
    let home = there.state().signed_in().unwrap().switch_organization(None).await.unwrap();
    assert_eq!(home.active_signin.as_ref().unwrap().active_organization_membership_id, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h11_a_server_that_is_gone_clears_nothing() {
    let mut dev = Dev::start("staging");
    dev.terminal("sign-in ada@example.com").await.unwrap();
    let store = dev.store().await;
    dev.end();
    store.refetch().await.unwrap();
    let State::SignedIn(ada) = store.state() else { panic!("{:?}", store.state()) };
    assert!(ada.is_stale());
    assert_eq!(ada.error().unwrap().code, "network");
    let refused = ada.switch_sign_in("sin_1").await.unwrap_err();
    assert_eq!(refused.code, "network");
    assert!(dev.file("session").exists());
}

/// Both ways in, where work is asked for: refused without it, and open once it was done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_a_deployment_asks_for_is_done_and_opens_the_ways_in() {
    let dev = Dev::with("staging", "\n[deployment.challenge]\nenabled = true\ncount = 3\ndifficulty = 2\n");
    let store = dev.store().await;
    let state = store.state();
    let loaded = state.loaded().unwrap();
    let eve =
        NewAccount { email: "eve@example.com".into(), password: PASSWORD.into(), ..NewAccount::default() };
    let ada = || By::email("ada@example.com", PASSWORD);
    assert_eq!(loaded.sign_up(&eve).await.unwrap_err().code, "challenge_required");
    store.set_challenge_token("worth nothing".to_owned());
    assert_eq!(loaded.sign_in_by(ada()).await.unwrap_err().code, "challenge_required");

    store.prove_work().await.unwrap();
    let begun = loaded.sign_up(&eve).await.unwrap();
    assert_eq!(begun.signup_attempts.len(), 1, "{begun:?}");
    let session = loaded.sign_in_by(ada()).await.unwrap();
    assert_eq!(session.active_signin.as_ref().unwrap().user.email_address, "ada@example.com");
}
