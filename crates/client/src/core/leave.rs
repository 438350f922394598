//! Where a page goes on to after its sign-out: the deployment says so. Other tabs only show it.

use super::request::Request;
use super::{CallId, Command, Core, Then};
use crate::Error;
use keyrack_protocol::Session;
use serde_json::Value;
use std::sync::Arc;

/// How long a sign-out that is done waits for the settings that say where to go. It goes there later, too, unless somebody
/// has signed in or out meanwhile.
const PATIENCE_MS: u64 = 1_000;

/// What is known of it.
#[derive(Debug, Default)]
pub struct Leaving {
    /// Something here leads to addresses.
    is_on: bool,
    settings: Option<Value>,
    gone: Option<Gone>,
}

/// A sign-out that is done and waits for the settings.
#[derive(Debug)]
struct Gone {
    call: Option<CallId>,
    is_all: bool,
    shown: Option<Arc<Session>>,
    until: u64,
}

impl Leaving {
    /// Whether something here leads to addresses.
    pub fn where_it_leads(is_on: bool) -> Self {
        Self { is_on, ..Self::default() }
    }

    pub fn due(&self) -> Option<u64> {
        self.gone.as_ref().filter(|gone| gone.call.is_some()).map(|gone| gone.until)
    }
}

impl Core {
    /// A sign-out begins: asked for beside it, the settings are there by then.
    pub(super) fn ask_where_to(&mut self) {
        if self.leaving.is_on {
            self.leaving.settings = None;
            self.send(Request::get("/deployment"), Then::Settings);
        }
    }

    /// A sign-out is done.
    pub(super) fn gone(&mut self, call: CallId, is_all: bool) {
        if !self.leaving.is_on {
            return self.done(call, Ok(self.shown_outcome()));
        }
        let (shown, until) = (self.shown.clone(), self.now.ticks + PATIENCE_MS);
        self.hurry_gone();
        self.leaving.gone = Some(Gone { call: Some(call), is_all, shown, until });
        self.go();
    }

    pub(super) fn were_settings(&mut self, answer: Result<Value, Error>) {
        // When nobody knows where to, nobody goes.
        self.leaving.settings = Some(answer.unwrap_or_default());
        self.go();
    }

    pub(super) fn wake_gone(&mut self) {
        if self.leaving.due().is_some_and(|due| due <= self.now.ticks) {
            self.hurry_gone();
        }
    }

    fn go(&mut self) {
        let Some(settings) = &self.leaving.settings else { return };
        let Some(gone) = self.leaving.gone.take() else { return };
        let is_same = gone.shown.as_ref().map(Arc::as_ptr) == self.shown.as_ref().map(Arc::as_ptr);
        let name = if gone.is_all { "after_sign_out_all_page_url" } else { "after_sign_out_one_page_url" };
        let url = settings["ui_settings"][name].as_str().filter(|url| is_same && !url.is_empty());
        if let Some(url) = url {
            let url = url.to_owned();
            self.command(Command::Go { url });
        }
        if let Some(call) = gone.call {
            self.done(call, Ok(self.shown_outcome()));
        }
    }

    /// Whoever waits for a sign-out waits no longer.
    fn hurry_gone(&mut self) {
        if let Some(call) = self.leaving.gone.as_mut().and_then(|gone| gone.call.take()) {
            self.done(call, Ok(self.shown_outcome()));
        }
    }
}
