//! Tickets: made by a backend, exchanged once, by whom they are for.

use crate::support::{Browser, Keyrack, Operator, PASSWORD, refused};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_backend_signs_a_user_in_by_a_ticket_and_the_answer_has_the_session() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let made = backend.post("/admin/v1/tickets", json!({ "kind": "sign_in", "user_id": user })).await.bare();
    let ticket = made["ticket"].as_str().unwrap();
    assert!(made["url"].as_str().unwrap().ends_with(&format!("/sign-in?ticket={ticket}")), "{made}");
    assert!(made["expires_at"].is_i64() && made["id"].as_str().unwrap().starts_with("tkt_"));

    let browser = server.browser();
    let reply = browser.exchanges(ticket).await;
    assert_eq!(reply.header("cache-control"), Some("private, no-store"));
    let answer = reply.ok();
    assert_eq!(answer["success"], json!(true));
    assert_eq!(answer["session"]["active_signin"]["user"]["id"], json!(user));
    assert_eq!(answer["session_id"], answer["session"]["id"]);
    assert!(answer.get("actor").is_none() && answer["session"]["active_signin"].get("act").is_none());
    assert_eq!(browser.accounts().await, ["ada*"]);
    browser.get("/session/token").await.ok();

    // A ticket is nobody's proof: what could take the account asks for one.
    let changed = json!({ "new_password": format!("{PASSWORD} 2") });
    assert_eq!(browser.post("/me/update-password", changed).await.refused().1, "reauthentication_required");
}

#[tokio::test]
async fn b01_a_ticket_works_once_and_only_whoever_got_its_answer_gets_it_again_for_a_minute() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let ticket = backend.ticket_for(&user).await;
    let (browser, other) = (server.browser(), server.browser());
    let first = browser.exchanges(&ticket).await.ok();
    assert_eq!(other.exchanges(&ticket).await.refused(), refused(400, "ticket_used"));
    let again = browser.exchanges(&ticket).await.ok();
    assert_eq!(again["session"]["active_signin"]["id"], first["session"]["active_signin"]["id"]);
    assert_eq!(again["session"]["revision"], first["session"]["revision"]);
    server.advance(59_999);
    browser.exchanges(&ticket).await.ok();
    server.advance(1);
    assert_eq!(browser.exchanges(&ticket).await.refused(), refused(400, "ticket_used"));

    let server = server.restart().await;
    let held = browser.copied_to(&server);
    for browser in [&held, &server.browser()] {
        assert_eq!(browser.exchanges(&ticket).await.refused(), refused(400, "ticket_used"));
    }
}

#[tokio::test]
async fn b01_whoever_holds_the_session_from_before_gets_no_answer_again() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let browser = server.browser();
    browser.begins_sign_up("visitor").await;
    let planted = browser.copied();
    let ticket = backend.ticket_for(&user).await;
    browser.exchanges(&ticket).await.ok();
    assert_eq!(planted.exchanges(&ticket).await.refused(), refused(400, "ticket_used"));
    assert!(planted.accounts().await.is_empty());
    assert_eq!(browser.exchanges(&ticket).await.ok()["session"]["active_signin"]["user"]["id"], json!(user));
}

#[tokio::test]
async fn b05_an_open_ticket_opens_nothing_of_an_account_that_may_not_act_whoever_decided_that() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let (user, from) = (ada.user_id().await, ada.sign_in_id().await);
    let open = [
        backend.ticket_for(&user).await,
        backend.ticket_to_act_as(&user).await,
        backend.ticket(json!({ "kind": "handover", "sign_in_id": from })).await,
    ];
    // Past what takes tickets back: the row alone.
    let id = user.clone();
    let sql = "update users set disabled_at = 1 where id = $1";
    server.app.db.write(move |tx| tx.execute(sql, keyrack_server::params![&id])).await.unwrap();
    for ticket in &open {
        assert_eq!(server.browser().exchanges(ticket).await.refused(), refused(403, "USER_DISABLED"));
    }
}

#[tokio::test]
async fn b01_after_a_sign_out_a_used_ticket_gives_nothing_again() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let ticket = backend.ticket_for(&user).await;
    let browser = server.browser();
    browser.exchanges(&ticket).await.ok();
    let before = browser.copied();
    browser.post("/session/sign-out", json!({})).await.ok();
    for browser in [&browser, &before] {
        assert_eq!(browser.exchanges(&ticket).await.refused(), refused(400, "ticket_used"));
        assert!(browser.accounts().await.is_empty());
    }
}

#[tokio::test]
async fn a01_a_credential_from_before_an_exchange_opens_nothing_that_it_opened() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let [ada, bob] = [server.signed_up("ada").await, server.signed_up("bob").await];
    let planted = ada.copied();
    ada.exchanges(&backend.ticket_for(&bob.user_id().await).await).await.ok();
    assert_eq!(ada.accounts().await, ["ada", "bob*"]);
    assert_eq!(planted.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn b05_a_ticket_dies_at_its_time_with_its_user_and_with_the_key_that_made_it() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let [early, late] = [backend.ticket_for(&user).await, backend.ticket_for(&user).await];
    server.advance(299_000);
    server.browser().exchanges(&early).await.ok();
    server.advance(2_000);
    assert_eq!(server.browser().exchanges(&late).await.refused(), refused(400, "ticket_expired"));

    let short = json!({ "kind": "sign_in", "user_id": user, "expires_in": 30 });
    let short = backend.ticket(short).await;
    server.advance(30_000);
    assert_eq!(server.browser().exchanges(&short).await.refused(), refused(400, "ticket_expired"));

    let by_key = backend.ticket_for(&user).await;
    let id = backend.key["sk_test_".len()..][..26].to_owned();
    Operator(&server).post(&format!("/api-keys/apk_{id}/revoke")).await.ok();
    assert_eq!(server.browser().exchanges(&by_key).await.refused(), refused(404, "ticket_not_found"));

    let backend = server.vouching().await;
    let open = backend.ticket_for(&user).await;
    Operator(&server).post(&format!("/users/{user}/disable")).await.ok();
    Operator(&server).post(&format!("/users/{user}/enable")).await.ok();
    assert_eq!(server.browser().exchanges(&open).await.refused(), refused(404, "ticket_not_found"));
    let open = backend.ticket_for(&user).await;
    Operator(&server).ask(Method::DELETE, &format!("/users/{user}"), json!({})).await.ok();
    assert_eq!(server.browser().exchanges(&open).await.refused(), refused(404, "ticket_not_found"));
    let order = json!({ "kind": "sign_in", "user_id": user });
    assert_eq!(backend.post("/admin/v1/tickets", order).await.refused(), refused(404, "user_not_found"));
}

#[tokio::test]
async fn a_ticket_is_taken_back_and_only_open_ones_are_listed() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let made = backend.post("/admin/v1/tickets", json!({ "kind": "sign_in", "user_id": user })).await.bare();
    let used = backend.ticket_for(&user).await;
    server.browser().exchanges(&used).await.ok();
    let list = backend.get("/admin/v1/tickets").await.bare();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["id"], made["id"]);
    assert!(!list.to_string().contains(made["ticket"].as_str().unwrap()));
    let path = format!("/admin/v1/tickets/{}", made["id"].as_str().unwrap());
    backend.ask(Method::DELETE, &path, json!({ "reason": "sent to the wrong one" })).await.bare();
    let exchanged = server.browser().exchanges(made["ticket"].as_str().unwrap()).await;
    assert_eq!(exchanged.refused(), refused(404, "ticket_not_found"));
    assert_eq!(backend.delete(&path).await.refused(), refused(404, "ticket_not_found"));
    assert_eq!(backend.get("/admin/v1/tickets").await.bare()["items"], json!([]));
}

#[tokio::test]
async fn b08_what_is_no_secret_key_for_it_makes_no_ticket() {
    let server = Keyrack::impersonating().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let token = ada.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    let published = server.browser().get("/deployment").await.ok();
    let order = json!({ "kind": "impersonation", "user_id": user, "actor_id": "a", "reason": "b" });
    for shown in [token, format!("pk_test_{}", published["id"]), String::new()] {
        let backend = server.backend_with(shown);
        assert_eq!(
            backend.post("/admin/v1/tickets", order.clone()).await.refused(),
            refused(401, "invalid_api_key")
        );
    }
    let scopes = ["tickets:sign_in", "tickets:handover", "users:write", "sessions:write"];
    let backend = server.backend(&scopes).await;
    assert_eq!(backend.post("/admin/v1/tickets", order).await.refused(), refused(403, "api_key_scope"));
    let list = server.backend(&["users:read"]).await.get("/admin/v1/tickets").await;
    assert_eq!(list.refused(), refused(403, "api_key_scope"));
}

#[tokio::test]
async fn a_bound_ticket_is_for_whoever_has_the_verifier() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let order = json!({ "kind": "sign_in", "user_id": user, "code_challenge": challenge });
    let ticket = backend.ticket(order).await;
    let browser = server.browser();
    assert_eq!(browser.exchanges(&ticket).await.refused(), refused(400, "ticket_elsewhere"));
    let with = |ticket: &str, verifier: &str| json!({ "ticket": ticket, "code_verifier": verifier });
    let path = "/session/ticket/exchange";
    let wrong = with(&ticket, &verifier.replace('d', "e"));
    assert_eq!(browser.post(path, wrong).await.refused(), refused(400, "ticket_elsewhere"));
    // Nothing of that has used it up.
    browser.post(path, with(&ticket, verifier)).await.ok();
    let slipped_in = with(&backend.ticket_for(&user).await, verifier);
    assert_eq!(server.browser().post(path, slipped_in).await.refused(), refused(400, "ticket_elsewhere"));
    for wrong in ["short", &format!("{challenge}="), &challenge.replace('-', "+")] {
        let order = json!({ "kind": "sign_in", "user_id": user, "code_challenge": wrong });
        assert_eq!(
            backend.post("/admin/v1/tickets", order).await.refused(),
            refused(400, "invalid_parameter")
        );
    }
}

#[tokio::test]
async fn d08_nothing_but_a_script_exchanges_a_ticket_by_get() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let ticket = backend.ticket_for(&user).await;
    let path = format!("/session/ticket/exchange?ticket={ticket}");
    let browser = server.browser();
    let ask = async |browser: &Browser, method: Method, headers: &[(&str, &str)]| {
        let request = browser.request(method, &path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        browser.send(request).await
    };
    for headers in [
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")][..],
        &[("sec-fetch-mode", "no-cors")],
        &[("sec-fetch-mode", "cors"), ("sec-purpose", "prefetch")],
    ] {
        let reply = ask(&browser, Method::GET, headers).await;
        assert_eq!(reply.refused(), refused(409, "confirm_required"), "{headers:?}");
        assert_eq!(ask(&browser, Method::HEAD, headers).await.status, 409);
    }
    assert_eq!(ask(&browser, Method::HEAD, &[("sec-fetch-mode", "cors")]).await.status, 409);
    assert_eq!(ask(&browser, Method::GET, &[("sec-fetch-mode", "cors")]).await.ok()["success"], json!(true));
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn a_ticket_asks_for_what_the_account_asks_for_and_takes_nobody_in_twice() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let ticket = backend.ticket_for(&user).await;
    assert_eq!(ada.exchanges(&ticket).await.refused(), refused(400, "USER_ALREADY_SIGNED_IN"));
    // It is as it was.
    server.browser().exchanges(&ticket).await.ok();
    for wrong in ["x", "tkt_", &ticket[..ticket.len() - 1], &format!("{}0", &ticket[..ticket.len() - 1])] {
        let code = server.browser().exchanges(wrong).await.refused();
        assert!(code == refused(404, "ticket_not_found") || wrong.len() == ticket.len(), "{wrong}: {code:?}");
    }
}

#[tokio::test]
async fn b01_of_two_who_exchange_a_ticket_at_once_one_gets_it() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    for round in 0..50 {
        let ticket = backend.ticket_for(&user).await;
        let [one, other] = [server.browser(), server.browser()];
        let (first, second) = tokio::join!(one.exchanges(&ticket), other.exchanges(&ticket));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400], "round {round}: {} {}", first.text, second.text);
        let lost = if first.status == 400 { &first } else { &second };
        assert_eq!(lost.refused(), refused(400, "ticket_used"));
    }
}
