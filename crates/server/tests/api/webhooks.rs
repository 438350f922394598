//! What endpoints of the application are told: signed, once it is committed, again until they have it.

use crate::support::{Got, Keyrack, Operator, Receiver};
use http::Method;
use keyrack_server::audit::hooks::KINDS;
use keyrack_server::config::{Deployment, Webhook};
use keyrack_server::webhook::deliver_due;
use keyrack_server::world::Clock;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const KEY: [u8; 32] = [7; 32];
pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

pub fn endpoint(name: &str, receiver: &Receiver, events: &[&str]) -> Webhook {
    Webhook {
        name: name.to_owned(),
        url: format!("{}/hooks/{name}", receiver.url),
        key: KEY.to_vec(),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
        private_addresses: true,
    }
}

/// A server that tells an endpoint of everything.
pub async fn telling(receiver: &Receiver) -> Keyrack {
    let webhook = endpoint("crm", receiver, &[]);
    Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await
}

pub fn body(got: &Got) -> Value {
    serde_json::from_str(&got.body).unwrap()
}

/// What came since `before` messages, each as its type and data.
async fn told(server: &Keyrack, receiver: &Receiver, before: &mut usize) -> Vec<(String, Value)> {
    deliver_due(&server.app).await.unwrap();
    let got = receiver.got();
    let new = got[*before..].iter().map(|got| {
        let body = body(got);
        (body["type"].as_str().unwrap().to_owned(), body["data"].clone())
    });
    let new = new.collect();
    *before = got.len();
    new
}

fn types(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

/// The data of the only message of this type.
#[track_caller]
fn of<'a>(told: &'a [(String, Value)], kind: &str) -> &'a Value {
    let all: Vec<&(String, Value)> = told.iter().filter(|(told, _)| told == kind).collect();
    let [(_, data)] = all.as_slice() else { panic!("{kind} in {told:?}") };
    data
}

#[tokio::test]
async fn a_message_is_verified_by_the_library_of_standard_webhooks_and_no_altered_one_is() {
    let receiver = Receiver::start().await;
    let server = telling(&receiver).await;
    server.advance(Clock::real().now_ms() - server.app.world.clock.now_ms());
    server.signed_up("ada").await;
    deliver_due(&server.app).await.unwrap();
    let library = standardwebhooks::Webhook::from_bytes(KEY.to_vec()).unwrap();
    let other = standardwebhooks::Webhook::from_bytes(vec![8; 32]).unwrap();
    let all = receiver.got();
    assert!(all.len() >= 3, "{}", all.len());
    for got in all {
        assert_eq!((got.path.as_str(), got.header("content-type")), ("/hooks/crm", "application/json"));
        library.verify(got.body.as_bytes(), &got.headers).unwrap();
        assert!(got.header("webhook-id").starts_with("evt_"), "{got:?}");
        assert!(other.verify(got.body.as_bytes(), &got.headers).is_err());
        assert!(library.verify(got.body.replace("created", "deleted").as_bytes(), &got.headers).is_err());
        let body = body(&got);
        let members: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["data", "timestamp", "type"]);
    }
}

#[tokio::test]
async fn an_account_is_told_of_from_its_beginning_to_its_end() {
    let receiver = Receiver::start().await;
    let (server, mut seen) = (telling(&receiver).await, 0);
    let browser = server.signed_up("ada").await;
    let user = browser.session().await["active_signin"]["user_id"].clone();
    let begun = told(&server, &receiver, &mut seen).await;
    assert_eq!(types(&begun), ["user.created", "session.created", "sign_in.created"]);
    let created = of(&begun, "user.created");
    assert_eq!(
        (&created["id"], &created["email_address"], &created["email_address_verified"]),
        (&user, &json!("ada@example.com"), &json!(true))
    );
    assert!(created.get("private_metadata").is_none(), "{created}");
    let (sign_in, session) = (of(&begun, "sign_in.created"), of(&begun, "session.created"));
    assert_eq!((&sign_in["user_id"], &sign_in["session_id"]), (&user, &session["id"]));
    assert_eq!((&sign_in["reason"], session.get("reason")), (&json!("pwd"), None));

    browser.post("/me", json!({ "first_name": "Ada" })).await.ok();
    let changed = told(&server, &receiver, &mut seen).await;
    assert_eq!(of(&changed, "user.updated")["first_name"], "Ada");
    assert_eq!(changed.len(), 1);

    // The sign-up that was completed is shown for ten minutes more, and a session lives as long as something in it.
    server.advance(20 * MINUTE);
    Operator(&server).post("/users/ada@example.com/disable").await.ok();
    let disabled = told(&server, &receiver, &mut seen).await;
    assert_eq!(of(&disabled, "user.disabled")["state"], "disabled");
    assert_eq!(of(&disabled, "sign_in.ended")["reason"], "user_disabled");
    assert_eq!(of(&disabled, "session.ended")["id"], session["id"]);
    Operator(&server).post("/users/ada@example.com/enable").await.ok();
    assert_eq!(types(&told(&server, &receiver, &mut seen).await), ["user.enabled"]);
    Operator(&server).ask(Method::DELETE, "/users/ada@example.com", json!({})).await.ok();
    let deleted = told(&server, &receiver, &mut seen).await;
    assert_eq!(deleted, [("user.deleted".to_owned(), json!({ "id": user, "deleted": true }))]);
}

#[tokio::test]
async fn a_second_account_makes_no_second_session_and_only_the_last_sign_out_ends_it() {
    let receiver = Receiver::start().await;
    let (server, mut seen) = (telling(&receiver).await, 0);
    let (browser, [ada, _]) = server.signed_up_two().await;
    let begun = told(&server, &receiver, &mut seen).await;
    assert_eq!(types(&begun).iter().filter(|kind| **kind == "session.created").count(), 1);
    browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    let one = told(&server, &receiver, &mut seen).await;
    assert_eq!(types(&one), ["sign_in.ended"]);
    assert_eq!((&one[0].1["id"], &one[0].1["reason"]), (&json!(ada), &json!("signed_out")));
    browser.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(types(&told(&server, &receiver, &mut seen).await), ["sign_in.ended", "session.ended"]);
    // A visitor in whose session nobody was signed in is nobody's.
    let visitor = server.browser();
    visitor.begins_sign_up("bea").await;
    server.advance(24 * HOUR);
    visitor.session().await;
    assert_eq!(types(&told(&server, &receiver, &mut seen).await), Vec::<&str>::new());
}

#[tokio::test]
async fn organizations_members_and_invitations_are_told_of() {
    let receiver = Receiver::start().await;
    let (server, mut seen) = (telling(&receiver).await, 0);
    let ada = server.signed_up("ada").await;
    let bob = server.signed_up("bob").await;
    let bob_id = json!(bob.user_id().await);
    told(&server, &receiver, &mut seen).await;
    let operator = Operator(&server);
    let made = json!({ "name": "Acme", "owner": "ada@example.com" });
    let organization = operator.ask(Method::POST, "/organizations", made).await.ok()["id"].clone();
    let of_org = told(&server, &receiver, &mut seen).await;
    assert_eq!(of(&of_org, "organization.created")["name"], "Acme");
    let id = organization.as_str().unwrap();
    let whom = json!({ "user": "bob@example.com" });
    operator.ask(Method::POST, &format!("/organizations/{id}/members"), whom).await.ok();
    let joined = told(&server, &receiver, &mut seen).await;
    let membership = of(&joined, "membership.created");
    assert_eq!((&membership["user_id"], &membership["organization_id"]), (&bob_id, &organization));
    assert_eq!(membership["role_ids"].as_array().unwrap().len(), 1, "{membership}");

    ada.post(&format!("/organizations/{id}/update"), json!({ "name": "Acme Corp" })).await.ok();
    let renamed = told(&server, &receiver, &mut seen).await;
    assert_eq!(of(&renamed, "organization.updated")["name"], "Acme Corp");

    let form = json!({ "email": "cid@example.com" });
    let invited = ada.post(&format!("/organizations/{id}/invitations"), form).await.ok();
    let sent = told(&server, &receiver, &mut seen).await;
    let invitation = of(&sent, "invitation.sent");
    assert_eq!(
        (&invitation["id"], &invitation["email"], &invitation["organization_id"]),
        (&invited["id"], &json!("cid@example.com"), &organization)
    );
    assert!(!sent.iter().any(|(_, data)| data.to_string().contains("token")), "{sent:?}");
    operator.ask(Method::DELETE, &format!("/organizations/{id}"), json!({})).await.ok();
    let deleted = told(&server, &receiver, &mut seen).await;
    assert_eq!(of(&deleted, "organization.deleted"), &json!({ "id": organization, "deleted": true }));
}

#[tokio::test]
async fn every_type_that_there_is_is_told_when_it_happens() {
    let receiver = Receiver::start().await;
    let server = telling(&receiver).await;
    let operator = Operator(&server);
    let [ada, bob, cid] =
        [server.signed_up("ada").await, server.signed_up("bob").await, server.signed_up("cid").await];
    ada.post("/me", json!({ "first_name": "Ada" })).await.ok();
    let acme = ada.founds("Acme").await;
    ada.post(&format!("/organizations/{acme}/update"), json!({ "name": "Acme Corp" })).await.ok();
    let mill = ada.founds_in(&acme, "Mill").await;
    ada.post(&format!("/workspaces/{mill}/update"), json!({ "name": "Big mill" })).await.ok();
    ada.post(&format!("/workspaces/{mill}/delete"), json!({})).await.ok();
    let members = format!("/organizations/{acme}/members");
    for role in ["member", "admin"] {
        let whom = json!({ "user": "bob@example.com", "role": role });
        operator.ask(Method::POST, &members, whom).await.ok();
    }
    operator.ask(Method::DELETE, &format!("{members}/bob@example.com"), json!({})).await.ok();
    let invited = ada.invites(&acme, "dora", json!({})).await;
    let withdrawn = format!("/organizations/{acme}/invitations/{}", invited["id"].as_str().unwrap());
    operator.ask(Method::DELETE, &withdrawn, json!({})).await.ok();
    ada.invites(&acme, "cid", json!({})).await;
    let token = server.token("cid").await;
    cid.accepts(&token).await;
    server.advance(20 * MINUTE);
    for call in ["disable", "enable"] {
        operator.post(&format!("/users/bob@example.com/{call}")).await.ok();
    }
    assert_eq!(bob.session().await["active_signin"], Value::Null);
    operator.ask(Method::DELETE, "/users/bob@example.com", json!({})).await.ok();
    operator.ask(Method::DELETE, &format!("/organizations/{acme}"), json!({})).await.ok();
    deliver_due(&server.app).await.unwrap();
    let told: BTreeSet<String> =
        receiver.got().iter().map(|got| body(got)["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, KINDS.iter().map(|kind| (*kind).to_owned()).collect());
}

#[tokio::test]
async fn an_endpoint_is_told_what_it_asked_for_and_no_other_of_its_deployment_waits_for_it() {
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    let hooks = [endpoint("slow", &slow, &["user.created"]), endpoint("quick", &quick, &["session.*"])];
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.extend(hooks)).await;
    slow.answers(&[500], "");
    server.signed_up("ada").await;
    deliver_due(&server.app).await.unwrap();
    assert_eq!((slow.got().len(), quick.got().len()), (1, 1));
    assert_eq!(body(&quick.got()[0])["type"], "session.created");
}

#[tokio::test]
async fn what_is_told_is_how_it_is_and_nothing_personal_waits() {
    let receiver = Receiver::start().await;
    let webhook = endpoint("crm", &receiver, &["user.*"]);
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.webhooks.push(webhook)).await;
    receiver.answers(&[500], "");
    let browser = server.signed_up("ada").await;
    deliver_due(&server.app).await.unwrap();
    browser.post("/me", json!({ "first_name": "Ada" })).await.ok();
    Operator(&server).ask(Method::DELETE, "/users/ada@example.com", json!({})).await.ok();
    server.advance(HOUR);
    deliver_due(&server.app).await.unwrap();
    let got = receiver.got();
    let late = got.iter().skip(1).filter(|got| body(got)["data"]["deleted"] == true).count();
    assert_eq!((late, got.len()), (3, 4), "{got:?}");
    assert!(!got[1..].iter().any(|got| got.body.contains("ada@")), "{got:?}");
}

#[tokio::test]
async fn what_is_not_done_is_not_told() {
    let receiver = Receiver::start().await;
    let server = telling(&receiver).await;
    server.signed_up("ada").await;
    let count = "select count(*) from webhook_events where deployment_id = $1";
    let before = server.count(count).await;
    let made = json!({ "email": "ada@example.com" });
    Operator(&server).ask(Method::POST, "/users", made).await.refused();
    server.browser().sign_in("ada", "wrong password here").await.refused();
    assert_eq!(server.count(count).await, before);
}
