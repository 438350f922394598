//! Whoever acts as somebody else does so by a secret key, and no longer than that is good; and the user is told by mail.

use crate::support::{Backend, Browser, Keyrack, Operator, SECOND, refused, within};
use reqwest::Method;
use serde_json::{Value, json};

/// The id of a backend's key.
fn id_of(backend: &Backend) -> String {
    format!("apk_{}", &backend.key["sk_test_".len()..][..26])
}

async fn acts_as(server: &Keyrack, backend: &Backend, user: &str) -> Browser {
    let browser = server.browser();
    browser.exchanges(&backend.ticket_to_act_as(user).await).await.ok();
    browser
}

async fn revokes(server: &Keyrack, backend: &Backend) -> Value {
    Operator(server).post(&format!("/api-keys/{}/revoke", id_of(backend))).await.ok()
}

#[tokio::test]
async fn b07_whoever_acts_by_a_key_is_out_on_every_path_once_it_is_revoked_and_backends_are_told_within_a_second()
 {
    let server = Keyrack::impersonating().await;
    let [one, other] = [server.vouching().await, server.vouching().await];
    let reads = server.backend(&["revocations:read", "audit:read"]).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (adas, bobs) = (ada.user_id().await, bob.user_id().await);
    let (jane, june) = (acts_as(&server, &one, &adas).await, acts_as(&server, &one, &bobs).await);
    let (kept, own) = (acts_as(&server, &other, &adas).await, server.browser());
    own.exchanges(&one.ticket_for(&bobs).await).await.ok();
    let ids = [jane.sign_in_id().await, june.sign_in_id().await];
    let revs = [jane.claims().await["rev"].as_i64().unwrap(), june.claims().await["rev"].as_i64().unwrap()];
    let (mut stream, first) = reads.follows_from(None).await;
    assert!(first.told.is_empty(), "{first:?}");

    revokes(&server, &one).await;
    let told = within(SECOND, stream.about(&[&ids[0], &ids[1]])).await.expect("a second has passed");
    assert!(told[0] > revs[0] && told[1] > revs[1], "{told:?} {revs:?}");
    for browser in [&jane, &june] {
        assert_eq!(browser.get("/session/token").await.refused(), refused(401, "signed_out"));
        assert_eq!(browser.get("/me").await.refused(), refused(401, "signed_out"));
        assert_eq!(browser.session().await["end_reason"], json!("revoked_by_admin"));
        assert!(browser.accounts().await.is_empty());
    }
    // Another key's go on, and so does whoever is signed in as themselves, also by a ticket of this one.
    assert_eq!(kept.accounts().await, ["ada*"]);
    assert_eq!(own.accounts().await, ["bob*"]);
    assert_eq!([ada.accounts().await, bob.accounts().await], [["ada*"], ["bob*"]]);
    let records = reads.get("/admin/v1/audit?event=sign_in_ended").await.bare()["items"].clone();
    let ended: Vec<_> = records.as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap()).collect();
    assert_eq!(ended, ["revoked_by_admin"; 2]);
    // A second time it ends nothing more.
    revokes(&server, &one).await;
    let records = reads.get("/admin/v1/audit?event=sign_in_ended").await.bare()["items"].clone();
    assert_eq!(records.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn b07_nobody_acts_by_a_key_that_has_expired_and_no_token_says_that_they_may() {
    let server = Keyrack::impersonating().await;
    let new = json!({ "name": "short", "scopes": ["tickets:impersonate"], "expires_in_ms": 600_000 });
    let made = Operator(&server).ask(Method::POST, "/api-keys", new).await.ok();
    let backend = server.backend_with(made["secret"].as_str().unwrap().to_owned());
    let user = server.signed_up("ada").await.user_id().await;
    server.advance(400_000);
    let jane = acts_as(&server, &backend, &user).await;
    let open = backend.ticket_to_act_as(&user).await;
    server.advance(170_000);
    let claims = jane.claims().await;
    let left = claims["exp"].as_i64().unwrap() * 1000 - server.app.world.clock.now_ms();
    assert!((1..=30_000).contains(&left), "{left} {claims}");
    server.advance(29_999);
    assert_eq!(jane.accounts().await, ["ada*"]);
    server.advance(1);
    assert_eq!(jane.get("/session/token").await.refused(), refused(401, "signed_out"));
    assert!(jane.accounts().await.is_empty());
    // Nor is one let in by what the key has left.
    assert_eq!(server.browser().exchanges(&open).await.refused(), refused(404, "ticket_not_found"));
}

#[tokio::test]
async fn b07_nobody_slips_in_while_the_key_is_revoked_in_any_of_25_rounds() {
    let server = Keyrack::impersonating().await;
    let user = server.signed_up("ada").await.user_id().await;
    for round in 0..25 {
        let backend = server.vouching().await;
        let ticket = backend.ticket_to_act_as(&user).await;
        let jane = server.browser();
        let (exchanged, _) = tokio::join!(jane.exchanges(&ticket), revokes(&server, &backend));
        assert!([200, 404].contains(&exchanged.status), "round {round}: {}", exchanged.text);
        assert!(jane.accounts().await.is_empty(), "round {round}: {}", exchanged.text);
    }
}

#[tokio::test]
async fn b05_of_using_a_ticket_and_taking_it_back_at_once_one_wins_in_each_of_25_rounds() {
    let server = Keyrack::start_with(|deployment| deployment.max_sessions_per_account = 50).await;
    let user = server.signed_up("ada").await.user_id().await;
    let backend = server.vouching().await;
    for round in 0..25 {
        let order = json!({ "kind": "sign_in", "user_id": user });
        let made = backend.post("/admin/v1/tickets", order).await.bare();
        let path = format!("/admin/v1/tickets/{}", made["id"].as_str().unwrap());
        let browser = server.browser();
        let (used, taken) =
            tokio::join!(browser.exchanges(made["ticket"].as_str().unwrap()), backend.delete(&path));
        let both = [used.status, taken.status];
        assert!(both == [200, 404] || both == [404, 200], "round {round}: {both:?}");
        assert_eq!(browser.accounts().await.is_empty(), used.status == 404, "round {round}");
    }
}

#[tokio::test]
async fn who_is_acted_as_is_mailed_who_it_is_why_and_for_how_long() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let ada = server.signed_up("ada").await;
    let order = json!({
        "kind": "impersonation", "user_id": ada.user_id().await, "actor_id": "jane@support",
        "reason": "<b>case</b> 17: see https://evil.example/x"
    });
    let jane = server.browser();
    jane.exchanges(&backend.ticket(order).await).await.ok();
    let mail = server.mails("ada").await.pop().unwrap().mail;
    assert_eq!((mail.subject.contains("signed in as you"), mail.language.as_str()), (true, "en"));
    assert!(mail.text.contains("jane@ support") && mail.html.contains("jane@ support"), "{}", mail.text);
    assert!(mail.text.contains("<b>case"), "as it was said: {}", mail.text);
    assert!(mail.html.contains("&lt;b&gt;case") && !mail.html.contains("<b>case"), "{}", mail.html);
    for form in [&mail.text, &mail.html] {
        assert!(!form.contains("evil.example"), "no link of theirs: {form}");
    }
    let starts = server.app.world.clock.now_ms();
    for ms in [starts, starts + 30 * 60_000] {
        assert!(mail.text.contains(&keyrack_server::time::minute(ms)), "{}", mail.text);
    }
    // What the mail says can be done can be done: the sign-in is among their own, and ends there.
    let listed = ada.get("/me/signins").await.ok();
    let acted = listed.as_array().unwrap().iter().find(|it| it.get("act").is_some()).unwrap()["id"].clone();
    ada.proves_again().await;
    ada.post(&format!("/me/signins/{}/signout", acted.as_str().unwrap()), json!({})).await.ok();
    assert!(jane.accounts().await.is_empty());
}

#[tokio::test]
async fn who_is_acted_as_is_mailed_in_their_own_language_and_only_where_they_proved_the_address() {
    let server = Keyrack::impersonating().await;
    let backend = server.vouching().await;
    let ada = crate::languages::ada(&server).await;
    let user = ada.user_id().await;
    backend_adds(&server, &user).await;
    acts_as(&server, &backend, &user).await;
    let mail = server.mails("ada").await.pop().unwrap().mail;
    assert_eq!((mail.language.as_str(), mail.subject.contains("als du angemeldet")), ("de", true));
    assert!(mail.text.contains("case 17") && mail.html.contains("case 17"), "{}", mail.text);
    let unproved = server.mails("ada.unproved").await;
    assert!(unproved.iter().all(|mail| !mail.mail.subject.contains("angemeldet")), "{unproved:?}");
}

/// Adds an address that nobody has proved.
async fn backend_adds(server: &Keyrack, user: &str) {
    let writes = server.backend(&["users:write"]).await;
    let body = json!({ "email": "ada.unproved@example.com", "verified": false });
    writes.post(&format!("/admin/v1/users/{user}/contacts"), body).await.bare();
}
