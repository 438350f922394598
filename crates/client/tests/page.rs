//! A store in a page: where a sign-out leads, what lies beside the session, and a page that is left and comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "the scenarios use the rest of what is scripted")]

mod scripted;

use keyrack_client::platform::{Input, Line, Reply};
use keyrack_client::protocol::Session;
use keyrack_client::{By, Call, Client, Error, Loaded};
use scripted::platform::Scripted;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

fn session(revision: i64, accounts: &[&str]) -> Value {
    let mut session = json!(Session { id: "ses_1".to_owned(), revision, ..Session::empty(None) });
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let sign_in = |id: &&str| {
        let mut sign_in = file["templates"]["sign_in"].clone();
        (sign_in["id"], sign_in["user_id"]) = (json!(id), json!(format!("usr_{id}")));
        sign_in
    };
    session["signins"] = accounts.iter().map(sign_in).collect();
    session["active_signin"] = accounts.first().map(sign_in).unwrap_or_default();
    session
}

fn store(navigates: bool) -> (Scripted, Client) {
    let scripted = Scripted::default();
    scripted.world().navigates = navigates;
    let client = Client::on(Box::new(scripted.clone()), None);
    answer(&scripted, "GET /session", &session(1, &["ada", "bob"]));
    (scripted, client)
}

fn loaded(client: &Client) -> Loaded {
    client.state().loaded().unwrap().clone()
}

/// Answers the oldest request of this name that waits.
fn answer(scripted: &Scripted, name: &str, data: &Value) {
    let body = json!({ "status": 200, "message": "", "data": data, "session": null, "errors": null });
    let number = scripted.world().waiting.iter().find(|sent| sent.name() == name).unwrap().number;
    let reply = Reply { status: 200, body: body.to_string().into_bytes(), ..Reply::default() };
    scripted.answer(number, Some(&reply));
}

fn lose(scripted: &Scripted, name: &str) {
    let number = scripted.world().waiting.iter().find(|sent| sent.name() == name).unwrap().number;
    scripted.answer(number, None);
}

fn settings() -> Value {
    json!({ "ui_settings": {
        "after_sign_out_one_page_url": "https://example.com/one",
        "after_sign_out_all_page_url": "https://example.com/all",
    } })
}

/// What came of a call so far.
struct Heard<T>(std::pin::Pin<Box<Call<T>>>);

impl<T> Heard<T> {
    fn of(call: Call<T>) -> Self {
        Self(Box::pin(call))
    }

    fn outcome(&mut self) -> Option<Result<T, Error>> {
        match pin!(&mut self.0).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }
}

#[test]
fn h24_a_sign_out_leads_to_where_the_deployment_says_one_or_all() {
    let (scripted, client) = store(true);
    let mut one = Heard::of(loaded(&client).sign_out("ada"));
    answer(&scripted, "GET /deployment", &settings());
    assert!(scripted.world().went.is_empty(), "it is not done");
    answer(&scripted, "POST /session/sign-out", &session(2, &["bob"]));
    assert!(one.outcome().unwrap().is_ok());
    assert_eq!(scripted.world().went, ["https://example.com/one"]);

    let mut all = Heard::of(loaded(&client).sign_out_all());
    answer(&scripted, "POST /session/sign-out", &json!(Session::empty(None)));
    assert!(all.outcome().is_none(), "so that whoever waits does not go elsewhere first");
    answer(&scripted, "GET /deployment", &settings());
    assert!(all.outcome().unwrap().is_ok());
    assert_eq!(scripted.world().went.last().unwrap(), "https://example.com/all");
}

#[test]
fn h24_nobody_waits_longer_than_a_second_for_settings_and_goes_later_unless_somebody_has_signed_in() {
    for is_in in [false, true] {
        let (scripted, client) = store(true);
        let mut all = Heard::of(loaded(&client).sign_out_all());
        answer(&scripted, "POST /session/sign-out", &json!(Session::empty(None)));
        scripted.pass(999);
        assert!(all.outcome().is_none());
        scripted.pass(1);
        assert!(all.outcome().unwrap().is_ok());
        if is_in {
            drop(loaded(&client).sign_in_by(By::email("ada@example.com", "secret")));
            answer(&scripted, "POST /auth/signin", &session(3, &["ada"]));
        }
        answer(&scripted, "GET /deployment", &settings());
        assert_eq!(scripted.world().went.is_empty(), is_in);
    }
}

#[test]
fn h24_without_settings_or_without_an_address_in_them_it_goes_nowhere() {
    let (scripted, client) = store(true);
    let mut one = Heard::of(loaded(&client).sign_out("ada"));
    lose(&scripted, "GET /deployment");
    answer(&scripted, "POST /session/sign-out", &session(2, &["bob"]));
    assert!(one.outcome().unwrap().is_ok());
    let mut all = Heard::of(loaded(&client).sign_out_all());
    answer(&scripted, "GET /deployment", &json!({ "ui_settings": { "after_sign_out_all_page_url": "" } }));
    answer(&scripted, "POST /session/sign-out", &json!(Session::empty(None)));
    assert!(all.outcome().unwrap().is_ok());
    assert!(scripted.world().went.is_empty());

    let (scripted, client) = store(false);
    drop(loaded(&client).sign_out("ada"));
    assert!(
        !scripted.world().log.iter().any(|sent| sent.name() == "GET /deployment"),
        "nobody leads anywhere"
    );
}

#[test]
fn h15_what_an_inbox_tells_of_and_what_is_done_here_is_told_to_the_other_tabs() {
    let (scripted, client) = store(false);
    scripted.post(Input::Leads(true));
    let news = Arc::new(Mutex::new(Vec::new()));
    let subscription = {
        let news = Arc::clone(&news);
        client.on_news(move |paths| news.lock().unwrap().push(paths.join(" ")))
    };
    scripted.line(Line::Answered { status: 200, is_stream: true, retry_after: None });
    scripted.line(Line::Bytes(b"retry: 1000\n\nevent: notification\ndata: {}\n\n".to_vec()));
    assert_eq!(*news.lock().unwrap(), ["/notifications /me/"]);
    assert_eq!(scripted.world().told, [json!({ "beside": ["/notifications", "/me/"] })]);
    scripted.post(Input::Heard(json!({ "beside": ["/organizations/org_1"] })));
    assert_eq!(news.lock().unwrap().last().unwrap(), "/organizations/org_1");
    client.outdate(&["/organizations/org_1/members"]);
    assert_eq!(news.lock().unwrap().last().unwrap(), "/organizations/org_1/members");
    let done_here = json!({ "beside": ["/organizations/org_1/members"] });
    assert_eq!(
        scripted.world().told.last(),
        Some(&done_here),
        "what was heard is not told on, what was done here is"
    );
    assert_eq!(scripted.world().told.len(), 2);
    drop(subscription);
    scripted.post(Input::Heard(json!({ "beside": ["/me/"] })));
    assert_eq!(news.lock().unwrap().len(), 3);
}

#[test]
fn h13_that_a_session_has_ended_is_understood_from_tabs_that_count_further_than_integers() {
    let (scripted, _client) = store(false);
    let reads = |scripted: &Scripted| scripted.world().log.len();
    let before = reads(&scripted);
    scripted
        .post(Input::Heard(json!({ "read": { "id": "ses_1", "revision": 9_223_372_036_854_776_000_u64 } })));
    assert_eq!(reads(&scripted), before + 1);
}

#[test]
fn h14_a_page_that_is_left_shows_nobody_and_is_seen_again_when_the_session_was_read() {
    let (scripted, client) = store(false);
    scripted.post(Input::Leads(true));
    assert_eq!(scripted.world().connections.len(), 1);
    scripted.post(Input::Left);
    assert!(scripted.world().is_covered && scripted.world().connections.is_empty());
    scripted.post(Input::Back);
    assert!(scripted.world().is_covered);
    answer(&scripted, "GET /session", &session(2, &["bob"]));
    assert!(!scripted.world().is_covered);
    assert_eq!(client.state().signed_in().unwrap().sign_in().id, "bob");
    assert_eq!(scripted.world().connections.len(), 1, "it is followed again");
}

#[test]
fn h14_a_page_that_comes_back_without_a_network_is_seen_again_and_says_that_it_may_be_old() {
    let (scripted, client) = store(false);
    scripted.post(Input::Left);
    scripted.post(Input::Back);
    scripted.pass(4_999);
    assert!(scripted.world().is_covered && !loaded(&client).is_stale());
    scripted.pass(1);
    assert!(!scripted.world().is_covered);
    assert_eq!(loaded(&client).error().unwrap().code, "timeout");
}

#[test]
fn h26_work_that_was_proved_is_shown_in_every_way_in_until_it_is_taken_back() {
    let (scripted, client) = store(false);
    let shown = |scripted: &Scripted| {
        let world = scripted.world();
        world.log.last().unwrap().request.body.as_ref().unwrap()["challenge_token"].clone()
    };
    client.set_challenge_token("proof".to_owned());
    drop(loaded(&client).identify("ada@example.com"));
    assert_eq!(shown(&scripted), "proof");
    drop(loaded(&client).sign_in_by(By::email("ada@example.com", "secret")));
    assert_eq!(shown(&scripted), "proof");
    client.set_challenge_token(None);
    drop(loaded(&client).identify("ada@example.com"));
    assert_eq!(shown(&scripted), Value::Null);
}
