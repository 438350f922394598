//! A page over a store that does what a test says, and counts who renders.

use super::scripted::platform::Scripted;
use super::settle;
use dioxus::prelude::*;
use keyrack_dioxus::client::platform::{Input, Reply};
use keyrack_dioxus::protocol::Session;
use keyrack_dioxus::{Client, ClientProvider};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How often each component has rendered.
#[derive(Clone, Default)]
pub struct Renders(Rc<RefCell<BTreeMap<&'static str, usize>>>);

impl Renders {
    pub fn of(&self, name: &str) -> usize {
        self.0.borrow().get(name).copied().unwrap_or(0)
    }

    pub fn add(&self, name: &'static str) {
        *self.0.borrow_mut().entry(name).or_default() += 1;
    }

    /// Whoever has rendered since the last time this was asked.
    pub fn since(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.borrow_mut()).into_keys().collect()
    }
}

pub fn rendered(name: &'static str) {
    use_context::<Renders>().add(name);
}

/// A session at this revision: these accounts, of which the first is active.
pub fn session(revision: i64, accounts: &[&str]) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let sign_ins = accounts.iter().map(|name| {
        let mut sign_in = file["templates"]["sign_in"].clone();
        sign_in["id"] = json!(format!("sin_{name}"));
        sign_in["user"]["email_address"] = json!(format!("{name}@example.com"));
        sign_in
    });
    let mut session = json!(Session { id: "ses_1".to_owned(), revision, ..Session::empty(None) });
    session["signins"] = sign_ins.collect();
    session["active_signin"] = session["signins"][0].clone();
    session
}

/// Answers the oldest request that waits; without data, the connection breaks.
pub fn answer(scripted: &Scripted, data: Option<&Value>) {
    let reply = data.map(|data| {
        let body = json!({ "status": 200, "message": "", "data": data, "session": null, "errors": null });
        Reply { status: 200, body: body.to_string().into_bytes(), ..Reply::default() }
    });
    let number = scripted.world().waiting[0].number;
    scripted.answer(number, reply.as_ref());
}

/// A page over a store that does what a test says.
pub struct Page {
    pub scripted: Scripted,
    pub client: Client,
    pub renders: Renders,
    pub dom: VirtualDom,
}

impl Page {
    pub fn open(initial: Option<Value>, content: fn() -> Element) -> Self {
        let scripted = Scripted::default();
        let initial = initial.map(|initial| serde_json::from_value(initial).unwrap());
        let client = Client::on(Box::new(scripted.clone()), initial);
        scripted.post(Input::Leads(true));
        let renders = Renders::default();
        let props = AppProps { client: client.clone(), content: Content(content) };
        let mut dom = VirtualDom::new_with_props(App, props).with_root_context(renders.clone());
        dom.rebuild_in_place();
        Self { scripted, client, renders, dom }
    }

    pub fn answer(&mut self, data: Option<&Value>) {
        answer(&self.scripted, data);
        settle(&mut self.dom);
    }

    pub fn shows(&self) -> String {
        dioxus_ssr::render(&self.dom)
    }
}

/// What a page shows. It never changes.
#[derive(Clone, Copy)]
pub struct Content(pub fn() -> Element);

impl PartialEq for Content {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[component]
pub fn App(client: Client, content: Content) -> Element {
    rsx! {
        ClientProvider { client, Below { content } }
    }
}

#[component]
fn Below(content: Content) -> Element {
    content.0()
}
