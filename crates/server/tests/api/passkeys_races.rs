//! Passkeys at the same moment (area O): one wins, and counts stay right.

use crate::support::Keyrack;
use crate::support::authenticator::HONEST;
use futures_util::future::join_all;
use serde_json::{Value, json};

const ROUNDS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o02_one_passkey_registered_by_two_at_once_is_one_of_theirs() {
    let server = Keyrack::with_passkeys().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    for round in 0..ROUNDS {
        let (ours, theirs) = (ada.asks_for_passkey().await, bob.asks_for_passkey().await);
        let mut device = server.device();
        let first = device.create(&ours, &HONEST);
        let mut other = device.copied();
        let second = other.create_same(&theirs, &HONEST);
        assert_eq!(first["id"], second["id"]);
        let (one, two) = tokio::join!(ada.keeps_passkey(first), bob.keeps_passkey(second));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{round}");
        let (winner, loser) = if one.status == 200 { (&ada, two) } else { (&bob, one) };
        assert_eq!(loser.refused().1, "passkey_exists");
        let all = winner.passkeys().await;
        assert_eq!((all.len(), ada.passkeys().await.len() + bob.passkeys().await.len()), (1, 1));
        let id = all[0]["id"].as_str().unwrap();
        winner.post(&format!("/me/passkeys/{id}/delete"), json!({})).await.ok();
    }
    for who in [&ada, &bob] {
        assert_eq!(who.session().await["active_signin"]["user"]["has_passkeys"], false);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o03_what_a_passkey_signed_and_is_sent_twice_signs_in_once() {
    let server = Keyrack::with_passkeys().await;
    let mut device = server.device();
    server.signed_up("ada").await.makes_passkey(&mut device).await;
    for round in 0..ROUNDS {
        let browser = server.browser();
        let options = browser.begins_with_passkey().await;
        let signed = device.get(&options, &HONEST);
        let (one, two) = tokio::join!(browser.enters_with(signed.clone()), browser.enters_with(signed));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400], "{round}: {} {}", one.text, two.text);
        let lost = if one.status == 200 { two } else { one };
        let told = lost.refused().1;
        assert!(["passkey_request_expired", "USER_ALREADY_SIGNED_IN"].contains(&told.as_str()), "{told}");
        browser.post("/session/sign-out", json!({})).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o02_more_passkeys_at_once_than_an_account_may_have_leave_twenty() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let mut device = server.device();
    ada.makes_passkey(&mut device).await;
    for _ in 1..18 {
        ada.makes_passkey(&mut server.device()).await;
    }
    let mut begun = Vec::new();
    for _ in 0..4 {
        let browser = server.browser();
        browser.signs_in_with(&mut device).await;
        let options = browser.asks_for_passkey().await;
        begun.push((browser, server.device().create(&options, &HONEST)));
    }
    let kept = join_all(
        begun.into_iter().map(|(browser, made)| async move { browser.keeps_passkey(made).await.status }),
    );
    let mut statuses = kept.await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 400, 400]);
    assert_eq!(ada.passkeys().await.len(), 20);
    assert_eq!(
        server.count("select passkeys from users where deployment_id = $1 and passkeys > 0").await,
        20
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o05_a_passkey_that_is_removed_while_it_signs_in_does_one_or_the_other() {
    let server = Keyrack::with_passkeys_behind_a_proxy().await;
    let ada = server.signed_up("ada").await;
    for round in 0..ROUNDS {
        let mut device = server.device();
        let id = ada.makes_passkey(&mut device).await["id"].as_str().unwrap().to_owned();
        // Wrong tries of one address would make it wait.
        let browser = server.browser().at(Box::leak(format!("203.0.113.{round}").into_boxed_str()));
        let options = browser.begins_with_passkey().await;
        let signed = device.get(&options, &HONEST);
        let path = format!("/me/passkeys/{id}/delete");
        let (entered, removed) = tokio::join!(browser.enters_with(signed), ada.post(&path, json!({})));
        removed.ok();
        assert!(
            entered.status == 200 || entered.refused().1 == "INVALID_CREDENTIALS",
            "{round}: {}",
            entered.text
        );
        let options = browser.begins_with_passkey().await;
        assert_eq!(browser.enters_with(device.get(&options, &HONEST)).await.refused().0, 401, "{round}");
        browser.post("/session/sign-out", json!({})).await;
    }
    assert_eq!(ada.passkeys().await, Vec::<Value>::new());
}
