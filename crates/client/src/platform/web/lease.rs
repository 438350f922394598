//! Leading without locks: localStorage says who leads and until when. Two tabs may claim it in the same instant, and both
//! write; after a moment both see who wrote last. A leader whose timers stood still, as those of hidden tabs do, hears of
//! another at the moment when that one writes.

use super::js;
use super::lead::Turn;
use super::rack::storage;
use js_sys::{Date, Math};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

/// How long a lease holds, how often it is looked at and renewed, and how long a claim waits for another one.
const LEASE_MS: f64 = 1_200.0;
const LOOK_MS: f64 = 400.0;
const CLAIM_MS: f64 = 100.0;

struct Lease {
    name: String,
    me: String,
    turn: Turn,
    leads: Cell<bool>,
    timer: RefCell<Option<JsValue>>,
    looks: Closure<dyn Fn()>,
}

/// Stands for the lead until the signal.
pub fn stand(name: &str, turn: &Turn, until: &AbortSignal) {
    let lease = Rc::new_cyclic(|lease: &Weak<Lease>| {
        let weak = lease.clone();
        Lease {
            name: name.to_owned(),
            me: whole(Math::random() * 1e15).to_string(),
            turn: Rc::clone(turn),
            leads: Cell::new(false),
            timer: RefCell::default(),
            looks: Closure::new(move || weak.upgrade().iter().for_each(|lease| lease.look())),
        }
    });
    let heard = {
        let lease = Rc::downgrade(&lease);
        Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            let key = js::get(&event, &["key"]).and_then(|key| key.as_string());
            lease
                .upgrade()
                .iter()
                .filter(|lease| key.as_ref() == Some(&lease.name))
                .for_each(|lease| lease.look());
        })
    };
    js::listen("storage", heard.as_ref().unchecked_ref(), until);
    lease.look();
    // It lives until then.
    let over = Closure::once_into_js(move || {
        lease.end();
        drop(heard);
    });
    js::at_end(until, over.unchecked_ref());
}

impl Lease {
    fn look(&self) {
        self.timer.take().iter().for_each(js::clear_timeout);
        let holder = holder_of(&self.name);
        let is_mine = holder.as_ref() == Some(&self.me);
        let (led, is_anybody) = (self.leads.get(), holder.is_some());
        self.leads.set(is_mine || (led && !is_anybody));
        if led != self.leads.get() {
            (self.turn)(!led);
        }
        let until = whole(Date::now() + LEASE_MS);
        if (is_mine || !is_anybody) && !write(&self.name, &format!("{} {until}", self.me)) {
            return;
        }
        let pause = if is_anybody { LOOK_MS } else { CLAIM_MS };
        *self.timer.borrow_mut() = Some(js::set_timeout(self.looks.as_ref().unchecked_ref(), pause));
    }

    fn end(&self) {
        self.timer.take().iter().for_each(js::clear_timeout);
        if holder_of(&self.name).as_ref() == Some(&self.me) {
            write(&self.name, "");
        }
    }
}

/// A whole number: what reads and writes others would be a tenth of what a browser loads.
#[allow(clippy::cast_possible_truncation, reason = "clocks are far from either end")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// Who leads; nobody when it was not renewed in time, also by a clock that was set back meanwhile.
fn holder_of(name: &str) -> Option<String> {
    let text = storage("localStorage")?.get_item(name).ok()??;
    let (holder, until) = text.split_once(' ')?;
    let left = until.parse::<i64>().ok()? - whole(Date::now());
    (left > 0 && left <= whole(LEASE_MS)).then(|| holder.to_owned())
}

/// Whether there is a storage to write to. Without one nobody leads, and each tab goes on asking every 30 seconds.
fn write(name: &str, text: &str) -> bool {
    storage("localStorage").is_some_and(|storage| storage.set_item(name, text).is_ok())
}
