//! The credential of staging: in localStorage under `keyrack:<address of the API>`, where the pages of `@keyrack/react`
//! have it too. Tabs write it at their own pace, so that it is changed under a lock of that name.

use super::js;
use crate::core::credential::session_id;
use crate::platform::Change;
use js_sys::{Object, Promise};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Storage};

/// How long a credential is waited for that another tab has told of.
const HOLDS_MS: f64 = 1_000.0;

/// One entry of localStorage, read at every request: another tab may have changed it a moment ago.
pub struct Rack {
    name: String,
    /// Only where storage refuses to work: some browsers' private windows, and sandboxed frames.
    fallback: RefCell<Option<String>>,
}

impl Rack {
    pub fn new(name: String) -> Self {
        Self { name, fallback: RefCell::default() }
    }

    pub fn read(&self) -> Option<String> {
        let fallback = self.fallback.borrow().clone();
        fallback.or_else(|| storage("localStorage")?.get_item(&self.name).ok()?)
    }

    fn write(&self, text: Option<&str>) {
        let written = storage("localStorage").is_some_and(|storage| {
            match text {
                Some(text) => storage.set_item(&self.name, text),
                None => storage.remove_item(&self.name),
            }
            .is_ok()
        });
        *self.fallback.borrow_mut() = text.filter(|_| !written).map(str::to_owned);
    }

    /// Changes what is kept, while no other tab does.
    pub async fn update(self: &Rc<Self>, change: Change) {
        let change = {
            let rack = Rc::clone(self);
            move || rack.write(change.of(rack.read().as_deref()).as_deref())
        };
        let again = change.clone();
        let held = Closure::once(move |_: JsValue| change());
        let locked = js::locks()
            .and_then(|locks| locks.request(&self.name, &Object::new(), held.as_ref().unchecked_ref()).ok());
        let is_done = match locked {
            Some(locked) => JsFuture::from(locked).await.is_ok(),
            None => false,
        };
        if !is_done {
            // Insecure pages and sandboxed frames have no locks: two tabs may then change it in the same instant.
            again();
        }
    }

    /// Waits for the credential of this session: browsers tell tabs of a message sooner than of what was written before
    /// it. Longer than a second nobody waits, for it may be gone again.
    pub async fn holds(self: &Rc<Self>, session: &str) {
        let is_there = {
            let (rack, session) = (Rc::clone(self), session.to_owned());
            move || session_id(rack.read().as_deref()) == session
        };
        let Ok(end) = AbortController::new() else { return };
        if is_there() {
            return;
        }
        let mut changed = None;
        let there = Promise::new(&mut |resolve, _| {
            js::set_timeout(&resolve, HOLDS_MS);
            let is_there = is_there.clone();
            let look = Closure::<dyn Fn()>::new(move || {
                if is_there() {
                    // Nobody throws what a promise is settled by.
                    let _ = resolve.call0(&JsValue::NULL);
                }
            });
            js::listen("storage", look.as_ref().unchecked_ref(), &end.signal());
            changed = Some(look);
        });
        // It is never broken.
        let _ = JsFuture::from(there).await;
        end.abort();
    }
}

/// `localStorage` or `sessionStorage`, where the page may have it.
pub fn storage(name: &str) -> Option<Storage> {
    js::global(&[name]).map(JsCast::unchecked_into)
}
