//! The end of an account that its owner asks for.

use crate::support::{Keyrack, PASSWORD};
use keyrack_server::config::Deployment;
use keyrack_server::sweep;
use serde_json::json;

const DAY: i64 = 24 * 3_600_000;

#[tokio::test]
async fn an_account_is_put_away_and_deleted_after_its_grace_period() {
    let server = Keyrack::start().await;
    let (browser, other) = (server.signed_up("ada").await, server.signed_in("ada").await);
    browser.also_has(&server, "lovelace").await;
    browser.adds_number("+14155552671").await;
    let answer = browser.post("/me/account/delete", json!({ "password": PASSWORD })).await.ok();
    assert!(answer["deletion_due_at"].as_str().unwrap().ends_with('Z'));
    for gone in [&browser, &other] {
        assert_eq!(gone.session().await["end_reason"], "user_deleted");
        assert_eq!(gone.get("/session/token").await.refused().0, 401);
    }
    for name in ["ada", "lovelace"] {
        let mails = server.mails(name).await;
        assert!(
            mails.last().unwrap().mail.text.contains("The deletion of the account was asked for: 20"),
            "{name}"
        );
    }
    server.advance(30 * DAY - 1);
    sweep::run_once(&server.app).await.unwrap();
    let live = "select count(*) from users where deployment_id = $1 and deleted_at is null";
    assert_eq!(server.count(live).await, 1);
    server.advance(1);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(live).await, 0);
    for rows in [
        "select count(*) from email_addresses where deployment_id = $1",
        "select count(*) from phone_numbers where deployment_id = $1",
        "select count(*) from users where deployment_id = $1 and (first_name <> '' or deletion_due_at is not null)",
    ] {
        assert_eq!(server.count(rows).await, 0, "{rows}");
    }
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 401);
    server.signed_up("ada").await;
}

#[tokio::test]
async fn whoever_signs_in_meanwhile_takes_it_back_and_is_told() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.post("/me/account/delete", json!({ "password": PASSWORD })).await.ok();
    server.advance(29 * DAY);
    let again = server.signed_in("ada").await;
    assert!(
        server
            .mails("ada")
            .await
            .last()
            .unwrap()
            .mail
            .text
            .contains("The deletion of the account was taken back")
    );
    server.advance(2 * DAY);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(again.accounts().await, ["ada*"]);
    let sql = "select count(*) from audit where deployment_id = $1 and reason in ('deletion_asked', 'deletion_taken_back')";
    assert_eq!(server.count(sql).await, 2);
}

#[tokio::test]
async fn without_a_grace_period_it_is_gone_at_once_and_others_in_the_browser_stay() {
    let server =
        Keyrack::start_with(|deployment: &mut Deployment| deployment.retention.account_grace_ms = 0).await;
    let (browser, [ada, _]) = server.signed_up_two().await;
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    browser.post("/me/account/delete", json!({})).await.ok();
    assert_eq!(browser.accounts().await, ["bob*"]);
    let live = "select count(*) from users where deployment_id = $1 and deleted_at is null";
    assert_eq!(server.count(live).await, 1);
    server.signed_up("ada").await;
}

#[tokio::test]
async fn whoever_leads_others_alone_first_gives_somebody_else_that_role() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let organization = ada.founds("Analytics").await;
    server.join(&organization, &bob.user_id().await, &[]).await;
    let delete = json!({ "password": PASSWORD });
    let refusal = ada.post("/me/account/delete", delete.clone()).await.refused();
    assert_eq!(refusal, (409, "last_administrator".to_owned()));
    assert_eq!(ada.accounts().await, ["ada*"]);
    bob.post("/me/account/delete", delete.clone()).await.ok();
    server.advance(30 * DAY);
    sweep::run_once(&server.app).await.unwrap();
    let ada = server.signed_in("ada").await;
    ada.post("/me/account/delete", delete).await.ok();
}
