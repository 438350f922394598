//! What the roles of the active memberships allow: when it is read, and whose it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "the scenarios use the rest of what is scripted")]

mod scripted;

use keyrack_client::platform::Reply;
use keyrack_client::protocol::Session;
use keyrack_client::{Client, Loaded};
use scripted::platform::Scripted;
use serde_json::{Value, json};

fn loaded(client: &Client) -> Loaded {
    client.state().loaded().unwrap().clone()
}

fn reply(data: &Value) -> Reply {
    let body = json!({ "status": 200, "message": "", "data": data, "session": null, "errors": null });
    Reply { status: 200, body: body.to_string().into_bytes(), ..Reply::default() }
}

/// Answers the oldest request that waits.
fn answer(scripted: &Scripted, data: &Value) {
    let number = scripted.world().waiting[0].number;
    scripted.answer(number, Some(&reply(data)));
}

/// A session on which ada acts in an organization, at this revision.
fn acting(revision: i64, organization: &str) -> Value {
    let mut session = json!(Session { id: "ses_1".to_owned(), revision, ..Session::empty(None) });
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut sign_in = file["templates"]["sign_in"].clone();
    (sign_in["id"], sign_in["active_organization_membership_id"]) = (json!("sin_ada"), json!(organization));
    session["signins"] = json!([sign_in]);
    session["active_signin"] = sign_in;
    session
}

fn memberships(id: &str, permissions: &[&str]) -> Value {
    json!([{ "id": "omem_9", "roles": [{ "permissions": ["other"] }] }, { "id": id, "roles": [{ "permissions": permissions }] }])
}

/// A store whose account acts in an organization, with nothing under way.
fn acting_store() -> (Scripted, Client) {
    let scripted = Scripted::default();
    let client = Client::on(Box::new(scripted.clone()), None);
    answer(&scripted, &acting(1, "omem_1"));
    (scripted, client)
}

#[test]
fn h42_what_roles_allow_is_read_when_it_is_first_asked_and_again_at_each_revision() {
    let (scripted, client) = acting_store();
    assert_eq!(scripted.world().waiting.len(), 0, "nobody has asked");
    let allows = |permission| loaded(&client).allows(permission);
    assert_eq!(allows("organization:admin"), None);
    assert_eq!(allows("organization:read"), None);
    assert_eq!(scripted.world().waiting.len(), 1, "one request for all who ask");
    assert_eq!(
        scripted.world().waiting[0].full(),
        "GET /me/organization-memberships?scope=sin_ada.-.-&poll=1"
    );
    answer(&scripted, &memberships("omem_1", &["organization:read"]));
    assert_eq!((allows("organization:admin"), allows("organization:read")), (Some(false), Some(true)));
    assert_eq!(allows("other"), Some(false), "that is another membership's");

    drop(client.refetch());
    answer(&scripted, &acting(2, "omem_1"));
    assert_eq!(allows("organization:read"), Some(true), "it stays while it is read again");
    answer(&scripted, &memberships("omem_1", &["organization:admin"]));
    assert_eq!((allows("organization:admin"), allows("organization:read")), (Some(true), Some(false)));
    assert!(scripted.world().waiting.is_empty());
}

#[test]
fn h42_what_roles_allow_is_read_again_when_it_was_changed_here_though_the_revision_is_the_same() {
    let (scripted, client) = acting_store();
    assert_eq!(loaded(&client).allows("organization:admin"), None);
    answer(&scripted, &memberships("omem_1", &["organization:admin"]));
    client.outdate(&["/organizations/org_1/members", "/notifications"]);
    assert!(scripted.world().waiting.is_empty(), "that is not read from there");
    client.outdate(&["/me/"]);
    answer(&scripted, &memberships("omem_1", &[]));
    assert_eq!(loaded(&client).allows("organization:admin"), Some(false));
}

#[test]
fn h22_what_one_membership_allows_is_never_said_of_another() {
    let (scripted, client) = acting_store();
    let allows = |permission| loaded(&client).allows(permission);
    assert_eq!(allows("organization:admin"), None);
    answer(&scripted, &memberships("omem_1", &["organization:admin"]));
    assert_eq!(allows("organization:admin"), Some(true));

    drop(client.refetch());
    answer(&scripted, &acting(2, "omem_2"));
    assert_eq!(allows("organization:admin"), None);
    drop(client.refetch());
    let last = scripted.world().waiting.last().unwrap().number;
    scripted.answer(last, Some(&reply(&acting(3, "omem_3"))));
    answer(&scripted, &memberships("omem_2", &["organization:admin"]));
    assert_eq!(allows("organization:admin"), None, "that answer came too late");
    answer(&scripted, &memberships("omem_3", &[]));
    assert_eq!(allows("organization:admin"), Some(false));
}

#[test]
fn h42_what_could_not_be_read_is_asked_again_after_a_pause() {
    let (scripted, client) = acting_store();
    assert_eq!(loaded(&client).allows("organization:admin"), None);
    for pause in [1_000, 2_000] {
        let number = scripted.world().waiting[0].number;
        scripted.answer(number, None);
        scripted.pass(pause - 1);
        assert!(scripted.world().waiting.is_empty());
        scripted.pass(1);
        assert_eq!(scripted.world().waiting.len(), 1);
    }
    answer(&scripted, &memberships("omem_1", &["organization:admin"]));
    assert_eq!(loaded(&client).allows("organization:admin"), Some(true));
}

#[test]
fn h42_whoever_acts_nowhere_may_nothing_and_nothing_is_asked() {
    let scripted = Scripted::default();
    let client = Client::on(Box::new(scripted.clone()), None);
    answer(&scripted, &json!(Session::empty(None)));
    assert_eq!(loaded(&client).allows("organization:admin"), Some(false));
    assert!(scripted.world().waiting.is_empty());
}
