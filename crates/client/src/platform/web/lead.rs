//! Which tab of a browser leads. Where the browser has locks, the one that holds the lock: it goes with its tab, however the
//! tab ends. Elsewhere (insecure pages, old browsers) the one that renews a lease in localStorage.

use super::{js, lease};
use js_sys::{Object, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

/// How long a leader may take to say that it is there, before a tab that is looked at takes it for frozen.
const ANSWER_MS: f64 = 1_500.0;

/// Called with whether this page leads, whenever that changes.
pub type Turn = Rc<dyn Fn(bool)>;

/// A page that stands for the lead, until this is dropped, which gives it up as well.
pub struct Standing {
    candidate: Rc<Candidate>,
}

impl Standing {
    /// None where nothing can be stood for.
    pub fn under(name: &str, turn: Turn) -> Option<Self> {
        let end = AbortController::new().ok()?;
        let has_locks = js::locks().is_some();
        let channel = js::global(&["BroadcastChannel"]).filter(|_| has_locks);
        let channel = channel.and_then(|_| BroadcastChannel::new(name).ok());
        let candidate = Rc::new_cyclic(|me| Candidate {
            name: name.to_owned(),
            late: late(me.clone()),
            visible: visible(me.clone()),
            hears: hears(me.clone()),
            held: Cell::new(0),
            timer: RefCell::default(),
            turn,
            end,
            channel,
        });
        if has_locks {
            candidate.watch();
            candidate.claim(false);
        } else {
            candidate.lease();
        }
        Some(Self { candidate })
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        let Candidate { end, channel, .. } = &*self.candidate;
        end.abort();
        self.candidate.is_there();
        if let Some(channel) = channel {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}

struct Candidate {
    name: String,
    turn: Turn,
    end: AbortController,
    /// A tab that holds a lock is not frozen in Chromium; elsewhere, and behind a dialog, it may be. So whoever is looked at
    /// and does not lead asks here whether the leader is there.
    channel: Option<BroadcastChannel>,
    /// How often the lock is held: twice for a moment, when the turn comes just as it is taken from somebody frozen.
    held: Cell<u32>,
    timer: RefCell<Option<JsValue>>,
    late: Closure<dyn Fn()>,
    visible: Closure<dyn Fn()>,
    hears: Closure<dyn Fn(MessageEvent)>,
}

/// Nobody has answered.
fn late(me: Weak<Candidate>) -> Closure<dyn Fn()> {
    Closure::new(move || {
        if let Some(me) = me.upgrade().filter(|me| !me.is_leading() && !me.is_over()) {
            me.claim(true);
        }
    })
}

fn visible(me: Weak<Candidate>) -> Closure<dyn Fn()> {
    Closure::new(move || me.upgrade().iter().for_each(|me| me.ask()))
}

fn hears(me: Weak<Candidate>) -> Closure<dyn Fn(MessageEvent)> {
    Closure::new(move |event: MessageEvent| {
        let Some(me) = me.upgrade() else { return };
        if event.data().as_string().as_deref() == Some("here") {
            me.is_there();
        } else if me.is_leading() {
            me.say("here");
        }
    })
}

impl Candidate {
    fn is_leading(&self) -> bool {
        self.held.get() > 0
    }

    fn is_over(&self) -> bool {
        self.end.signal().aborted()
    }

    fn say(&self, what: &str) {
        if let Some(channel) = &self.channel {
            // A page that is being closed tells nobody.
            let _ = channel.post_message(&what.into());
        }
    }

    /// Somebody leads, and is not frozen.
    fn is_there(&self) {
        self.timer.take().iter().for_each(js::clear_timeout);
    }

    fn watch(&self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(Some(self.hears.as_ref().unchecked_ref()));
            js::listen("visibilitychange", self.visible.as_ref().unchecked_ref(), &self.end.signal());
            self.ask();
        }
    }

    fn ask(&self) {
        if js::is_hidden() || self.is_leading() || self.is_over() {
            return;
        }
        self.is_there();
        let timer = js::set_timeout(self.late.as_ref().unchecked_ref(), ANSWER_MS);
        *self.timer.borrow_mut() = Some(timer);
        self.say("who");
    }

    /// Waits for the lock, or takes it from whoever has it.
    fn claim(self: &Rc<Self>, steals: bool) {
        let me = Rc::clone(self);
        js::spawn(async move { while me.hold(steals).await && !steals {} });
    }

    /// Whether the lock was held and is lost.
    async fn hold(self: &Rc<Self>, steals: bool) -> bool {
        let is_held = Rc::new(Cell::new(false));
        let hold = {
            let (me, is_held) = (Rc::clone(self), Rc::clone(&is_held));
            Closure::once(move |_: JsValue| -> JsValue { me.lead(&is_held).into() })
        };
        let signal = self.end.signal();
        let options = Object::new();
        let (name, value) =
            if steals { ("steal", JsValue::TRUE) } else { ("signal", JsValue::from(&signal)) };
        // A new object takes every property.
        let _ = Reflect::set(&options, &name.into(), &value);
        let asked = js::locks()
            .and_then(|locks| locks.request(&self.name, &options, hold.as_ref().unchecked_ref()).ok());
        let is_given_up = match asked {
            Some(asked) => JsFuture::from(asked).await.is_ok(),
            None => false,
        };
        if is_given_up || self.is_over() {
            return false;
        }
        if is_held.get() {
            self.held.set(self.held.get() - 1);
            if !self.is_leading() {
                (self.turn)(false);
            }
        } else if !steals {
            // Sandboxed frames have locks and refuse them.
            self.lease();
        }
        is_held.get()
    }

    /// The turn has come: a promise that holds the lock.
    fn lead(&self, is_held: &Cell<bool>) -> Promise {
        let signal = self.end.signal();
        if signal.aborted() {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        is_held.set(true);
        self.held.set(self.held.get() + 1);
        if self.held.get() == 1 {
            (self.turn)(true);
        }
        self.say("here");
        Promise::new(&mut |release, _| js::at_end(&signal, &release))
    }

    fn lease(&self) {
        lease::stand(&self.name, &self.turn, &self.end.signal());
    }
}
