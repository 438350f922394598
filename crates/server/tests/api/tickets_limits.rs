//! What nobody does with a ticket: act on what is the owner's alone, use one for something else, get past a second factor.

use crate::support::{Keyrack, PASSWORD, claims, refused};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn b07_who_acts_as_somebody_else_changes_nothing_of_the_account_and_every_try_is_recorded() {
    let server = Keyrack::impersonating().await;
    let backend = server.backend(&["tickets:impersonate", "tickets:handover", "audit:read"]).await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    let jane = server.browser();
    jane.exchanges(&backend.ticket_to_act_as(&user).await).await.ok();
    let forbidden = refused(403, "impersonation_forbidden");
    let before = ada.get("/me").await.ok();
    for (path, body) in [
        (
            "/me/update-password",
            json!({ "current_password": PASSWORD, "new_password": format!("{PASSWORD} 2") }),
        ),
        (
            "/me/update-password",
            json!({ "current_password": "wrong", "new_password": format!("{PASSWORD} 2") }),
        ),
        ("/me/remove-password", json!({ "current_password": PASSWORD })),
        ("/me/email-addresses", json!({ "email": "jane@example.com" })),
        ("/me/phone-numbers", json!({ "phone_number": "+4915112345678" })),
        ("/me/passkeys/register/begin", json!({})),
        ("/me/authenticator", json!({})),
        ("/me/backup-codes", json!({})),
        ("/me", json!({ "first_name": "Jane" })),
        ("/me/account/delete", json!({ "password": PASSWORD })),
        ("/me/signins/signout-others", json!({})),
        ("/session/reauthenticate", json!({ "method": "password", "password": PASSWORD })),
        ("/session/reauthenticate", json!({ "method": "password", "password": "wrong" })),
        ("/session/reauthenticate/prepare", json!({ "method": "email_otp" })),
        ("/notifications/archive-all-read", json!({})),
    ] {
        let reply = jane.post(path, body).await;
        assert!(
            reply.status != 404 || !reply.text.contains("not_found\""),
            "{path} is no route: {}",
            reply.text
        );
        assert_eq!(reply.refused(), forbidden, "{path}");
    }
    assert_eq!(jane.get("/me/export").await.refused(), forbidden);
    assert_eq!(ada.get("/me").await.ok(), before);
    // Nor is a sign-in of somebody else's handed on.
    let order = json!({ "kind": "handover", "sign_in_id": jane.sign_in_id().await });
    assert_eq!(backend.post("/admin/v1/tickets", order).await.refused(), forbidden);
    // What only concerns the sign-in itself may be done.
    jane.get("/me/signins").await.ok();
    assert_eq!(
        claims(jane.get("/session/token").await.ok()["token"].as_str().unwrap())["act"]["sub"],
        "jane@support"
    );
    jane.founds("Acme").await;
    jane.post("/session/sign-out", json!({})).await.ok();

    let record = async |event: &str| {
        backend.get(&format!("/admin/v1/audit?event={event}")).await.bare()["items"].clone()
    };
    let tried = record("impersonation_refused").await;
    assert!(tried.as_array().unwrap().len() >= 10, "{tried}");
    // The backend that would have handed it on is on record, too.
    let by_keys =
        tried.as_array().unwrap().iter().filter(|it| it["actor"].as_str().unwrap().starts_with("key:"));
    let by_keys: Vec<&Value> = by_keys.map(|it| &it["reason"]).collect();
    assert_eq!(by_keys, [&json!("impersonation_forbidden")]);
    for event in ["impersonation_refused", "organization_created", "sign_in_ended"] {
        let records = record(event).await;
        let mut records = records.as_array().unwrap().iter();
        let record = records.find(|it| !it["actor"].as_str().unwrap().starts_with("key:")).unwrap();
        assert_eq!(
            (&record["actor"], &record["note"]),
            (&json!("acting:jane@support"), &json!("case 17")),
            "{event}"
        );
    }
    let begun = record("signed_in").await;
    let begun = begun.as_array().unwrap().iter().find(|it| it["actor"] == "acting:jane@support").unwrap();
    assert_eq!(begun["user_id"], json!(user));
    let made = record("ticket_created").await[0].clone();
    assert_eq!((&made["reason"], &made["user_id"]), (&json!("impersonation"), &json!(user)));
}

#[tokio::test]
async fn b07_acting_as_somebody_takes_none_of_their_places_and_leaves_no_trace_in_their_choices() {
    let server = Keyrack::start_with(|deployment| {
        deployment.impersonation.enabled = true;
        deployment.max_sessions_per_account = 2;
    })
    .await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let second = server.signed_in("ada").await;
    let acme = ada.founds("Acme").await;
    ada.switches_organization(&acme).await;
    let jane = server.browser();
    jane.exchanges(&backend.ticket_to_act_as(&ada.user_id().await).await).await.ok();
    assert_eq!(jane.stands().await[0], ada.stands().await[0]);
    jane.post("/session/switch-organization", json!({})).await.ok();
    for browser in [&ada, &second, &jane] {
        assert_eq!(browser.accounts().await, ["ada*"]);
    }
    let third = server.signed_in("ada").await;
    assert_ne!(third.stands().await[0], Value::Null, "where the user begins is the user's choice");
}

#[tokio::test]
async fn e09_a_ticket_leads_to_the_second_factor_of_whoever_has_one() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let user = ada.user_id().await;
    ada.adds_authenticator(&server).await;
    let browser = server.browser();
    let answer = browser.exchanges(&backend.ticket_for(&user).await).await.ok();
    assert_eq!(answer["session"]["active_signin"], Value::Null);
    let attempt = answer["session"]["signin_attempts"][0].clone();
    assert_eq!(
        (&attempt["current_step"], &attempt["method"]),
        (&json!("verify_second_factor"), &json!("ticket"))
    );
    assert!(browser.accounts().await.is_empty());
}

#[tokio::test]
async fn b03_a_ticket_serves_nothing_else_and_nothing_else_serves_as_one() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let (user, acme) = (ada.user_id().await, ada.founds("Acme").await);
    ada.invites(&acme, "bob", json!({})).await;
    let invitation = server.token("bob").await;
    let bob = server.signed_up("bob").await;
    let tickets = [
        backend.ticket_for(&user).await,
        backend.ticket_to_act_as(&user).await,
        backend.ticket(json!({ "kind": "handover", "sign_in_id": ada.sign_in_id().await })).await,
    ];
    let token = ada.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    for other in [invitation.as_str(), token.as_str(), &ada.credential().unwrap()] {
        let reply = server.browser().exchanges(other).await;
        assert!([400, 404].contains(&reply.status) && !reply.text.contains("\"success\""), "{}", reply.text);
    }
    for ticket in &tickets {
        // The id is everybody's to know and opens nothing; nor do the digits of one open another.
        let crossed = format!("{}{}", &tickets[0][..30], &tickets[1][30..]);
        assert_eq!(server.browser().exchanges(&crossed).await.refused(), refused(404, "ticket_not_found"));
        assert_eq!(bob.validates(ticket).await["valid"], false);
        assert_eq!(bob.accepts(ticket).await["error_code"], "INVITATION_INVALID");
        let link = json!({ "token": ticket, "attempt": &ticket[..30] });
        assert_eq!(
            server.browser().post("/auth/verify-magic-link", link).await.refused().1,
            "link_not_valid"
        );
        let reset = json!({ "token": ticket, "password": format!("{PASSWORD} 2") });
        assert!(server.browser().post("/auth/reset-password", reset).await.status >= 400);
        assert_eq!(server.backend_with(ticket.clone()).get("/admin/v1/users").await.status, 401);
        let browser = server.browser();
        browser.hold(Some(ticket.clone()));
        assert!(browser.accounts().await.is_empty());
    }
    // None of that has used one up.
    for ticket in &tickets {
        server.browser().exchanges(ticket).await.ok();
    }
    assert_eq!(bob.accepts(&invitation).await["already_member"], false);
}

#[tokio::test]
async fn b03_a_ticket_of_one_deployment_is_none_of_another() {
    let server = Keyrack::start_configured(|config| {
        let mut other = config.deployments[0].clone();
        other.id = format!("{}x", other.id);
        other.hosts = vec!["localhost".to_owned()];
        config.deployments.push(other);
    })
    .await;
    let [one, other] = [0, 1].map(|index: usize| server.app.sites[index].config.id.clone());
    let backend = server.backend_with(server.api_key_of(&one, &["tickets:sign_in"]).await);
    let ticket = backend.ticket_for(&server.signed_up("ada").await.user_id().await).await;
    let exchange = async |host: &str| {
        let url = server.nodes()[0].replace("127.0.0.1", host);
        let body = json!({ "ticket": ticket });
        let sent = crate::support::client().post(format!("{url}/session/ticket/exchange")).json(&body).send();
        sent.await.unwrap().status().as_u16()
    };
    assert_eq!(exchange("localhost").await, 404);
    let key = server.api_key_of(&other, &["tickets:sign_in"]).await;
    let list = server.backend_with(key).on("localhost").get("/admin/v1/tickets").await.bare();
    assert_eq!(list["items"], json!([]));
    server.browser().exchanges(&ticket).await.ok();
}

#[tokio::test]
async fn a_ticket_accepts_an_invitation_for_whoever_has_the_address_and_nobody_else() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let id = ada.invites(&acme, "bob", json!({})).await["id"].as_str().unwrap().to_owned();
    let token = server.token("bob").await;
    let ticket = backend.ticket(json!({ "kind": "invitation", "invitation_id": id })).await;
    for browser in [&server.browser(), &server.signed_up("eve").await] {
        assert_eq!(browser.exchanges(&ticket).await.refused(), refused(409, "invitation_not_accepted"));
    }
    let bob = server.signed_up("bob").await;
    let answer = bob.exchanges(&ticket).await.ok();
    assert_eq!(answer["session"]["active_signin"]["id"], json!(bob.sign_in_id().await));
    assert_ne!(bob.stands().await[0], Value::Null);
    assert_eq!(bob.exchanges(&ticket).await.ok()["success"], true);
    // The mailed token is used up with it.
    assert_eq!(bob.validates(&token).await["valid"], false);
    let order = json!({ "kind": "invitation", "invitation_id": id });
    assert_eq!(
        backend.post("/admin/v1/tickets", order).await.refused(),
        refused(404, "invitation_not_found")
    );
}

#[tokio::test]
async fn asking_for_a_ticket_again_with_the_same_key_gives_the_same_one() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let user = server.signed_up("ada").await.user_id().await;
    let ask = async || {
        let request = backend.request(Method::POST, "/admin/v1/tickets").header("idempotency-key", "one");
        backend.send(request.json(&json!({ "kind": "sign_in", "user_id": user }))).await.bare()
    };
    assert_eq!(ask().await, ask().await);
    assert_eq!(backend.get("/admin/v1/tickets").await.bare()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn b05_a_password_that_is_changed_or_reset_takes_open_tickets_back() {
    let server = Keyrack::start().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let ticket = backend.ticket_for(&ada.user_id().await).await;
    let changed = json!({ "current_password": PASSWORD, "new_password": format!("{PASSWORD} 2") });
    ada.post("/me/update-password", changed).await.ok();
    assert_eq!(server.browser().exchanges(&ticket).await.refused(), refused(404, "ticket_not_found"));
}
