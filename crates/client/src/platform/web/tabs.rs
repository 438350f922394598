//! The other tabs: what they say on the channel `keyrack:<address of the API>`, which pages of `@keyrack/react` speak too.

use super::js;
use crate::platform::{Inbox, Input, Message};
use js_sys::JSON;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// One page's ear and mouth. Browsers keep no page with an open channel for going back to, so that it is dropped before.
pub struct Tabs {
    channel: BroadcastChannel,
    _hears: Closure<dyn Fn(MessageEvent)>,
}

impl Tabs {
    /// None where there are no channels: then what others do is seen by the next refresh.
    pub fn listen(name: &str, inbox: Inbox) -> Option<Self> {
        js::global(&["BroadcastChannel"])?;
        let channel = BroadcastChannel::new(name).ok()?;
        let hears = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(message) = heard(&event.data()) {
                inbox.post(Input::Heard(message));
            }
        });
        channel.set_onmessage(Some(hears.as_ref().unchecked_ref()));
        Some(Self { channel, _hears: hears })
    }

    /// Sends it to every other tab.
    pub fn tell(&self, message: &Message) {
        let Ok(object) = JSON::parse(&message.to_json().to_string()) else { return };
        // A page that is being closed tells nobody.
        let _ = self.channel.post_message(&object);
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

/// Objects travel as they are; there may be a number in them that JSON does not have.
fn heard(data: &JsValue) -> Option<Value> {
    let told = js::get(data, &["read"]).unwrap_or_else(|| data.clone());
    let revision = js::get(&told, &["revision"]).and_then(|revision| revision.as_f64());
    if revision == Some(f64::INFINITY) {
        let id = js::get(&told, &["id"])?.as_string()?;
        return Some(json!({ "read": { "id": id, "revision": i64::MAX } }));
    }
    let text = JSON::stringify(data).ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}
