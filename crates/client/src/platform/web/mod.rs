//! A page in a browser: `fetch`, the other tabs, and what becomes of the page. Names of channels, locks and entries of
//! storage are those of `@keyrack/react`, so that pages of either share one session, one stream and each other's news.

mod fetch;
mod js;
pub mod json;
mod lead;
mod lease;
mod page;
pub mod passkey;
mod rack;
mod tabs;

use super::{Command, Inbox, Input, Moment, Platform};
use crate::builder::{Builder, Navigate};
use crate::{Api, Client};
use fetch::Wire;
use js_sys::{Date, Function, Math};
use lead::Standing;
use page::{Cover, Seen};
use rack::storage;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use tabs::Tabs;
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

/// How long a page that is about to be left steps aside.
const STEP_MS: f64 = 1_000.0;

/// A store for this page.
pub fn start(builder: Builder) -> Client {
    let Builder { api, session, is_scoped, navigate } = builder;
    let entry = format!("keyrack:{}:scope", api.base);
    let scope = is_scoped.then(|| storage("sessionStorage").and_then(|kept| kept.get_item(&entry).ok()?));
    let web = Box::new(Web { api, navigate, page: RefCell::default() });
    match scope {
        Some(scope) => Client::scoped_on(web, session, scope.unwrap_or_default()),
        None => Client::on(web, session),
    }
}

/// Lets everything else have its turn.
pub async fn breathe() {
    let later = js_sys::Promise::new(&mut |resolve, _| {
        js::set_timeout(&resolve, 0.0);
    });
    // A timer breaks no promise.
    let _ = wasm_bindgen_futures::JsFuture::from(later).await;
}

/// What carries out the commands of a store in a page.
struct Web {
    api: Api,
    navigate: Option<Navigate>,
    page: RefCell<Option<Rc<Page>>>,
}

impl Platform for Web {
    fn begin(&self, inbox: Inbox) {
        *self.page.borrow_mut() = Page::new(self.api.clone(), inbox, self.navigate.clone());
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clocks are far from either end"
    )]
    fn now(&self) -> Moment {
        Moment { ticks: js::ticks() as u64, wall: Date::now() as i64 }
    }

    fn chance(&self) -> f64 {
        Math::random()
    }

    fn navigates(&self) -> bool {
        true
    }

    fn perform(&self, command: Command) {
        if let Some(page) = &*self.page.borrow() {
            page.perform(command);
        }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        if let Some(page) = self.page.take() {
            page.end();
        }
    }
}

/// What a page has open.
struct Page {
    inbox: Inbox,
    name: String,
    wire: Rc<Wire>,
    end: AbortController,
    tabs: RefCell<Option<Tabs>>,
    standing: RefCell<Option<Standing>>,
    is_wanted: Cell<bool>,
    is_leading: Rc<Cell<bool>>,
    cover: RefCell<Option<Cover>>,
    timer: RefCell<Option<JsValue>>,
    wakes: Closure<dyn Fn()>,
    aside: Closure<dyn Fn()>,
    back: Closure<dyn Fn()>,
    seen: RefCell<Option<page::Listener>>,
    navigate: Option<Navigate>,
}

impl Page {
    fn new(api: Api, inbox: Inbox, navigate: Option<Navigate>) -> Option<Rc<Self>> {
        let end = AbortController::new().ok()?;
        let name = format!("keyrack:{}", api.base);
        let woken = inbox.clone();
        let page = Rc::new_cyclic(|me: &Weak<Self>| {
            let (aside, back) = (me.clone(), me.clone());
            Self {
                tabs: RefCell::new(Tabs::listen(&name, inbox.clone())),
                wire: Rc::new(Wire::new(api, inbox.clone())),
                standing: RefCell::default(),
                is_wanted: Cell::default(),
                is_leading: Rc::default(),
                cover: RefCell::default(),
                timer: RefCell::default(),
                wakes: Closure::new(move || {
                    woken.post(Input::Woken);
                }),
                aside: Closure::new(move || aside.upgrade().iter().for_each(|page| page.step_aside())),
                back: Closure::new(move || back.upgrade().iter().for_each(|page| page.stand())),
                seen: RefCell::default(),
                navigate,
                name,
                end,
                inbox,
            }
        });
        let signal = page.end.signal();
        let me = Rc::downgrade(&page);
        let seen = page::watch(&signal, move |seen| me.upgrade().iter().for_each(|page| page.saw(seen)));
        *page.seen.borrow_mut() = Some(seen);
        js::listen("beforeunload", page.aside.as_ref().unchecked_ref(), &signal);
        if js::is_hidden() {
            page.later(Input::Visible(false));
        }
        Some(page)
    }

    fn perform(self: &Rc<Self>, command: Command) {
        match command {
            Command::Send { number, request } => self.wire.start(number, request),
            Command::Abandon { number } => self.wire.abandon(number),
            Command::Wake { at } => self.wake(at),
            Command::Open { number, path } => self.wire.open(number, path),
            Command::Close { number } => self.wire.close(number),
            Command::Tell(message) => self.tabs.borrow().iter().for_each(|tabs| tabs.tell(&message)),
            Command::Stand(stands) => {
                self.is_wanted.set(stands);
                if stands { self.stand() } else { self.leave() }
            }
            Command::Cover => {
                if self.cover.borrow().is_none() {
                    *self.cover.borrow_mut() = Cover::new();
                }
            }
            Command::Reveal => {
                let page = Rc::clone(self);
                // What is focused then may call anything.
                js::spawn(async move { drop(page.cover.take()) });
            }
            Command::Keep { scope } => {
                // Where it refuses to work the scope ends with the page.
                let entry = format!("{}:scope", self.name);
                storage("sessionStorage").and_then(|kept| kept.set_item(&entry, &scope).ok());
            }
            Command::Go { url } => self.go(url),
        }
    }

    /// Leads to an address, when nothing else is under way here: a router may do anything then.
    fn go(&self, url: String) {
        let navigate = self.navigate.clone();
        js::spawn(async move {
            match navigate {
                Some(navigate) => navigate(&url),
                None => js::assign(&url),
            }
        });
    }

    /// Says it when nothing else is under way here.
    fn later(&self, input: Input) {
        let inbox = self.inbox.clone();
        js::spawn(async move {
            inbox.post(input);
        });
    }

    #[allow(clippy::cast_precision_loss, reason = "clocks are far from either end")]
    fn wake(&self, at: u64) {
        self.timer.take().iter().for_each(js::clear_timeout);
        // A timer counts whole milliseconds: woken a little too late, the moment has come.
        let wait = (at as f64 - js::ticks()).max(0.0).ceil();
        let callback: &Function = self.wakes.as_ref().unchecked_ref();
        *self.timer.borrow_mut() = Some(js::set_timeout(callback, wait));
    }

    fn saw(&self, seen: Seen) {
        let input = match seen {
            Seen::Visible(is_visible) => Input::Visible(is_visible),
            Seen::Online => Input::Returned,
            Seen::Left => {
                drop(self.tabs.take());
                Input::Left
            }
            Seen::Back => {
                *self.tabs.borrow_mut() = Tabs::listen(&self.name, self.inbox.clone());
                Input::Back
            }
        };
        self.inbox.post(input);
    }

    /// Stands for the stream of this browser.
    fn stand(&self) {
        if !self.is_wanted.get() || self.standing.borrow().is_some() {
            return;
        }
        let (inbox, is_leading) = (self.inbox.clone(), Rc::clone(&self.is_leading));
        let turn = move |leads| {
            is_leading.set(leads);
            inbox.post(Input::Leads(leads));
        };
        *self.standing.borrow_mut() = Standing::under(&format!("{}:events", self.name), Rc::new(turn));
    }

    fn leave(&self) {
        if self.standing.take().is_some() && self.is_leading.replace(false) {
            self.later(Input::Leads(false));
        }
    }

    /// Firefox decides before `pagehide` whether it keeps a page: none that waits for a lock, and never one with a stream.
    /// It comes back if the page was not left after all: for a download, say.
    fn step_aside(&self) {
        if !self.is_leading.get() {
            self.leave();
            js::set_timeout(self.back.as_ref().unchecked_ref(), STEP_MS);
        }
    }

    fn end(&self) {
        self.end.abort();
        self.timer.take().iter().for_each(js::clear_timeout);
        self.wire.end();
        drop((self.standing.take(), self.tabs.take(), self.cover.take()));
    }
}
