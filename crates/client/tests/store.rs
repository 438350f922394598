//! The store as programs hold it: who is told what, what is sent by the ways in, and what a call is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "the scenarios use the rest of what is scripted")]

mod scripted;

use keyrack_client::platform::{Input, Reply};
use keyrack_client::protocol::Session;
use keyrack_client::{Answer, Attempt, By, Call, Client, Error, Loaded, NewAccount, Profile, State};
use scripted::platform::Scripted;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// A store that is loaded with the empty session.
fn store() -> (Scripted, Client) {
    let scripted = Scripted::default();
    let client = Client::on(Box::new(scripted.clone()), None);
    answer(&scripted, &json!(Session::empty(None)));
    (scripted, client)
}

fn loaded(client: &Client) -> Loaded {
    client.state().loaded().unwrap().clone()
}

/// Answers the oldest request that waits.
fn answer(scripted: &Scripted, data: &Value) {
    let body = json!({ "status": 200, "message": "", "data": data, "session": null, "errors": null });
    let number = scripted.world().waiting[0].number;
    scripted.answer(
        number,
        Some(&Reply { status: 200, body: body.to_string().into_bytes(), ..Reply::default() }),
    );
}

fn session(revision: i64) -> Value {
    json!(Session { id: "ses_1".to_owned(), revision, ..Session::empty(None) })
}

fn outcome<T>(call: Call<T>) -> Option<Result<T, Error>> {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

/// The last request: where to, and with which body.
fn sent(scripted: &Scripted) -> (String, Value) {
    let world = scripted.world();
    let last = world.log.last().unwrap();
    (last.full(), last.request.body.clone().unwrap_or_default())
}

#[test]
fn h05_who_subscribed_is_told_of_news_and_whoever_gave_it_up_is_not() {
    let (scripted, client) = store();
    let told = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&told);
    let subscription = client.subscribe(move |state| {
        assert!(matches!(state, State::SignedOut(_)));
        counts.fetch_add(1, Ordering::SeqCst);
    });
    scripted.pass(30_000);
    answer(&scripted, &session(1));
    assert_eq!(told.load(Ordering::SeqCst), 1);
    scripted.pass(30_000);
    answer(&scripted, &session(1));
    assert_eq!(told.load(Ordering::SeqCst), 1, "the same is no news");
    drop(subscription);
    scripted.pass(30_000);
    answer(&scripted, &session(2));
    assert_eq!((told.load(Ordering::SeqCst), loaded(&client).revision()), (1, 2));
}

#[test]
fn h05_two_states_are_equal_while_they_show_the_same() {
    let (scripted, client) = store();
    let before = client.state();
    scripted.pass(30_000);
    answer(&scripted, &json!(Session::empty(None)));
    assert_eq!(before, client.state());
    scripted.pass(30_000);
    answer(&scripted, &session(1));
    assert_ne!(before, client.state());
}

#[test]
fn h05_whoever_is_told_may_ask_for_anything_and_is_told_of_what_comes_of_it_afterwards() {
    let (scripted, client) = store();
    let shown = Arc::new(Mutex::new(Vec::new()));
    let (notes, asks) = (Arc::clone(&shown), client.clone());
    let _subscription = client.subscribe(move |state| {
        let (revision, refetching) =
            state.loaded().map(|loaded| (loaded.revision(), loaded.is_refetching())).unwrap();
        notes.lock().unwrap().push((revision, refetching));
        if revision == 1 && !refetching {
            drop(asks.refetch());
        }
    });
    scripted.pass(30_000);
    answer(&scripted, &session(1));
    assert_eq!(*shown.lock().unwrap(), [(1, false), (1, true)]);
}

#[test]
fn a_listener_that_panics_keeps_nobody_from_hearing_the_next_news() {
    let (scripted, client) = store();
    let told = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&told);
    let _subscription = client.subscribe(move |_| {
        let before = counts.fetch_add(1, Ordering::SeqCst);
        assert!(before > 0, "as it is meant to");
    });
    scripted.pass(30_000);
    let first = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| answer(&scripted, &session(1))));
    assert!(first.is_err());
    scripted.pass(30_000);
    answer(&scripted, &session(2));
    assert_eq!(told.load(Ordering::SeqCst), 2);
}

#[test]
fn h20_a_call_that_nobody_awaits_goes_on() {
    let (scripted, client) = store();
    drop(loaded(&client).sign_in_by(By::email("ada@example.com", "secret")));
    answer(&scripted, &session(1));
    assert_eq!(loaded(&client).revision(), 1);
}

#[test]
fn a_store_that_ended_ends_what_is_asked_of_it() {
    let (scripted, client) = store();
    let call = client.refetch();
    drop(client);
    assert_eq!(outcome(call).unwrap().unwrap_err().code, "closed");
    scripted.post(Input::Woken);
}

#[test]
fn what_is_awaited_may_be_awaited_on_any_thread() {
    fn any_thread<T: Send>(_: &T) {}
    let (_, client) = store();
    any_thread(&client);
    any_thread(&client.state());
    any_thread(&client.refetch());
    any_thread(&client.loaded());
    let ready = pin!(client.loaded());
    assert!(matches!(
        ready.poll(&mut Context::from_waker(Waker::noop())),
        Poll::Ready(Ok(State::SignedOut(_)))
    ));
}

#[test]
fn h26_every_way_in_sends_what_the_api_asks_for() {
    let (scripted, client) = store();
    let ways = [
        (By::email("a@b.c", "s"), json!({ "strategy": "plain_email", "email": "a@b.c", "password": "s" })),
        (
            By::Username { username: "ada".to_owned(), password: "s".to_owned() },
            json!({ "strategy": "plain_username", "username": "ada", "password": "s" }),
        ),
        (By::EmailCode("a@b.c".to_owned()), json!({ "strategy": "email_otp", "email": "a@b.c" })),
        (By::EmailLink("a@b.c".to_owned()), json!({ "strategy": "magic_link", "email": "a@b.c" })),
        (By::PhoneCode("+491".to_owned()), json!({ "strategy": "phone_otp", "phone": "+491" })),
    ];
    for (by, body) in ways {
        drop(loaded(&client).sign_in_by(by));
        assert_eq!(sent(&scripted), ("POST /auth/signin".to_owned(), body));
        answer(&scripted, &session(1));
    }
    let account = NewAccount { email: "a@b.c".to_owned(), password: "s".to_owned(), ..NewAccount::default() };
    drop(loaded(&client).sign_up(&account));
    assert_eq!(
        sent(&scripted),
        ("POST /auth/signup".to_owned(), json!({ "email": "a@b.c", "password": "s" }))
    );
    answer(&scripted, &session(1));
    let profile = Profile { username: Some("ada".to_owned()), ..Profile::default() };
    drop(loaded(&client).complete_profile("sia_1", &profile));
    let body = json!({ "attempt_id": "sia_1", "username": "ada" });
    assert_eq!(sent(&scripted), ("POST /auth/complete-profile".to_owned(), body));
}

#[test]
fn h26_every_answer_and_every_code_is_for_its_attempt() {
    let (scripted, client) = store();
    let attempt = Attempt::SignIn("sia_1".to_owned());
    let answers = [
        (Answer::Code("123456".to_owned()), json!({ "verification_code": "123456" })),
        (Answer::Password("s".to_owned()), json!({ "password": "s" })),
        (Answer::Codes(["1".to_owned(), "2".to_owned()]), json!({ "codes": ["1", "2"] })),
    ];
    for (given, mut body) in answers {
        drop(loaded(&client).attempt(&attempt, given));
        (body["attempt_identifier"], body["identifier_type"]) = (json!("sia_1"), json!("signin"));
        assert_eq!(sent(&scripted), ("POST /auth/attempt-verification".to_owned(), body));
        answer(&scripted, &session(1));
    }
    let prepared = loaded(&client).prepare(&Attempt::SignUp("sua_1".to_owned()), "email_otp", None);
    let body = json!({ "attempt_identifier": "sua_1", "identifier_type": "signup", "strategy": "email_otp" });
    assert_eq!(sent(&scripted), ("POST /auth/prepare-verification".to_owned(), body));
    answer(
        &scripted,
        &json!({ "otp_sent": true, "masked_email": "a***", "verification_method": "email_otp" }),
    );
    assert_eq!(outcome(prepared).unwrap().unwrap().masked_email.as_deref(), Some("a***"));
    let identified = loaded(&client).identify("ada");
    answer(&scripted, &json!({ "strategy": "password", "methods": ["plain_email"] }));
    assert_eq!(outcome(identified).unwrap().unwrap().strategy, "password");
}

#[test]
fn h25_a_ticket_is_exchanged_by_a_post_and_its_refusal_is_its_own() {
    let (scripted, client) = store();
    let call = loaded(&client).exchange_ticket("tkt_1.secret", None);
    let body = json!({ "ticket": "tkt_1.secret" });
    assert_eq!(sent(&scripted), ("POST /session/ticket/exchange".to_owned(), body));
    let refusal = json!({ "status": 400, "message": "", "data": null, "session": null,
        "errors": [{ "code": "ticket_used", "message": "It was used." }] });
    let number = scripted.world().waiting[0].number;
    scripted.answer(
        number,
        Some(&Reply { status: 400, body: refusal.to_string().into_bytes(), ..Reply::default() }),
    );
    assert_eq!(outcome(call).unwrap().unwrap_err().code, "ticket_used");
    drop(loaded(&client).exchange_ticket("tkt_1.secret", Some("verifier")));
    assert_eq!(sent(&scripted).1, json!({ "ticket": "tkt_1.secret", "code_verifier": "verifier" }));
}

#[test]
fn h20_an_attempt_whose_answer_was_lost_is_begun_when_the_session_has_one_that_was_not_there() {
    for (is_there, expected) in [(true, None), (false, Some("network"))] {
        let (scripted, client) = store();
        let call = loaded(&client).sign_in_by(By::EmailCode("ada@example.com".to_owned()));
        let number = scripted.world().waiting[0].number;
        scripted.answer(number, None);
        let file: Value = serde_json::from_str(include_str!("scenarios.json")).unwrap();
        let mut now = session(1);
        if is_there {
            now["signin_attempts"] = json!([file["templates"]["attempt"]]);
        }
        answer(&scripted, &now);
        let ended = outcome(call).unwrap();
        assert_eq!(ended.as_ref().err().map(|error| error.code.as_str()), expected);
    }
}
