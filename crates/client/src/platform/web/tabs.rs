//! The other tabs: what they say on the channel `keyrack:<address of the API>`, which pages of `@keyrack/react` speak too.

use super::{js, json};
use crate::platform::{Inbox, Input, Message};
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
            if let Some(message) = json::from_js(&event.data()) {
                inbox.post(Input::Heard(message));
            }
        });
        channel.set_onmessage(Some(hears.as_ref().unchecked_ref()));
        Some(Self { channel, _hears: hears })
    }

    /// Sends it to every other tab.
    pub fn tell(&self, message: &Message) {
        // A page that is being closed tells nobody.
        let _ = self.channel.post_message(&json::to_js(&message.to_json()));
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
