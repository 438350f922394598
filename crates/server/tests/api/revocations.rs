//! `GET /admin/v1/revocations`: what backends are told, and whom.

use crate::organizations::acme;
use crate::support::{Browser, Keyrack, Operator, PASSWORD, Revocations, refused};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

const FOLLOWS: &[&str] = &["revocations:read"];
const ADMIN: &str = "rol_org_admin";

/// A browser with Ada and Bob, and a stream that has begun.
async fn scene() -> (Keyrack, Browser, [String; 2], Revocations) {
    let server = Keyrack::start().await;
    let (browser, ids) = server.signed_up_two().await;
    let (stream, first) = server.backend(FOLLOWS).await.follows_from(None).await;
    assert_eq!((first.name.as_str(), first.told.len()), ("snapshot", 0));
    (server, browser, ids, stream)
}

/// The revision of a token of the active sign-in.
async fn rev(browser: &Browser) -> i64 {
    browser.claims().await["rev"].as_i64().unwrap()
}

#[tokio::test]
async fn who_signs_out_is_told_with_a_revision_that_refuses_all_their_tokens() {
    let (_server, browser, [ada, bob], mut stream) = scene().await;
    let before = rev(&browser).await;
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    let told = stream.about(&[&bob]).await;
    assert!(told[0] > before, "{told:?} {before}");
    let before = rev(&browser).await;
    assert!(before >= told[0], "Ada's are of the same session, and go on");
    browser.post("/session/sign-out", json!({})).await.ok();
    assert!(stream.about(&[&ada]).await[0] > before);
}

#[tokio::test]
async fn whoever_ends_a_sign_in_it_is_told() {
    let server = Keyrack::start().await;
    let (_stays, mut stream) = (server.signed_up("ada").await, None);
    let operator = Operator(&server);
    for way in ["sign-in", "session", "user", "disable", "elsewhere", "idle", "password"] {
        let browser = server.signed_in("ada").await;
        let sign_in = browser.sign_in_id().await;
        let before = rev(&browser).await;
        if stream.is_none() {
            stream = Some(server.backend(FOLLOWS).await.follows_from(None).await.0);
        }
        let stream: &mut Revocations = stream.as_mut().unwrap();
        match way {
            "sign-in" => drop(operator.post(&format!("/sessions/{sign_in}/end")).await.ok()),
            "session" => {
                let session = browser.session().await["id"].as_str().unwrap().to_owned();
                operator.post(&format!("/sessions/{session}/end")).await.ok();
            }
            "user" => drop(operator.post("/users/ada@example.com/end-sessions").await.ok()),
            "disable" => {
                operator.post("/users/ada@example.com/disable").await.ok();
                operator.post("/users/ada@example.com/enable").await.ok();
            }
            "elsewhere" => {
                let other = server.signed_in("ada").await;
                other.post(&format!("/me/signins/{sign_in}/signout"), json!({})).await.ok();
            }
            "idle" => {
                server.advance(7 * 24 * 3_600_000);
                assert_eq!(browser.session().await["active_signin"], Value::Null);
            }
            _ => {
                let other = server.signed_in("ada").await;
                let change = json!({ "current_password": PASSWORD, "new_password": "another correct horse" });
                other.post("/me/update-password", change).await.ok();
            }
        }
        let mut told = stream.next().await.unwrap();
        // Others of Ada's may have ended with it, or before it.
        while !told.told.contains_key(&sign_in) {
            told = stream.next().await.unwrap();
        }
        assert!(told.told[&sign_in] > before, "{way}: {told:?} {before}");
    }
}

#[tokio::test]
async fn who_loses_a_place_or_a_role_is_told_and_goes_on_with_new_tokens() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let bobs = ada.membership(&path, "bob").await;
    let id = bob.sign_in_id().await;
    let (mut stream, first) = server.backend(FOLLOWS).await.follows_from(None).await;
    assert_eq!(first.told.len(), 0);
    bob.switches_organization(&acme).await;
    // To get more is no loss: nothing is told of it.
    ada.post(&format!("{path}/members/{bobs}/roles/{ADMIN}/add"), json!({})).await.ok();
    let before = rev(&bob).await;
    ada.post(&format!("{path}/members/{bobs}/roles/{ADMIN}/remove"), json!({})).await.ok();
    let told = stream.about(&[&id]).await[0];
    let claims = bob.claims().await;
    assert!(told > before && claims["rev"].as_i64().unwrap() >= told, "{told} {before} {claims}");
    assert_eq!(claims["organization_permissions"], json!(["organization:member"]));
    // A token of a moment ago speaks for a place that the sign-in has left: it is refused all the same.
    let before = rev(&bob).await;
    bob.post("/session/switch-organization", json!({})).await.ok();
    ada.post(&format!("{path}/members/{bobs}/remove"), json!({})).await.ok();
    let told = stream.about(&[&id]).await[0];
    assert!(told > before && rev(&bob).await >= told);
}

#[tokio::test]
async fn who_stands_in_what_is_deleted_or_closed_to_them_is_told() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let ids = [ada.sign_in_id().await, bob.sign_in_id().await];
    ada.switches_organization(&acme).await;
    bob.switches_organization(&acme).await;
    let before = [rev(&ada).await, rev(&bob).await];
    let (mut stream, _) = server.backend(FOLLOWS).await.follows_from(None).await;
    ada.post(&format!("/organizations/{acme}/delete"), json!({})).await.ok();
    let told = stream.about(&[&ids[0], &ids[1]]).await;
    assert!(told[0] > before[0] && told[1] > before[1], "{told:?} {before:?}");
    assert!(rev(&bob).await >= told[1]);
}

#[tokio::test]
async fn who_is_put_out_by_a_restriction_is_told_when_it_is_found_and_who_meets_it_is_not() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    ada.switches_organization(&acme).await;
    bob.switches_organization(&acme).await;
    server.second_factor(&ada.user_id().await, true).await;
    let (id, before) = (bob.sign_in_id().await, rev(&bob).await);
    let (mut stream, first) = server.backend(FOLLOWS).await.follows_from(None).await;
    assert_eq!(first.told.len(), 0);
    ada.post(&format!("/organizations/{acme}/update"), json!({ "enforce_mfa": true })).await.ok();
    let stands = async |who: &Browser| {
        who.session().await["active_signin"]["active_organization_membership_id"].is_string()
    };
    assert_eq!([stands(&ada).await, stands(&bob).await], [true, false]);
    let told = stream.about(&[&id]).await[0];
    assert!(told > before && rev(&bob).await >= told, "{told} {before}");
}

#[tokio::test]
async fn what_takes_nothing_away_is_not_told() {
    let (server, browser, [ada, bob], mut stream) = scene().await;
    server.signed_up("cyd").await;
    browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    let acme = browser.founds("Acme").await;
    browser.post("/session/switch-organization", json!({})).await.ok();
    browser.switches_organization(&acme).await;
    browser.also_signs_in("cyd").await;
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    stream.about(&[&bob]).await;
}

#[tokio::test]
async fn a_stream_begins_with_what_a_living_token_may_be_about_and_no_more() {
    let (server, browser, [ada, bob], mut stream) = scene().await;
    let backend = server.backend(FOLLOWS).await;
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    let told = stream.about(&[&bob]).await;
    let (_, whole) = backend.follows_from(None).await;
    assert_eq!((whole.name.as_str(), whole.told.get(&bob)), ("snapshot", told.first()));
    assert_eq!(whole.window_ms, 60_000 + 6 * 60_000);
    server.advance(whole.window_ms);
    browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    let told = stream.about(&[&ada]).await;
    server.advance(1);
    drop(stream);
    // Whoever follows begins with what the database says, since nobody followed.
    let (_, whole) = backend.follows_from(None).await;
    assert_eq!((whole.told.len(), whole.told.get(&ada)), (1, told.first()));
}

#[tokio::test]
async fn who_comes_back_is_told_what_came_since() {
    let (server, browser, [ada, bob], mut stream) = scene().await;
    let backend = server.backend(FOLLOWS).await;
    let node = server.nodes().remove(0);
    let again = async |id: &str| {
        let request = crate::support::client().get(format!("{node}/admin/v1/revocations"));
        let request = request.bearer_auth(&backend.key).header("last-event-id", id);
        let mut stream = Revocations::of(request.send().await.unwrap());
        stream.next().await.unwrap()
    };
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    let id = stream.next().await.unwrap().id;
    browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    let newest = stream.next().await.unwrap();
    let since = again(&id).await;
    assert_eq!((since.name.as_str(), &since.id, &since.told), ("revoked", &newest.id, &newest.told));
    let nothing = again(&newest.id).await;
    assert_eq!((nothing.name.as_str(), nothing.told.len()), ("revoked", 0));
    for unknown in ["nod_x.1", "x", "%", &"9".repeat(500)] {
        assert_eq!(again(unknown).await.name, "snapshot", "{unknown}");
    }
}

#[tokio::test]
async fn i04_only_a_key_for_it_opens_the_stream_and_only_of_its_own_deployment() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    let key = server.api_key(&["users:read", "audit:read"]).await;
    let backend = server.backend_with(key);
    let answer = backend.get("/admin/v1/revocations").await;
    assert_eq!(answer.refused(), refused(403, "api_key_scope"));
    for key in [token, "sk_test_nobody".to_owned(), browser.credential().unwrap(), "x".to_owned()] {
        let answer = server.backend_with(key).get("/admin/v1/revocations").await;
        assert_eq!(answer.refused(), refused(401, "invalid_api_key"));
    }
    let mine = browser.send(browser.request(Method::GET, "/admin/v1/revocations")).await;
    assert_eq!(mine.refused(), refused(401, "invalid_api_key"));
    let (mut stream, _) = server.backend(FOLLOWS).await.follows_from(None).await;
    // The database is shared by every test: what others end is not told here.
    let other = Keyrack::start().await;
    let stranger = other.signed_up("eve").await;
    stranger.post("/session/sign-out", json!({})).await.ok();
    let id = browser.sign_in_id().await;
    browser.post("/session/sign-out", json!({})).await.ok();
    stream.about(&[&id]).await;
}

#[tokio::test]
async fn i04_a_stream_ends_with_the_key_that_it_was_opened_with() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let operator = Operator(&server);
    let new = |name: &str| json!({ "name": name, "scopes": FOLLOWS, "expires_in_ms": 3_600_000 });
    let revoked = operator.ask(Method::POST, "/api-keys", new("revoked")).await.ok();
    let expiring = operator.ask(Method::POST, "/api-keys", new("expiring")).await.ok();
    let backend = |key: &Value| server.backend_with(key["secret"].as_str().unwrap().to_owned());
    let (mut first, _) = backend(&revoked).follows_from(None).await;
    let (mut second, _) = backend(&expiring).follows_from(None).await;
    let (mut other, _) = server.backend(FOLLOWS).await.follows_from(None).await;
    operator.post(&format!("/api-keys/{}/revoke", revoked["key"]["id"].as_str().unwrap())).await.ok();
    first.is_ended().await;
    // What came since is told to those whose keys are good, and only to them.
    let id = browser.sign_in_id().await;
    browser.post("/session/sign-out", json!({})).await.ok();
    other.about(&[&id]).await;
    second.about(&[&id]).await;
    server.advance(3_600_000);
    second.is_ended().await;
    let again = backend(&expiring).asks_for_revocations(None).await;
    assert_eq!(again.status(), 401);
}

#[tokio::test]
async fn a_stream_is_never_kept_and_ends_with_the_server() {
    let server = Keyrack::start().await;
    let backend = server.backend(FOLLOWS).await;
    let answer = backend.asks_for_revocations(None).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("cache-control").contains("no-store"));
    assert_eq!(header("x-accel-buffering"), "no");
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    let mut stream = Revocations::of(answer);
    assert_eq!(stream.next().await.unwrap().name, "snapshot");
    let twin = server.twin_app();
    [Some(&server.app), twin.as_ref()].into_iter().flatten().for_each(|app| app.feeds.close());
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn what_no_notice_brought_is_found_in_the_database() {
    let (server, browser, [_, bob], mut stream) = scene().await;
    // As if another process had done it, which said nothing.
    let (id, deployment, now) =
        (bob.clone(), server.app.sites[0].config.id.clone(), server.app.world.clock.now_ms());
    let silent = server.app.db.write(move |tx| {
        tx.execute(
            "update sign_ins set not_before_rev = 99, revoked_at = $3 where id = $1 and deployment_id = $2",
            keyrack_server::params![id.as_str(), deployment.as_str(), now],
        )
    });
    assert_eq!(silent.await.unwrap(), 1);
    let twin = server.twin_app();
    for app in [Some(Arc::clone(&server.app)), twin].into_iter().flatten() {
        keyrack_server::revocation::compare::all(&app, None).await.unwrap();
    }
    assert_eq!(stream.about(&[&bob]).await, [99]);
    drop(browser);
}
