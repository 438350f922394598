//! `/admin/v1/sessions`: where accounts are signed in, ended with a reason, explained; and the records of it.

use crate::support::{Keyrack, PASSWORD};
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

const SCOPES: [&str; 3] = ["sessions:read", "sessions:write", "audit:read"];

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn sign_ins_are_listed_and_ended_one_by_one_and_all_together() {
    let server = Keyrack::start().await;
    let backend = server.backend(&SCOPES).await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    let (user, session) =
        (browser.get("/me").await.ok()["id"].clone(), browser.session().await["id"].clone());
    let (user, session) = (user.as_str().unwrap(), session.as_str().unwrap());
    let (ada, bob) = (browser.sign_in_of("ada").await, browser.sign_in_of("bob").await);
    let elsewhere = server.signed_in("bob").await;

    assert_eq!(ids(&backend.get("/admin/v1/sessions").await.bare()).len(), 2);
    let path = format!("/admin/v1/users/{user}/sign-ins");
    let mine = backend.get(&path).await.bare();
    assert_eq!(ids(&mine), [elsewhere.sign_in_id().await, bob.clone()]);
    assert_eq!(
        (&mine["items"][1]["session_id"], &mine["items"][1]["proofs"]),
        (&json!(session), &json!(["pwd"]))
    );
    let page = backend.get(&format!("{path}?limit=1")).await.bare();
    let next = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        ids(&backend.get(&format!("{path}?limit=1&cursor={next}")).await.bare()),
        std::slice::from_ref(&bob)
    );

    let end = format!("/admin/v1/sign-ins/{bob}/end");
    let ended = backend.post(&end, json!({ "reason": "stolen laptop" })).await.bare();
    assert_eq!(ended, json!({ "ended": [{ "sign_in_id": bob, "session_id": session }] }));
    assert_eq!(browser.accounts().await, ["ada*"]);
    assert_eq!(backend.post(&end, json!({})).await.refused(), refused(404, "session_not_found"));
    assert_eq!(ids(&backend.get(&path).await.bare()).len(), 1);
    let all = backend.get(&format!("{path}?state=all")).await.bare();
    assert_eq!(
        (all["items"].as_array().unwrap().len(), &all["items"][1]["end_reason"]),
        (2, &json!("revoked_by_admin"))
    );

    let shown = backend.get(&format!("/admin/v1/sessions/{session}")).await.bare();
    assert_eq!(ids(&json!({ "items": shown["sign_ins"] })), [ada.clone(), bob.clone()]);
    let path = format!("/admin/v1/users/{user}/end-sessions");
    assert_eq!(backend.post(&path, json!({})).await.bare()["ended"].as_array().unwrap().len(), 1);
    assert_eq!(elsewhere.session().await["end_reason"], "revoked_by_admin");
    let path = format!("/admin/v1/sessions/{session}/end");
    assert_eq!(backend.post(&path, json!({ "reason": "audit" })).await.bare()["ended"][0]["sign_in_id"], ada);
    assert_eq!(browser.session().await["signins"], json!([]));
    assert_eq!(backend.post(&path, json!({})).await.refused(), refused(404, "session_not_found"));
    assert!(ids(&backend.get("/admin/v1/sessions").await.bare()).is_empty());

    // The records say who, whom, and why.
    let records = backend.get("/admin/v1/audit?event=sign_in_ended").await.bare()["items"].clone();
    let notes: Vec<&Value> = records.as_array().unwrap().iter().map(|record| &record["note"]).collect();
    assert_eq!(notes, ["audit", "", "stolen laptop"]);
    assert!(records[2]["actor"].as_str().unwrap().starts_with("key:apk_"), "{records}");
    assert_eq!((&records[2]["user_id"], &records[2]["sign_in_id"]), (&json!(user), &json!(bob)));
}

#[tokio::test]
async fn n07_records_are_narrowed_by_account_session_event_and_time() {
    let server = Keyrack::start().await;
    let backend = server.backend(&SCOPES).await;
    let ada = server.signed_up("ada").await;
    server.advance(3_600_000);
    let bob = server.signed_up("bob").await;
    let count =
        async |query: String| ids(&backend.get(&format!("/admin/v1/audit{query}")).await.bare()).len();
    let (all, of_bob) =
        (count(String::new()).await, count(format!("?user_id={}", bob.user_id().await)).await);
    assert!(of_bob > 0 && of_bob < all);
    let session = ada.session().await["id"].as_str().unwrap().to_owned();
    assert!(count(format!("?session_id={session}")).await > 0);
    assert_eq!(count("?event=signed_up".to_owned()).await, 2);
    assert_eq!(count("?event=signed_up&since=30m".to_owned()).await, 1);
    assert_eq!(count("?event=nothing".to_owned()).await, 0);
    for wrong in ["?event=A", "?since=soon", "?user_id=usr_1", "?actor=key"] {
        let reply = backend.get(&format!("/admin/v1/audit{wrong}")).await;
        assert!([400, 404].contains(&reply.status), "{wrong}: {}", reply.text);
    }
}

#[tokio::test]
async fn it_is_told_by_what_somebody_signed_in_and_that_nothing_lengthens_acting_as_somebody_else() {
    let server = Keyrack::impersonating().await;
    let (vouching, backend) = (server.vouching().await, server.backend(&SCOPES).await);
    let (ada, jane) = (server.signed_up("ada").await, server.browser());
    jane.exchanges(&vouching.ticket_to_act_as(&ada.user_id().await).await).await.ok();
    for (browser, by, end) in
        [(&ada, "(pwd)", "unless it is active"), (&jane, "(ticket)", "its longest life")]
    {
        let session = browser.session().await["id"].as_str().unwrap().to_owned();
        let told = backend.get(&format!("/admin/v1/sessions/{session}/explain")).await.bare();
        assert!(told["happened"].to_string().contains(&format!("was signed in {by}")), "{told}");
        assert!(told["to_come"].to_string().contains(end), "{}", told["to_come"]);
    }
}

#[tokio::test]
async fn a_session_is_explained_from_its_first_moment_to_what_is_to_come() {
    let server = Keyrack::start().await;
    let backend = server.backend(&SCOPES).await;
    let browser = server.signed_up("ada").await;
    server.advance(60_000);
    browser.signs_up(&server, "bob").await;
    let session = browser.session().await["id"].as_str().unwrap().to_owned();
    let (ada, bob) = (browser.sign_in_of("ada").await, browser.sign_in_of("bob").await);
    server.advance(60_000);
    browser.sign_in("bob", "wrong wrong wrong").await.refused();
    let end = format!("/admin/v1/sign-ins/{ada}/end");
    backend.post(&end, json!({ "reason": "stolen laptop" })).await.bare();
    let path = format!("/admin/v1/sessions/{session}/explain");
    let told = backend.get(&path).await.bare();
    let line = |one: &Value| {
        (one["event"].as_str().unwrap().to_owned(), one["sign_in_id"].as_str().unwrap().to_owned())
    };
    let lines: Vec<(String, String)> = told["happened"].as_array().unwrap().iter().map(line).collect();
    let at = |event: &str, sign_in: &str| {
        let found = lines.iter().position(|(one, of)| one == event && of == sign_in);
        found.unwrap_or_else(|| panic!("{event} {sign_in}: {lines:?}"))
    };
    assert_eq!(at("session_made", ""), 0);
    assert!(at("attempt_begun", "") < at("signed_in", &ada));
    assert!(at("signed_in", &ada) < at("signed_in", &bob));
    assert!(at("signed_in", &bob) < at("sign_in_ended", &ada));
    let ended = &told["happened"][at("sign_in_ended", &ada)];
    assert_eq!((&ended["reason"], &ended["note"]), (&json!("revoked_by_admin"), &json!("stolen laptop")));
    assert!(ended["text"].as_str().unwrap().contains("whoever runs the application ended it"), "{ended}");
    assert!(ended["actor"].as_str().unwrap().starts_with("key:"), "{ended}");
    let times: Vec<&str> =
        told["happened"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(told["summary"], "It lives: bob@example.com is active, 0 more signed in.");
    assert_eq!(told["to_come"][0]["sign_in_id"], bob);
    assert_eq!(told["to_come"][0]["at"], told["session"]["sign_ins"][1]["expires_at"]);
    assert!(told["to_come"][0]["text"].as_str().unwrap().contains("unless it is active before"));
    assert_eq!(told["revision"], browser.session().await["revision"]);

    // What nobody did ends by itself, and is told so.
    server.advance(7 * 86_400_000 + 1);
    browser.session().await;
    let told = backend.get(&path).await.bare();
    assert!(
        told["summary"].as_str().unwrap().contains("it was not used for too long"),
        "{}",
        told["summary"]
    );
    assert_eq!(told["to_come"], json!([]));
    let last = told["happened"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["reason"], &last["actor"]), (&json!("idle"), &json!("system")));
    let nobodys = format!("/admin/v1/sessions/ses_{}/explain", "0".repeat(26));
    assert_eq!(backend.get(&nobodys).await.refused(), refused(404, "session_not_found"));
    server.signed_in("bob").await.sign_in("ada", PASSWORD).await.ok();
}
