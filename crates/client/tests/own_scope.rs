//! A scope of one's own: where a tab or a program acts, laid over the session that all share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "the scenarios use the rest of what is scripted")]

mod scripted;

use keyrack_client::platform::{Input, Reply};
use keyrack_client::protocol::Session;
use keyrack_client::{Call, Client, Error, SignedIn};
use scripted::platform::Scripted;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A session on which ada and bob are signed in, ada first: who is active, and where.
fn session(revision: i64, active: &str, organization: Option<&str>) -> Value {
    let mut session = json!(Session { id: "ses_1".to_owned(), revision, ..Session::empty(None) });
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let sign_in = |id: &str| {
        let mut sign_in = file["templates"]["sign_in"].clone();
        (sign_in["id"], sign_in["user_id"]) = (json!(id), json!(format!("usr_{id}")));
        if id == active {
            sign_in["active_organization_membership_id"] = json!(organization);
        }
        sign_in
    };
    session["signins"] = json!([sign_in("ada"), sign_in("bob")]);
    session["active_signin"] = sign_in(active);
    session
}

fn parsed(session: &Value) -> Session {
    serde_json::from_value(session.clone()).unwrap()
}

/// A store that stood there before, with this session read.
fn stood(scope: &str, first: &Value) -> (Scripted, Client) {
    let scripted = Scripted::default();
    let client = Client::scoped_on(Box::new(scripted.clone()), None, scope.to_owned());
    answer(&scripted, first);
    (scripted, client)
}

fn reply(status: u16, data: &Value, code: Option<&str>) -> Reply {
    let errors = code.map(|code| json!([{ "code": code, "message": "Refused." }]));
    let body = json!({ "status": status, "message": "", "data": data, "session": null, "errors": errors });
    Reply { status, body: body.to_string().into_bytes(), ..Reply::default() }
}

/// Answers the oldest request that waits, and says what it was.
fn answer(scripted: &Scripted, data: &Value) -> String {
    let waiting = scripted.world().waiting[0].clone();
    scripted.answer(waiting.number, Some(&reply(200, data, None)));
    waiting.full()
}

fn refuse(scripted: &Scripted, code: &str) -> String {
    let waiting = scripted.world().waiting[0].clone();
    scripted.answer(waiting.number, Some(&reply(403, &Value::Null, Some(code))));
    waiting.full()
}

fn signed_in(client: &Client) -> SignedIn {
    client.state().signed_in().unwrap().clone()
}

/// Who acts where, as it is shown.
fn acts(client: &Client) -> String {
    let session = signed_in(client);
    let sign_in = session.sign_in();
    format!("{} {}", sign_in.id, sign_in.active_organization_membership_id.as_deref().unwrap_or("-"))
}

fn outcome<T>(call: Call<T>) -> Option<Result<T, Error>> {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

#[test]
fn h40_it_begins_where_the_session_stands_and_nothing_elsewhere_moves_it() {
    let (scripted, client) = stood("", &session(1, "ada", Some("omem_1")));
    assert_eq!((acts(&client).as_str(), scripted.world().scope.as_str()), ("ada omem_1", "ada.omem_1.-"));
    scripted.post(Input::Heard(session(2, "bob", None)));
    assert_eq!((acts(&client).as_str(), client.state().loaded().unwrap().revision()), ("ada omem_1", 2));
    let asked = scripted.world().waiting[0].full();
    assert_eq!(
        asked, "GET /me?scope=ada.omem_1.-",
        "only the server knows whether ada may stand there still"
    );
    answer(&scripted, &json!({}));
    scripted.post(Input::Heard(session(2, "bob", None)));
    assert!(scripted.world().waiting.is_empty(), "of one state it is asked once");
}

#[test]
fn h40_it_goes_on_where_it_stood_before() {
    let (scripted, client) = stood("bob.omem_2.-", &session(1, "ada", None));
    assert_eq!(acts(&client), "bob omem_2");
    assert_eq!(answer(&scripted, &json!({})), "GET /me?scope=bob.omem_2.-");
}

#[test]
fn h40_a_switch_is_checked_there_and_changes_nothing_for_all() {
    let (scripted, client) = stood("", &session(1, "ada", None));
    let switched = signed_in(&client).switch_sign_in("bob");
    // Of one's own scope the server answers with the session as that sees it.
    assert_eq!(answer(&scripted, &session(1, "bob", None)), "POST /session/switch-sign-in?scope=ada.-.-");
    assert_eq!(outcome(switched).unwrap().unwrap().active_signin.as_ref().unwrap().id, "bob");
    assert_eq!((acts(&client).as_str(), scripted.world().scope.as_str()), ("bob -", "bob.-.-"));
    assert!(scripted.world().told.is_empty(), "nothing has changed for the others");
    drop(client.refetch());
    assert_eq!(answer(&scripted, &session(1, "ada", None)), "GET /session", "which is about all");
    assert_eq!(acts(&client), "bob -");
}

#[test]
fn h40_a_switch_that_came_with_something_new_reads_what_all_share() {
    let (scripted, client) = stood("", &session(1, "ada", None));
    let switched = signed_in(&client).switch_organization(Some("org_1"));
    answer(&scripted, &session(2, "ada", Some("omem_1")));
    assert_eq!(acts(&client), "ada -", "not before what all share is there");
    assert_eq!(answer(&scripted, &session(2, "ada", None)), "GET /session");
    assert!(outcome(switched).unwrap().is_ok());
    assert_eq!((acts(&client).as_str(), client.state().loaded().unwrap().revision()), ("ada omem_1", 2));
}

#[test]
fn h40_what_acts_as_an_account_names_the_scope_and_what_is_about_all_does_not() {
    let (scripted, client) = stood("", &session(1, "ada", Some("omem_1")));
    let paths = [
        ("/me/organization-memberships", "GET /me/organization-memberships?scope=ada.omem_1.-"),
        ("/notifications?limit=5", "GET /notifications?limit=5&scope=ada.omem_1.-"),
        ("/me?scope=bob.-.-", "GET /me?scope=bob.-.-"),
        ("/deployment", "GET /deployment"),
        ("/session?poll=1", "GET /session?poll=1"),
        ("/session/tickets", "GET /session/tickets"),
    ];
    for (path, full) in paths {
        drop(client.read::<Value>(path));
        assert_eq!(scripted.world().log.last().unwrap().full(), full);
    }
    drop(client.get_token("default"));
    let last = scripted.world().log.last().unwrap().full();
    assert_eq!(last, "GET /session/token?template=default&scope=ada.omem_1.-");
}

#[test]
fn h40_what_is_refused_there_leads_back_to_where_the_session_stands() {
    let (scripted, client) = stood("bob.omem_2.-", &session(1, "ada", None));
    assert_eq!(refuse(&scripted, "scope_not_available"), "GET /me?scope=bob.omem_2.-");
    assert_eq!((acts(&client).as_str(), scripted.world().scope.as_str()), ("ada -", "ada.-.-"));
    let token = client.get_token("default");
    assert_eq!(scripted.world().waiting[0].full(), "GET /session/token?template=default&scope=ada.-.-");
    refuse(&scripted, "scope_not_available");
    assert_eq!(outcome(token).unwrap().unwrap_err().code, "scope_not_available");
}

#[test]
fn h40_a_place_of_the_session_that_was_refused_is_named_by_nobody_until_the_session_is_another() {
    let refused = || {
        let (scripted, client) = stood("", &session(1, "ada", Some("omem_1")));
        drop(client.get_token("default"));
        let asked = refuse(&scripted, "scope_not_available");
        assert_eq!(asked, "GET /session/token?template=default&scope=ada.omem_1.-");
        (scripted, client)
    };
    let (scripted, client) = refused();
    assert_eq!((acts(&client).as_str(), scripted.world().scope.as_str()), ("ada omem_1", ""));
    let ask = || {
        drop(client.get_token("default"));
        scripted.world().log.last().unwrap().full()
    };
    assert_eq!(
        ask(),
        "GET /session/token?template=default",
        "the server says why, or has it stand elsewhere"
    );
    scripted.post(Input::Heard(session(2, "ada", Some("omem_1"))));
    assert_eq!(ask(), "GET /session/token?template=default&scope=ada.omem_1.-");

    let (scripted, client) = refused();
    drop(signed_in(&client).switch_sign_in("bob"));
    let asked = scripted.world().log.last().unwrap().full();
    assert_eq!(asked, "POST /session/switch-sign-in?scope=ada.-.-", "which is not one of all");
}

#[test]
fn h40_whose_sign_in_ends_goes_on_where_the_session_stands() {
    let (scripted, client) = stood("bob.-.-", &session(1, "ada", None));
    assert_eq!(acts(&client), "bob -");
    let mut without = session(2, "ada", None);
    without["signins"].as_array_mut().unwrap().pop();
    scripted.post(Input::Heard(without));
    assert_eq!((acts(&client).as_str(), scripted.world().scope.as_str()), ("ada -", "ada.-.-"));
}

#[test]
fn h40_a_sign_in_of_its_own_is_its_own_and_another_tabs_is_not() {
    let (scripted, client) = stood("", &session(1, "ada", None));
    let mut three = session(2, "carol", None);
    let mut carol = three["active_signin"].clone();
    carol["id"] = json!("carol");
    three["signins"].as_array_mut().unwrap().push(carol);
    scripted.post(Input::Heard(three.clone()));
    assert_eq!(acts(&client), "ada -");

    let (scripted, client) = stood("", &session(1, "ada", None));
    drop(signed_in(&client).sign_in_by(keyrack_client::By::email("carol@example.com", "secret")));
    assert_eq!(answer(&scripted, &three), "POST /auth/signin");
    assert_eq!(acts(&client), "carol -");
}

#[test]
fn h40_whoever_makes_an_organization_acts_in_it() {
    let (scripted, client) = stood("", &session(1, "ada", None));
    let made = client.post::<Value>("/organizations", json!({ "name": "Rome" }));
    let answered = json!({ "organization": { "id": "org_1" }, "membership": { "id": "omem_1" } });
    assert_eq!(answer(&scripted, &answered), "POST /organizations?scope=ada.-.-");
    let switch = scripted.world().waiting[0].clone();
    assert_eq!(switch.full(), "POST /session/switch-organization?scope=ada.-.-");
    assert_eq!(switch.request.body, Some(json!({ "organization_id": "org_1" })));
    answer(&scripted, &session(1, "ada", Some("omem_1")));
    assert_eq!((outcome(made).unwrap(), acts(&client).as_str()), (Ok(answered), "ada omem_1"));
}

#[test]
fn h40_a_page_that_a_server_rendered_stands_where_it_was_rendered() {
    let scripted = Scripted::default();
    let rendered = parsed(&session(3, "bob", Some("omem_2")));
    let client = Client::scoped_on(Box::new(scripted.clone()), Some(rendered), "ada.-.-".to_owned());
    assert_eq!(acts(&client), "bob omem_2");
    answer(&scripted, &session(3, "ada", None));
    assert_eq!((acts(&client).as_str(), scripted.world().scope.as_str()), ("bob omem_2", "bob.omem_2.-"));
}
