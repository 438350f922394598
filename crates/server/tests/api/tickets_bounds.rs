//! What a ticket is bound to between its making and its use: whom it is about, who made it, and what has become of both.

use crate::support::{Keyrack, refused};
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/admin/v1/tickets";
const DAY: i64 = 24 * 3_600_000;

#[tokio::test]
async fn nothing_is_handed_over_of_a_sign_in_that_has_ended() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let [out, idle] = [server.signed_up("ada").await, server.signed_up("bob").await];
    let ids = [out.sign_in_id().await, idle.sign_in_id().await];
    out.post("/session/sign-out", json!({})).await.ok();
    server.advance(7 * DAY);
    for id in ids {
        let order = json!({ "kind": "handover", "sign_in_id": id });
        assert_eq!(backend.post(PATH, order).await.refused(), refused(404, "sign_in_not_found"));
    }
}

#[tokio::test]
async fn who_is_signed_in_in_a_browser_is_let_in_there_by_no_kind_of_ticket_again() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let (ada, other) = (server.signed_up("ada").await, server.signed_in("ada").await);
    let user = ada.user_id().await;
    let handover = json!({ "kind": "handover", "sign_in_id": other.sign_in_id().await });
    for ticket in [backend.ticket_to_act_as(&user).await, backend.ticket(handover).await] {
        assert_eq!(ada.exchanges(&ticket).await.refused(), refused(400, "USER_ALREADY_SIGNED_IN"));
        // It is as it was.
        server.browser().exchanges(&ticket).await.ok();
    }
    assert_eq!(ada.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn a_key_takes_back_tickets_of_its_own_kinds_only() {
    let server = Keyrack::start().await;
    let user = server.signed_up("ada").await.user_id().await;
    let order = json!({ "kind": "sign_in", "user_id": user });
    let made = server.vouching().await.post(PATH, order).await.bare();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let other = server.backend(&["tickets:handover", "tickets:impersonate"]).await;
    assert_eq!(other.delete(&path).await.refused(), refused(404, "ticket_not_found"));
    server.browser().exchanges(made["ticket"].as_str().unwrap()).await.ok();
}

#[tokio::test]
async fn what_is_handed_over_outlives_the_longest_life_of_what_it_came_from_by_nothing() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    server.advance(5 * DAY);
    let order = json!({ "kind": "handover", "sign_in_id": ada.sign_in_id().await });
    let program = server.browser();
    program.exchanges(&backend.ticket(order).await).await.ok();
    for _ in 0..4 {
        server.advance(6 * DAY);
        assert_eq!([ada.accounts().await, program.accounts().await], [["ada*"], ["ada*"]]);
    }
    // Nobody has asked for the other since, so nothing but its own time ends this one.
    server.advance(DAY - 1);
    program.get("/session/token").await.ok();
    server.advance(1);
    assert_eq!(program.get("/session/token").await.refused(), refused(401, "signed_out"));
    assert_eq!(program.session().await["end_reason"], json!("max_age"));
}

#[tokio::test]
async fn b08_whoever_may_no_more_than_when_the_ticket_was_made_acts_and_whoever_may_less_does_not() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let (boss, member) = (server.signed_up("boss").await, server.signed_up("member").await);
    let acme = boss.founds("Acme").await;
    let (actor, user) = (boss.user_id().await, member.user_id().await);
    server.join(&acme, &user, &["rol_org_member"]).await;
    let order = json!({ "kind": "impersonation", "user_id": user, "actor_id": actor, "reason": "because" });
    let [used, open] = [backend.ticket(order.clone()).await, backend.ticket(order).await];
    server.browser().exchanges(&used).await.ok();
    // The member is in a place of their own by then.
    member.founds("Other").await;
    let reply = server.browser().exchanges(&open).await;
    assert_eq!(reply.refused(), refused(403, "impersonation_forbidden"));
}

#[tokio::test]
async fn what_is_handed_over_is_worth_what_is_known_of_the_key_that_the_browser_has() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let before = ada.claims().await["auth_time"].clone();
    let sign_in = ada.sign_in_id().await;
    server.advance(20 * 60_000);
    // Proved again, but the answer with the new key gets lost: the browser may have the old one.
    let proof = json!({ "method": "password", "password": crate::support::PASSWORD });
    ada.send_and_lose(ada.request(Method::POST, "/session/reauthenticate").json(&proof)).await.ok();
    let program = server.browser();
    let order = json!({ "kind": "handover", "sign_in_id": sign_in });
    program.exchanges(&backend.ticket(order).await).await.ok();
    assert_eq!(program.claims().await["auth_time"], before);
}

#[tokio::test]
async fn who_acts_and_why_is_said_in_so_many_words_on_one_line() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let order = |actor: &str, reason: &str| json!({ "kind": "impersonation", "user_id": user, "actor_id": actor, "reason": reason });
    let (longest, why) = ("ä".repeat(100), "ß".repeat(200));
    backend.post(PATH, order(&longest, &why)).await.bare();
    let (too_long, too_much) = (format!("{longest}x"), format!("{why}x"));
    for (actor, reason) in [
        ("usr_jane", "case 17"),
        ("usr_", "case 17"),
        ("jane\nadmin", "case 17"),
        ("jane", "case\r\n17"),
        ("jane", "case\u{1b}[2J"),
        (&*too_long, "case 17"),
        ("jane", &*too_much),
    ] {
        let reply = backend.post(PATH, order(actor, reason)).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{actor:?} {reason:?}");
    }
    for blank in ["", "  "] {
        assert_eq!(backend.post(PATH, order(blank, "case 17")).await.status, 400);
        assert_eq!(backend.post(PATH, order("jane", blank)).await.status, 400);
    }
}
