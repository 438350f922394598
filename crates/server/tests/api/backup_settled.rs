//! What an old state must not do: see src/backup/settle.rs.

use crate::audit::records;
use crate::support::{PASSWORD, Proxy, Store, ways};
use keyrack_server::db::copy::Place;
use serde_json::{Value, json};

const NOW: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_after_a_restore_is_above_every_one_that_a_tab_can_have_seen() {
    for (from, to) in ways().await {
        let server = from.serve("revisions").await;
        let ada = server.signed_up("ada").await;
        server.signed_up("bob").await;
        ada.also_signs_in("bob").await;
        let file = from.back_up().await;
        let (first, second) = (ada.sign_in_of("ada").await, ada.sign_in_of("bob").await);
        for id in [&first, &second, &first, &second] {
            ada.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
        }
        let seen = ada.session().await["revision"].as_i64().unwrap();
        to.restore(&file, NOW, true).await.unwrap();
        let restored = to.serve("revisions").await;
        let ada = ada.copied_to(&restored);
        let revision = ada.session().await["revision"].as_i64().unwrap();
        assert!(revision > seen, "{revision} after {seen}");
        // What JavaScript counts with.
        assert!(revision < 1 << 53);
        // A second loss, and the same old backup: the tabs have seen what the first restore made of it.
        ada.post("/session/switch-sign-in", json!({ "sign_in_id": first })).await.ok();
        let seen = ada.session().await["revision"].as_i64().unwrap();
        let third = Store::empty().await;
        third.restore(&file, NOW + MINUTE, true).await.unwrap();
        let restored = third.serve("revisions").await;
        let revision = ada.copied_to(&restored).session().await["revision"].as_i64().unwrap();
        assert!(revision > seen, "{revision} after {seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_rises_also_where_the_clock_was_set_back() {
    let (from, to) = (Store::empty().await, Store::empty().await);
    let server = from.serve("back").await;
    let ada = server.signed_up("ada").await;
    let before = ada.session().await["revision"].as_i64().unwrap();
    to.restore(&from.back_up().await, 5, true).await.unwrap();
    let after = ada.copied_to(&to.serve("back").await).session().await["revision"].as_i64().unwrap();
    assert_eq!(after, before + 1_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_mailed_before_does_not_work_after_and_a_queued_mail_is_not_sent() {
    for (from, to) in ways().await {
        let server = from.serve("codes").await;
        let ada = server.browser();
        let attempt = ada.begins_sign_up("ada").await;
        ada.asks_for_code(&attempt).await.ok();
        let file = from.back_up().await;
        let code = server.code("ada").await;
        let (examined, settled) = to.restore(&file, NOW, true).await.unwrap();
        assert_eq!((settled.codes, settled.mails, settled.ended), (1, 1, 0));
        assert_eq!(examined.rows["outbox"], 1);
        let restored = to.serve("codes").await;
        let ada = ada.copied_to(&restored);
        assert!(restored.mails("ada").await.is_empty(), "the mail was sent again");
        let (status, _) = ada.enters_code(&attempt, &code).await.refused();
        assert_eq!(status, 400);
        // Whoever was in the middle of it asks for another one and goes on.
        restored.advance(MINUTE);
        ada.asks_for_code(&attempt).await.ok();
        ada.enters_code(&attempt, &restored.code("ada").await).await.ok();
        assert_eq!(ada.accounts().await, ["ada*"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_after_the_backup_stays_one() {
    for (from, to) in ways().await {
        let server = from.serve("ended").await;
        let ada = server.signed_up("ada").await;
        let (lost, pending) = (server.signed_in("ada").await, server.browser());
        pending.begins_sign_up("bob").await;
        let file = from.back_up().await;
        let thief = lost.copied();
        lost.post("/session/sign-out", json!({})).await.ok();

        let (_, settled) = to.restore(&file, NOW, false).await.unwrap();
        assert_eq!(settled.ended, 2);
        let restored = to.serve("ended").await;
        for browser in [&ada, &lost, &thief, &pending] {
            let session = browser.copied_to(&restored).session().await;
            assert_eq!(session["id"], "", "{session}");
        }
        assert_eq!(ada.copied_to(&restored).session().await["end_reason"], "revoked_by_admin");
        assert_eq!(pending.copied_to(&restored).session().await["end_reason"], Value::Null);
        assert_eq!(thief.copied_to(&restored).get("/session/token").await.refused().0, 401);
        restored.browser().sign_in("ada", PASSWORD).await.ok();
        let records = records(&restored).await;
        let by_operator: Vec<&Value> =
            records.iter().filter(|record| record["actor"] == "operator:7").collect();
        let of = |event: &str| by_operator.iter().filter(|record| record["event"] == event).count();
        assert_eq!((of("sign_in_ended"), of("backup_restored"), by_operator.len()), (2, 1, 3));
        assert!(by_operator.iter().all(|record| record["at"] == keyrack_server::time::rfc3339(NOW)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn j13_backends_are_told_to_refuse_the_tokens_of_what_a_restore_ended() {
    for (from, to) in ways().await {
        let server = from.serve("told").await;
        let ada = server.signed_up("ada").await;
        let file = from.back_up().await;
        // Given after the backup, and alive for as long as any.
        let acme = ada.founds("Acme").await;
        ada.switches_organization(&acme).await;
        let (sign_in, rev) = (ada.sign_in_id().await, ada.claims().await["rev"].as_i64().unwrap());
        to.restore(&file, NOW, false).await.unwrap();
        let restored = to.serve("told").await;
        let (_, first) = restored.backend(&["revocations:read"]).await.follows_from(None).await;
        assert_eq!((first.name.as_str(), first.told.len()), ("snapshot", 1), "{first:?}");
        assert!(first.told[&sign_in] > rev, "{first:?} {rev}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_sessions_are_kept_people_stay_signed_in_as_they_were_then() {
    let (from, to) = (Store::empty().await, Store::empty().await);
    let server = from.serve("kept").await;
    let ada = server.signed_up("ada").await;
    let file = from.back_up().await;
    let copy = ada.copied();
    ada.post("/session/sign-out", json!({})).await.ok();
    let (_, settled) = to.restore(&file, NOW, true).await.unwrap();
    assert_eq!((settled.ended, settled.warning), (0, None));
    assert_eq!(copy.copied_to(&to.serve("kept").await).accounts().await, ["ada*"]);
}

/// Everything is there by then: told of a failure, one would try again, and be refused by what is complete.
#[tokio::test]
async fn a_connection_that_goes_after_the_commit_is_a_warning() {
    let from = Store::empty().await;
    let server = from.serve("warned").await;
    let ada = server.signed_up("ada").await;
    let file = from.back_up().await;
    let mut to = Store::empty().await;
    let Some(proxy) = Proxy::before(to.url()).await else { return };
    proxy.cut_at_analyze();
    let direct = std::mem::replace(&mut to.place, Place::Postgres(proxy.url.clone()));
    let (_, settled) = to.restore(&file, NOW, true).await.unwrap();
    let warning = settled.warning.unwrap();
    assert!(warning.starts_with("the restore is complete, but not analyzed: "), "{warning}");
    to.place = direct;
    assert_eq!(ada.copied_to(&to.serve("warned").await).accounts().await, ["ada*"]);
}
