//! Authenticators that an account has: how many, which stay, who is told.

use crate::authenticators::{CONFIRM, FACTORS, ROWS, removes};
use crate::support::{Factor, Keyrack, Operator, STEP_MS, refused};
use keyrack_server::config::SecondFactorPolicy;
use keyrack_server::params;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn an_account_has_five_authenticators_at_most_and_a_code_of_any_works() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(ada.adds_authenticator(&server).await);
    }
    let full = ada.post("/me/authenticator", json!({})).await;
    assert_eq!(full.refused(), refused(409, "too_many_authenticators"));
    let me = ada.get("/me").await.ok();
    let ids: Vec<&str> =
        me["authenticators"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids, all.iter().map(|it| it.id.as_str()).collect::<Vec<_>>());
    let secrets: BTreeSet<&str> = all.iter().map(|it| it.secret.as_str()).collect();
    assert_eq!(secrets.len(), 5);
    server.advance(3 * STEP_MS);
    for authenticator in &all {
        let code = authenticator.code(server.app.world.clock.now_ms());
        assert!(server.takes(&user, Factor::Authenticator, &code).await);
        assert!(!server.takes(&user, Factor::Authenticator, &code).await);
    }
    let by_method = format!("/me/authenticator/{}", all[0].id);
    let removed = ada.send(ada.request(Method::DELETE, &by_method)).await.ok();
    assert_eq!(removed, json!({ "id": all[0].id }));
    ada.adds_authenticator(&server).await;
}

#[tokio::test]
async fn without_its_last_factor_an_account_has_none_and_its_backup_codes_are_void() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let (one, two) = (ada.adds_authenticator(&server).await, ada.adds_authenticator(&server).await);
    let codes = ada.makes_backup_codes().await;
    assert_eq!(removes(&ada, &one.id).await.0, 200);
    assert_eq!((server.count(FACTORS).await, server.backup_codes_left(&user).await), (1, (12, 12)));
    assert_eq!(removes(&ada, &one.id).await, refused(404, "authenticator_not_found"));
    assert_eq!(removes(&ada, &two.id).await.0, 200);
    assert_eq!((server.count(FACTORS).await, server.backup_codes_left(&user).await), (0, (0, 0)));
    let me = ada.get("/me").await.ok();
    assert_eq!((&me["user_authenticator"], &me["backup_codes_generated"]), (&Value::Null, &json!(false)));
    // They do not come back with another factor.
    ada.adds_authenticator(&server).await;
    assert!(!server.takes(&user, Factor::BackupCode, &codes[0]).await);
}

#[tokio::test]
async fn the_last_factor_stays_where_one_is_asked_for() {
    let enforced =
        |policy| move |it: &mut keyrack_server::config::Deployment| it.auth.second_factor.policy = policy;
    let (by_all, by_one) = (SecondFactorPolicy::Enforced, SecondFactorPolicy::Optional);
    for (deployment, own) in [(by_all, None), (by_one, Some("enforced"))] {
        let server = Keyrack::start_with(|_| {}).await;
        let ada = server.signed_up("ada").await;
        let one = ada.adds_authenticator(&server).await;
        ada.makes_backup_codes().await;
        let user = ada.user_id().await;
        if let Some(own) = own {
            let user = user.clone();
            let chosen = server.app.db.write(move |tx| {
                tx.execute("update users set second_factor_policy = $2 where id = $1", params![&user, own])
            });
            chosen.await.unwrap();
        }
        let server = server.restart_with(|config| enforced(deployment)(&mut config.deployments[0])).await;
        let ada = ada.copied_to(&server);
        assert_eq!(removes(&ada, &one.id).await, refused(409, "second_factor_enforced"));
        assert_eq!((server.count(FACTORS).await, server.backup_codes_left(&user).await), (1, (12, 12)));
        ada.adds_authenticator(&server).await;
        assert_eq!(removes(&ada, &one.id).await.0, 200);
    }
}

#[tokio::test]
async fn nothing_is_set_up_where_it_is_not_offered_and_what_is_set_up_goes_on() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (one, set_up) = (ada.adds_authenticator(&server).await, ada.begins_authenticator().await);
    let codes = ada.makes_backup_codes().await;
    let off = |config: &mut keyrack_server::config::Config| {
        let rules = &mut config.deployments[0].auth.second_factor;
        (rules.authenticator, rules.backup_codes) = (false, false);
    };
    let server = server.restart_with(off).await;
    let ada = ada.copied_to(&server);
    let not_offered = refused(403, "factor_not_offered");
    for path in ["/me/authenticator", "/me/backup-codes", "/me/backup-codes/regenerate"] {
        assert_eq!(ada.post(path, json!({})).await.refused(), not_offered, "{path}");
    }
    assert_eq!(ada.confirms(&server, &set_up).await.refused(), not_offered);
    server.advance(3 * STEP_MS);
    let user = ada.user_id().await;
    let code = one.code(server.app.world.clock.now_ms());
    assert!(server.takes(&user, Factor::Authenticator, &code).await);
    assert!(server.takes(&user, Factor::BackupCode, &codes[0]).await);
    assert_eq!(removes(&ada, &one.id).await.0, 200);
}

#[tokio::test]
async fn strangers_set_nothing_up_and_a_deleted_account_leaves_nothing_of_it() {
    let server = Keyrack::start().await;
    let stranger = server.browser();
    for path in [
        "/me/authenticator",
        "/me/backup-codes",
        "/me/backup-codes/regenerate",
        "/me/authenticator/aut_x/delete",
    ] {
        assert_eq!(stranger.post(path, json!({})).await.refused(), refused(401, "signed_out"), "{path}");
    }
    let ada = server.signed_up("ada").await;
    ada.adds_authenticator(&server).await;
    ada.begins_authenticator().await;
    ada.makes_backup_codes().await;
    let operator = Operator(&server);
    operator.ask(Method::DELETE, "/users/ada@example.com", json!({})).await.ok();
    let rows = server.rows().await;
    assert_eq!((rows["authenticators"], rows["backup_codes"], server.count(FACTORS).await), (0, 0, 0));
}

#[tokio::test]
async fn an_operator_takes_all_factors_from_somebody_who_lost_them_also_where_one_is_asked_for() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    ada.adds_authenticator(&server).await;
    bob.adds_authenticator(&server).await;
    ada.begins_authenticator().await;
    ada.makes_backup_codes().await;
    let enforce = |config: &mut keyrack_server::config::Config| {
        config.deployments[0].auth.second_factor.policy = SecondFactorPolicy::Enforced;
    };
    let user = ada.user_id().await;
    let server = server.restart_with(enforce).await;
    let (ada, operator) = (ada.copied_to(&server), Operator(&server));
    let reset = operator.post("/users/ada@example.com/reset-factors").await.ok();
    assert_eq!((&reset["user"]["state"], reset["ended"].as_array().unwrap().len()), (&json!("active"), 1));
    assert_eq!(ada.session().await["end_reason"], "revoked_by_admin");
    // Hers are gone, and nobody else's.
    assert_eq!((server.count(FACTORS).await, server.count(ROWS).await), (1, 1));
    assert_eq!(server.backup_codes_left(&user).await, (0, 0));
    // A second time there is nothing to record.
    operator.post("/users/ada@example.com/reset-factors").await.ok();
    let recorded = "select count(*) from audit where deployment_id = $1 and event = 'factors_reset'";
    assert_eq!(server.count(recorded).await, 1);
}

#[tokio::test]
async fn what_was_done_is_recorded_and_mailed_to_every_address_of_the_account() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    ada.also_has(&server, "ada.work").await;
    let before = [server.mails("ada").await.len(), server.mails("ada.work").await.len()];
    let one = ada.begins_authenticator().await;
    let of_nobody = json!({ "authenticator_id": one.id, "codes": ["000000", "000000"] });
    ada.post(CONFIRM, of_nobody).await.refused();
    ada.confirms(&server, &one).await.ok();
    ada.makes_backup_codes().await;
    // A set-up that was not confirmed is no way in: nobody is told when it goes.
    let set_up = ada.begins_authenticator().await;
    removes(&ada, &set_up.id).await;
    removes(&ada, &one.id).await;
    removes(&ada, &one.id).await;
    let told = [
        "An authenticator was added.",
        "Backup codes were made; older ones are void.",
        "An authenticator was removed.",
    ];
    for (name, before) in ["ada", "ada.work"].into_iter().zip(before) {
        let mails = server.mails(name).await;
        assert_eq!(mails.len() - before, told.len(), "{name}");
        for (mail, said) in mails[before..].iter().zip(told) {
            assert!(mail.mail.text.contains(said), "{name}: {}", mail.mail.text);
        }
    }
    for (word, sql) in [
        (
            "added",
            "select count(*) from audit where deployment_id = $1 and reason = 'authenticator_added' and user_id <> '' and session_id <> '' and sign_in_id <> '' and ip_address <> ''",
        ),
        (
            "made",
            "select count(*) from audit where deployment_id = $1 and reason = 'backup_codes_made' and user_id <> '' and sign_in_id <> ''",
        ),
        (
            "removed",
            "select count(*) from audit where deployment_id = $1 and reason = 'authenticator_removed' and user_id <> '' and sign_in_id <> ''",
        ),
    ] {
        assert_eq!(server.count(sql).await, 1, "{word}");
    }
}

#[tokio::test]
async fn each_change_asks_for_a_proof_of_the_last_ten_minutes() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (one, set_up) = (ada.adds_authenticator(&server).await, ada.begins_authenticator().await);
    ada.makes_backup_codes().await;
    server.advance(600_001);
    let user = ada.user_id().await;
    let now = server.app.world.clock.now_ms();
    let remove = format!("/me/authenticator/{}/delete", one.id);
    for (path, body) in [
        ("/me/authenticator", json!({})),
        (CONFIRM, set_up.two_codes(now)),
        (remove.as_str(), json!({})),
        ("/me/backup-codes", json!({})),
        ("/me/backup-codes/regenerate", json!({})),
    ] {
        let reply = ada.post(path, body).await;
        assert_eq!(reply.refused(), refused(403, "reauthentication_required"), "{path}");
    }
    assert_eq!((server.count(ROWS).await, server.count(FACTORS).await), (2, 1));
    assert_eq!(server.backup_codes_left(&user).await, (12, 12));
    // What it is asked for may be what it has: a code of the authenticator.
    let code = one.code(now);
    let proof = json!({ "method": "authenticator", "verification_code": code });
    ada.post("/session/reauthenticate", proof).await.ok();
    ada.confirms(&server, &set_up).await.ok();
    assert_eq!(removes(&ada, &one.id).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_confirm_and_remove_at_once_leave_a_factor_and_since_when_together_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let confirmed =
        "select count(*) from authenticators where deployment_id = $1 and verified_at is not null";
    for round in 0..50 {
        let set_up = ada.begins_authenticator().await;
        let codes = set_up.two_codes(server.app.world.clock.now_ms());
        let remove = format!("/me/authenticator/{}/delete", set_up.id);
        let (one, two) = (ada.copied(), ada.copied());
        let (confirms, removes) = tokio::join!(one.post(CONFIRM, codes), two.post(&remove, json!({})));
        assert!([200, 404].contains(&confirms.status), "{confirms:?}");
        assert_eq!(removes.status, 200, "it is there, confirmed or not");
        assert_eq!((server.count(confirmed).await, server.count(FACTORS).await), (0, 0), "round {round}");
    }
}
