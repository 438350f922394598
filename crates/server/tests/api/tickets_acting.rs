//! Somebody acts as somebody else; and sign-ins that are handed over.

use crate::support::{Keyrack, Operator, claims, refused};
use serde_json::json;

#[tokio::test]
async fn b07_who_acts_as_somebody_else_is_named_and_ends_soon() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let jane = server.browser();
    let answer = jane.exchanges(&backend.ticket_to_act_as(&user).await).await.ok();
    let act = json!({ "sub": "jane@support", "reason": "case 17" });
    assert_eq!(answer["actor"], act);
    assert_eq!(jane.session().await["active_signin"]["act"], act);
    let listed = ada.get("/me/signins").await.ok();
    let acted: Vec<_> = listed.as_array().unwrap().iter().filter(|it| it.get("act").is_some()).collect();
    assert_eq!((listed.as_array().unwrap().len(), acted.len()), (2, 1));
    assert_eq!(acted[0]["act"], act);
    let told = ada.get("/notifications").await.ok();
    assert!(told.to_string().contains("jane@support signed in as you"), "{told}");
    assert_eq!(claims(jane.get("/session/token").await.ok()["token"].as_str().unwrap())["sub"], json!(user));

    // However much it is used.
    for _ in 0..29 {
        server.advance(60_000);
        jane.get("/me").await.ok();
    }
    server.advance(59_999);
    assert_eq!(jane.accounts().await, ["ada*"]);
    server.advance(1);
    assert_eq!(jane.session().await["end_reason"], json!("max_age"));
    assert_eq!(jane.get("/session/token").await.refused(), refused(401, "signed_out"));
}

#[tokio::test]
async fn k05_where_a_ticket_waits_a_program_is_let_in_or_somebody_acts_no_page_may_be_framed() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let jane = server.browser();
    let ticket = backend.ticket_to_act_as(&user).await;
    let is_unframed = async |path: &str| {
        let reply = jane.get(path).await;
        assert_eq!((reply.status, reply.header("x-frame-options")), (200, Some("DENY")), "{path}");
        assert!(
            reply.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
    };
    is_unframed(&format!("/sign-in?ticket={ticket}")).await;
    is_unframed("/device").await;
    jane.exchanges(&ticket).await.ok();
    for path in ["/accounts", "/account", "/device", "/sign-in"] {
        is_unframed(path).await;
    }
}

#[tokio::test]
async fn nobody_acts_as_somebody_else_unless_the_deployment_lets_them() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let order = json!({ "kind": "impersonation", "user_id": user, "actor_id": "jane", "reason": "case 17" });
    let reply = backend.post("/admin/v1/tickets", order).await;
    assert_eq!(reply.refused(), refused(403, "impersonation_disabled"));
}

#[tokio::test]
async fn b08_a_user_acts_as_nobody_who_may_more_or_is_elsewhere() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let [boss, member, stranger] = [
        server.signed_up("boss").await,
        server.signed_up("member").await,
        server.signed_up("stranger").await,
    ];
    let one = boss.founds("Acme").await;
    stranger.founds("Other").await;
    let (boss, member, stranger) = (boss.user_id().await, member.user_id().await, stranger.user_id().await);
    server.join(&one, &member, &["member"]).await;
    let order = |actor: &str, user: &str| json!({ "kind": "impersonation", "user_id": user, "actor_id": actor, "reason": "because" });
    let path = "/admin/v1/tickets";
    for (actor, user) in [(&member, &boss), (&boss, &stranger), (&stranger, &member), (&boss, &boss)] {
        let reply = backend.post(path, order(actor, user)).await;
        assert_eq!(reply.refused(), refused(403, "impersonation_forbidden"), "{actor} {user}");
    }
    // Who is nowhere is beside nobody.
    let loner = server.signed_up("loner").await.user_id().await;
    for actor in [&boss, &member, &loner] {
        let reply = backend.post(path, order(actor, &loner)).await;
        assert_eq!(reply.refused(), refused(403, "impersonation_forbidden"), "{actor}");
    }
    let ticket = backend.ticket(order(&boss, &member)).await;
    let browser = server.browser();
    let answer = browser.exchanges(&ticket).await.ok();
    assert_eq!(answer["actor"]["sub"], json!(boss));

    // It ends with the one who acts.
    let open = backend.ticket(order(&boss, &member)).await;
    Operator(&server).post(&format!("/users/{boss}/disable")).await.ok();
    assert_eq!(browser.session().await["end_reason"], json!("user_disabled"));
    assert_eq!(server.browser().exchanges(&open).await.refused(), refused(404, "ticket_not_found"));
    let nobody = "usr_00000000000000000000000000";
    assert_eq!(backend.post(path, order(nobody, &member)).await.refused(), refused(404, "user_not_found"));
}

#[tokio::test]
async fn what_was_handed_over_ends_with_the_sign_in_that_it_came_from() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let order = json!({ "kind": "handover", "sign_in_id": ada.sign_in_id().await });
    let ticket = backend.ticket(order.clone()).await;
    let program = server.browser();
    program.exchanges(&ticket).await.ok();
    assert_eq!(program.accounts().await, ["ada*"]);
    let session = program.session().await["id"].as_str().unwrap().to_owned();
    let explained = Operator(&server).get(&format!("/sessions/{session}/explain")).await.ok();
    let from = format!("handed over from {}", ada.sign_in_id().await);
    assert!(explained["happened"].to_string().contains(&from), "{explained}");
    let further = server.browser();
    let next = json!({ "kind": "handover", "sign_in_id": program.sign_in_id().await });
    further.exchanges(&backend.ticket(next).await).await.ok();

    let open = backend.ticket(order).await;
    ada.post("/session/sign-out", json!({})).await.ok();
    for browser in [&program, &further] {
        assert!(browser.accounts().await.is_empty());
        assert_eq!(browser.session().await["end_reason"], json!("signed_out"));
    }
    assert_eq!(server.browser().exchanges(&open).await.refused(), refused(404, "ticket_not_found"));
}

#[tokio::test]
async fn b07_whoever_says_who_acts_gets_no_sign_in_in_which_nobody_does() {
    let server = Keyrack::impersonating().await;
    let (backend, operator) = (server.vouching().await, Operator(&server));
    let user = server.signed_up("ada").await.user_id().await;
    for (name, value) in [("actor_id", "jane@support"), ("reason", "case 17"), ("sign_in_id", "sin_1")] {
        let asked = json!({ "kind": "sign_in", "user_id": user, name: value });
        let reply = backend.post("/admin/v1/tickets", asked).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{name}");
        assert!(reply.text.contains(name), "{}", reply.text);
    }
    let asked = json!({ "kind": "sign_in", "user": user, "actor": "jane@support" });
    let reply = operator.ask(reqwest::Method::POST, "/tickets", asked).await;
    assert_eq!(reply.refused(), refused(400, "invalid_parameter"));
}

#[tokio::test]
async fn a_ticket_whose_page_would_lead_elsewhere_is_refused_to_whoever_can_mend_it() {
    let server = Keyrack::production().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let with = |back: &str| json!({ "kind": "sign_in", "user_id": user, "redirect_uri": back });
    for wrong in ["https://evil.example/", "//evil.example", "javascript:alert(1)", "com.example.app:/in"] {
        let reply = backend.post("/admin/v1/tickets", with(wrong)).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{wrong}");
    }
    for right in ["/welcome", &format!("{}/welcome", server.base)] {
        assert!(backend.post("/admin/v1/tickets", with(right)).await.bare()["url"].is_string(), "{right}");
    }
}
