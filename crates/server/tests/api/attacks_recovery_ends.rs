//! What a reset ends (area C): whatever was opened or begun before it, on every node, also in the same instant.

use crate::recovery::{MINUTE, NEW, asks, is_gone, mailed_token, resets, says, token_of, worth};
use crate::support::{Browser, Keyrack, PASSWORD, STEP_MS, other_than, sign_in_form};
use futures_util::future::join_all;
use keyrack_server::config::{FieldUse, SecondFactorPolicy};
use serde_json::{Value, json};

#[tokio::test]
async fn c08_a_reset_ends_every_sign_in_on_every_node_and_tells_the_owner() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let other = server.second_node().await;
    let there = other.as_ref().unwrap_or(&server);
    let browsers =
        [server.signed_in("ada").await, server.signed_in("ada").await, there.signed_in("ada").await];
    for browser in &browsers {
        browser.get("/session/token").await.ok();
    }
    let token = token_of(&server, "ada").await;
    let before = server.mails("ada").await.len();
    let fresh = server.browser();
    resets(&fresh, &token, NEW).await.ok();
    for browser in &browsers {
        // On the node that did not do it, in the same instant.
        for node in [&server, there] {
            let copy = browser.copied_to(node);
            assert_eq!(copy.get("/session/token").await.refused().0, 401);
            assert_eq!(copy.get("/me").await.refused().0, 401);
            let session = copy.session().await;
            assert_eq!(
                (&session["signins"], &session["end_reason"]),
                (&json!([]), &json!("credentials_changed"))
            );
        }
    }
    assert_eq!(fresh.accounts().await, ["ada*"]);
    let mails = server.mails("ada").await;
    assert_eq!(mails.len(), before + 1);
    let note = &mails[before].mail;
    assert!(note.text.contains("was set anew"), "{}", note.text);
    assert_eq!((&note.code, &note.link), (&None, &None));
    assert!(!note.text.contains(NEW) && !note.html.contains(NEW));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c08_nobody_who_signs_in_during_a_reset_stays_in_with_the_old_password() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let live = "select count(*) from sign_ins where deployment_id = $1 and ended_at is null";
    let mut old = PASSWORD.to_owned();
    for round in 0..50 {
        server.advance(61 * MINUTE);
        let (owner, thief, token) = (server.browser(), server.browser(), token_of(&server, "ada").await);
        let new = format!("the next phrase of round {round}");
        let (reset, stolen) =
            tokio::join!(resets(&owner, &token, &new), thief.post("/auth/signin", sign_in_form("ada", &old)));
        // Whoever came first, the old password's sign-in is over; a token that its sign-in ended is asked for again.
        match reset.status {
            200 => {
                assert_eq!(thief.get("/me").await.refused().0, 401, "{round} {}", stolen.text);
                assert_eq!(server.count(live).await, 1);
                old = new;
            }
            _ => is_gone(&reset),
        }
    }
}

/// Changes a way into ada's account, as its owner.
async fn changed_by(server: &Keyrack, ada: &Browser, other: &str, what: &str) {
    match what {
        "password" => {
            let form = json!({ "current_password": PASSWORD, "new_password": NEW });
            ada.post("/me/update-password", form).await.ok();
        }
        "address" => {
            ada.post(&format!("/me/email-addresses/{other}/delete"), json!({})).await.ok();
        }
        "authenticator" => {
            ada.adds_authenticator(server).await;
        }
        _ => {
            ada.makes_passkey(&mut server.device()).await;
        }
    }
}

#[tokio::test]
async fn c09_a_link_dies_with_whatever_its_owner_changes_of_the_ways_in() {
    for what in ["password", "address", "authenticator", "passkey"] {
        let server = Keyrack::with_passkeys().await;
        let ada = server.signed_up("ada").await;
        let other = ada.also_has(&server, "lovelace").await;
        for name in ["ada", "lovelace"] {
            asks(&server.browser(), name).await.ok();
        }
        // Of the account one token is alive, the newest; each address has a code of its own.
        let token = mailed_token(&server, "lovelace").await;
        let codes = [("ada", server.code("ada").await), ("lovelace", server.code("lovelace").await)];
        assert_eq!(worth(&server.browser(), &token).await["valid"], true);
        changed_by(&server, &ada, &other, what).await;
        assert_eq!(worth(&server.browser(), &token).await["valid"], false, "{what}");
        is_gone(&resets(&server.browser(), &token, NEW).await);
        for (name, code) in codes {
            let refused = says(&server.browser(), name, &code).await.refused();
            assert_eq!(refused.1, "INVALID_CODE", "{what} {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c09_of_two_resets_at_once_one_wins_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    for round in 0..50 {
        server.advance(61 * MINUTE);
        let token = token_of(&server, "ada").await;
        let (one, two) = (server.browser(), server.browser());
        let passwords =
            [format!("the first phrase of round {round}"), format!("the second phrase of round {round}")];
        let answers = join_all(
            [(&one, &passwords[0]), (&two, &passwords[1])]
                .map(|(browser, word)| resets(browser, &token, word)),
        )
        .await;
        let won: Vec<usize> = (0..2).filter(|index| answers[*index].status == 200).collect();
        assert_eq!(won.len(), 1, "{} {}", answers[0].text, answers[1].text);
        is_gone(&answers[1 - won[0]]);
        server.browser().sign_in("ada", &passwords[won[0]]).await.ok();
        assert_eq!(server.browser().sign_in("ada", &passwords[1 - won[0]]).await.status, 401);
    }
}

/// Empties the last names: signing in asks for them then.
async fn forgets_last_names(server: &Keyrack) {
    let deployment = server.app.sites[0].config.id.clone();
    let forget = move |tx: &mut keyrack_server::db::Tx<'_>| {
        tx.execute(
            "update users set last_name = '' where deployment_id = $1",
            keyrack_server::params![&deployment],
        )
    };
    server.app.db.write(forget).await.unwrap();
}

#[tokio::test]
async fn c08_what_was_begun_before_a_reset_opens_nothing_after_it() {
    let server = Keyrack::start_with(|deployment| deployment.auth.last_name = FieldUse::Required).await;
    server.signed_up("ada").await;
    server.advance(MINUTE);
    // A code, a link, and a password that was right.
    let coded = server.browser();
    let by_code = coded.begins_by_mail("email_otp", "ada").await;
    coded.asks_to_sign_in(&by_code, "email_otp").await.ok();
    let code = server.code("ada").await;
    server.advance(MINUTE);
    let linked = server.browser();
    let by_link = linked.begins_by_mail("magic_link", "ada").await;
    linked.asks_to_sign_in(&by_link, "magic_link").await.ok();
    let link = server.mails("ada").await.pop().unwrap().mail.link.unwrap();
    let token = link.split_once("token=").unwrap().1.split('&').next().unwrap().to_owned();
    forgets_last_names(&server).await;
    let known = server.browser();
    known.sign_in("ada", PASSWORD).await.ok();
    let waiting = known.attempt().await;
    assert_eq!((&waiting["current_step"], known.accounts().await.len()), (&json!("complete_profile"), 0));

    let owner = server.browser();
    let session = resets(&owner, &token_of(&server, "ada").await, NEW).await.ok();
    // What is asked beside the first factor is asked after a reset too.
    let own = session["signin_attempts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&own["completed"], &own["current_step"]), (&json!(false), &json!("complete_profile")));
    assert_eq!(session["signins"], json!([]));

    assert_eq!(coded.types(&by_code, &code).await.refused().1, "INVALID_CODE");
    let confirmed = linked
        .post("/auth/verify-magic-link", json!({ "token": token, "attempt": by_link, "here": true }))
        .await;
    assert_eq!(confirmed.refused().1, "link_not_valid");
    let completes =
        |attempt: &Value| format!("/auth/complete-profile?attempt_id={}", attempt["id"].as_str().unwrap());
    let refused = known.post(&completes(&waiting), json!({ "last_name": "Test" })).await.refused();
    assert_eq!(refused, (400, "BAD_SIGN_IN_ATTEMPT".to_owned()));
    for browser in [&coded, &linked, &known] {
        assert_eq!(browser.session().await["signins"], json!([]));
    }
    owner.post(&completes(&own), json!({ "last_name": "Test" })).await.ok();
    assert_eq!(owner.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn c08_a_reset_asks_for_the_second_factor_like_any_other_way_in() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let enforced = |config: &mut keyrack_server::config::Config| {
        config.deployments[0].auth.second_factor.policy = SecondFactorPolicy::Enforced;
    };
    let server = server.restart_with(enforced).await;
    let browser = server.browser();
    let session = resets(&browser, &token_of(&server, "ada").await, NEW).await.ok();
    let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&attempt["completed"], &attempt["current_step"]),
        (&json!(false), &json!("add_second_factor"))
    );
    assert_eq!(session["signins"], json!([]));
    assert_eq!(browser.get("/session/token").await.refused().0, 401);
}

#[tokio::test]
async fn c08_whoever_has_the_mailbox_alone_is_not_in_where_there_is_an_authenticator() {
    let server = Keyrack::start().await;
    let authenticator = server.signed_up("ada").await.adds_authenticator(&server).await;
    server.advance(3 * STEP_MS);
    let browser = server.browser();
    let session = resets(&browser, &token_of(&server, "ada").await, NEW).await.ok();
    let attempt = session["signin_attempts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&attempt["completed"], &attempt["current_step"]),
        (&json!(false), &json!("verify_second_factor"))
    );
    assert_eq!(session["signins"], json!([]));
    assert_eq!(browser.get("/me").await.refused().0, 401);
    let code = authenticator.code(server.app.world.clock.now_ms());
    let attempt = attempt["id"].as_str().unwrap();
    assert_eq!(browser.types(attempt, &other_than(&code, 7)).await.refused().1, "INVALID_CODE");
    browser.types(attempt, &code).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn c08_a_reset_that_the_session_has_no_place_for_changes_nothing() {
    let server = Keyrack::start_with(|deployment| deployment.max_accounts_per_session = 1).await;
    let bob = server.signed_up("bob").await;
    let ada = server.signed_up("ada").await;
    asks(&server.browser(), "ada").await.ok();
    let token = mailed_token(&server, "ada").await;
    assert_eq!(resets(&bob, &token, NEW).await.refused().1, "too_many_accounts");
    assert_eq!(ada.accounts().await, ["ada*"], "still in");
    bob.post("/session/sign-out", json!({})).await.ok();
    resets(&bob, &token, NEW).await.ok();
}
