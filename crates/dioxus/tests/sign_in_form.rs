//! The form that signs an account in: what it asks for, what it sends, and what it says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "other tests use the rest of what they share")]

mod support;

use dioxus::dioxus_core::{ElementId, Event, Mutation, Mutations};
use dioxus::html::{
    PlatformEventData, SerializedFormData, SerializedFormObject, SerializedHtmlEventConverter,
};
use dioxus::prelude::*;
use keyrack_dioxus::client::platform::{Input, Reply};
use keyrack_dioxus::protocol::Session;
use keyrack_dioxus::{SignInForm, SignedIn, SignedOut};
use serde_json::{Value, json};
use std::any::Any;
use std::rc::Rc;
use support::page::{App, AppProps, Content, Page, Renders, session};
use support::settle;

/// A session with an attempt that waits for this.
fn waiting(step: &str, more: &Value) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut attempt = file["templates"]["attempt"].clone();
    (attempt["id"], attempt["current_step"]) = (json!("sia_1"), json!(step));
    for (name, value) in more.as_object().unwrap() {
        attempt[name] = value.clone();
    }
    let mut session = json!(Session { id: "ses_1".to_owned(), revision: 2, ..Session::empty(None) });
    session["signin_attempts"] = json!([attempt]);
    session
}

fn form() -> Element {
    rsx! {
        SignInForm { elsewhere: "/sign-in?prompt=login" }
    }
}

/// The form for a session that has an attempt.
fn shown(step: &str, more: &Value) -> String {
    Page::open(Some(waiting(step, more)), form).shows()
}

#[test]
fn each_step_asks_for_what_it_waits_for() {
    let nothing = json!({});
    for (step, more, expected) in [
        ("verify_password", nothing.clone(), "Enter your password"),
        ("verify_email_otp", nothing.clone(), "A code of six digits is on its way to ada@example.com"),
        ("verify_email_link", nothing.clone(), "A link is on its way"),
        ("verify_phone_otp", nothing.clone(), "Check your phone"),
        ("verify_second_factor", json!({ "available_2fa_methods": ["authenticator"] }), "One more proof"),
        ("verify_second_factor", json!({ "available_2fa_methods": ["passkey"] }), "Go on to sign in"),
        ("add_second_factor", nothing.clone(), "Go on to sign in"),
        ("complete_profile", json!({ "missing_fields": ["last_name"] }), "Last name"),
    ] {
        let text = shown(step, &more);
        assert!(text.contains(expected), "{step}: {text}");
        assert!(text.contains("Start over"), "{step}: {text}");
    }
    let text = shown("complete_profile", &json!({ "missing_fields": ["last_name"] }));
    assert!(!text.contains("First name"), "{text}");
}

/// A page whose form can be filled in.
struct Filled {
    page: Page,
    form: ElementId,
}

fn listener(edits: &Mutations) -> Option<ElementId> {
    edits.edits.iter().rev().find_map(|edit| match edit {
        Mutation::NewEventListener { name, id } if name == "submit" => Some(*id),
        _ => None,
    })
}

impl Filled {
    /// Shown for the empty session, with nothing under way.
    fn open() -> Self {
        Self::of(form)
    }

    fn of(content: fn() -> Element) -> Self {
        dioxus::html::set_event_converter(Box::new(SerializedHtmlEventConverter));
        let mut page = Page::open(Some(json!(Session::empty(None))), content);
        let props = AppProps { client: page.client.clone(), content: Content(content) };
        page.dom = VirtualDom::new_with_props(App, props).with_root_context(page.renders.clone());
        let mut edits = Mutations::default();
        page.dom.rebuild(&mut edits);
        let form = listener(&edits).unwrap();
        page.scripted.world().waiting.clear();
        settle(&mut page.dom);
        Self { page, form }
    }

    fn submit(&mut self, values: &[(&str, &str)]) {
        let field = |(key, text): &(&str, &str)| SerializedFormObject {
            key: (*key).to_owned(),
            text: Some((*text).to_owned()),
            file: None,
        };
        let data = SerializedFormData::new(String::new(), values.iter().map(field).collect());
        let event = Event::new(Rc::new(PlatformEventData::new(Box::new(data))) as Rc<dyn Any>, true);
        self.page.dom.runtime().handle_event("submit", event, self.form);
        settle(&mut self.page.dom);
    }

    fn sent(&self) -> (String, Value) {
        let world = self.page.scripted.world();
        let last = world.waiting.last().unwrap();
        (last.full(), last.request.body.clone().unwrap_or_default())
    }

    /// Answers the last request, and finds the form that is there then.
    fn answer(&mut self, status: u16, data: &Value, errors: &Value) {
        let body =
            json!({ "status": status, "message": "", "data": data, "session": null, "errors": errors });
        let number = self.page.scripted.world().waiting.last().unwrap().number;
        let reply = Reply { status, body: body.to_string().into_bytes(), ..Reply::default() };
        self.page.scripted.answer(number, Some(&reply));
        let mut edits = Mutations::default();
        for _ in 0..4 {
            self.page.dom.process_events();
            self.page.dom.render_immediate(&mut edits);
        }
        self.form = listener(&edits).unwrap_or(self.form);
    }
}

#[test]
fn what_is_typed_is_sent_what_is_refused_is_said_and_the_next_step_follows() {
    let mut filled = Filled::open();
    assert!(filled.page.shows().contains("Email address or username"));
    filled.submit(&[("identifier", "ada@example.com "), ("password", "wrong")]);
    let expected = json!({ "strategy": "plain_email", "email": "ada@example.com", "password": "wrong" });
    assert_eq!(filled.sent(), ("POST /auth/signin".to_owned(), expected));
    filled.submit(&[("identifier", "ada@example.com"), ("password", "twice")]);
    let begun = |filled: &Filled| {
        filled.page.scripted.world().waiting.iter().filter(|sent| sent.name() == "POST /auth/signin").count()
    };
    assert_eq!(begun(&filled), 1, "one thing is sent at a time");
    filled.answer(
        401,
        &Value::Null,
        &json!([{ "code": "INVALID_CREDENTIALS", "message": "That is wrong." }]),
    );
    assert!(filled.page.shows().contains("That is wrong."), "{}", filled.page.shows());

    filled.submit(&[("identifier", "ada"), ("password", "right")]);
    let expected = json!({ "strategy": "plain_username", "username": "ada", "password": "right" });
    assert_eq!(filled.sent().1, expected);
    let second = waiting("verify_second_factor", &json!({ "available_2fa_methods": ["authenticator"] }));
    filled.answer(200, &second, &Value::Null);
    assert!(filled.page.shows().contains("One more proof"), "{}", filled.page.shows());
    filled.submit(&[("code", "123 456")]);
    let (path, body) = filled.sent();
    assert_eq!(path, "POST /auth/attempt-verification");
    assert_eq!(
        (&body["attempt_identifier"], &body["verification_code"]),
        (&json!("sia_1"), &json!("123456"))
    );
}

/// Shown to nobody but those who are signed out.
fn door() -> Element {
    let renders = use_context::<Renders>();
    rsx! {
        SignedOut {
            SignInForm { on_done: move |()| renders.add("done") }
        }
        SignedIn { "Welcome back." }
    }
}

#[test]
fn a_form_that_is_gone_with_the_sign_in_has_said_that_it_is_done() {
    let mut filled = Filled::of(door);
    filled.submit(&[("identifier", "ada@example.com"), ("password", "right")]);
    assert_eq!(filled.page.renders.of("done"), 0);
    filled.answer(200, &session(2, &["ada"]), &Value::Null);
    assert_eq!(filled.page.shows(), "Welcome back.");
    assert_eq!(filled.page.renders.of("done"), 1);
}

#[test]
fn what_a_deployment_offers_is_what_the_form_offers() {
    let mut filled = Filled::open();
    let settings = json!({ "auth_settings": {
        "first_factor": "email_otp",
        "auth_factors_enabled": { "email_otp": true, "username_password": true, "email_magic_link": false },
    } });
    let mut edits = Mutations::default();
    let number = {
        let world = filled.page.scripted.world();
        world.log.iter().rfind(|sent| sent.name() == "GET /deployment").unwrap().number
    };
    filled.page.scripted.post(Input::Answered { number, answer: Ok(settings) });
    for _ in 0..4 {
        filled.page.dom.process_events();
        filled.page.dom.render_immediate(&mut edits);
    }
    let text = filled.page.shows();
    assert!(text.contains("Send a code") && text.contains("Use a password"), "{text}");
    assert!(!text.contains("Get a link") && !text.contains("name=\"password\""), "{text}");
    filled.form = listener(&edits).unwrap_or(filled.form);
    filled.submit(&[("identifier", " ada@example.com")]);
    let expected = json!({ "strategy": "email_otp", "email": "ada@example.com" });
    assert_eq!(filled.sent(), ("POST /auth/signin".to_owned(), expected));
    filled.answer(200, &waiting("verify_email_otp", &json!({})), &Value::Null);
    assert!(filled.page.shows().contains("A code of six digits"), "{}", filled.page.shows());
    let (path, body) = filled.sent();
    assert_eq!((path.as_str(), &body["strategy"]), ("POST /auth/prepare-verification", &json!("email_otp")));
}
