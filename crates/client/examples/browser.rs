//! The whole store in a page without a framework: JavaScript asks it, and is told what is shown.
//!
//! `cargo xtask wasm` builds it. Outside of a browser there is nothing of it.
#![cfg(target_family = "wasm")]
#![allow(
    unsafe_code,
    reason = "what `wasm_bindgen` makes of an export is unsafe, and nothing here is but declared"
)]

use js_sys::Promise;
use keyrack_client::protocol::Session;
use keyrack_client::{Answer, Attempt, By, Call, Client, Error, Loaded, NewAccount, State, Subscription};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// Something that is done to the session.
type Act = Box<dyn FnOnce(&Loaded) -> Call<Arc<Session>>>;

/// The store of one page.
#[wasm_bindgen]
pub struct Page {
    client: Client,
    shown: Option<Subscription>,
}

#[wasm_bindgen]
impl Page {
    /// Begins.
    #[wasm_bindgen(constructor)]
    pub fn new(publishable_key: &str) -> Result<Page, JsError> {
        Ok(Page { client: Client::builder(publishable_key)?.start()?, shown: None })
    }

    /// What is shown: `loading`, `failed`, `signed-out` or the address of whoever is signed in.
    pub fn shown(&self) -> String {
        say(&self.client.state())
    }

    /// Has a function called with that whenever it changes.
    pub fn subscribe(&mut self, listener: js_sys::Function) {
        let tell = move |state: &State| {
            // What it throws is its own business.
            let _ = listener.call1(&JsValue::NULL, &say(state).into());
        };
        self.shown = Some(self.client.subscribe(tell));
    }

    /// The number that orders the states of the session.
    pub fn revision(&self) -> f64 {
        self.client.state().loaded().map_or(-1.0, |loaded| loaded.revision() as f64)
    }

    /// Resolves once the first load is done.
    pub fn loaded(&self) -> Promise {
        let client = self.client.clone();
        promise(async move { client.loaded().await.map(|_| JsValue::UNDEFINED) })
    }

    /// Begins an account.
    pub fn sign_up(&self, email: String, password: String) -> Promise {
        self.done(move |loaded| loaded.sign_up(&NewAccount { email, password, ..NewAccount::default() }))
    }

    /// Answers the last sign-up attempt with a code.
    pub fn prove(&self, code: String) -> Promise {
        self.done(move |loaded| {
            let attempt = loaded.session().signup_attempts.last().map(|attempt| attempt.id.clone());
            loaded.attempt(&Attempt::SignUp(attempt.unwrap_or_default()), Answer::Code(code))
        })
    }

    /// Signs in with address and password.
    pub fn sign_in(&self, email: String, password: String) -> Promise {
        self.done(move |loaded| loaded.sign_in_by(By::email(email, password)))
    }

    /// Makes another account the active one.
    pub fn switch_sign_in(&self, id: String) -> Promise {
        self.done(move |loaded| loaded.switch_sign_in(id))
    }

    /// Ends one sign-in, or all.
    pub fn sign_out(&self, id: Option<String>) -> Promise {
        self.done(move |loaded| match id {
            Some(id) => loaded.sign_out(id),
            None => loaded.sign_out_all(),
        })
    }

    /// Makes the active account act in an organization, or for itself.
    pub fn switch_organization(&self, id: Option<String>) -> Result<Promise, JsError> {
        let state = self.client.state();
        let signed_in = state.signed_in().ok_or_else(|| JsError::new("no_session"))?;
        let call = signed_in.switch_organization(id.as_deref());
        Ok(promise(async move { call.await.map(|_| JsValue::UNDEFINED) }))
    }

    /// A token for a backend.
    pub fn get_token(&self, template: &str) -> Promise {
        let call = self.client.get_token(template);
        promise(async move { call.await.map(JsValue::from) })
    }

    fn done(&self, act: impl FnOnce(&Loaded) -> Call<Arc<Session>> + 'static) -> Promise {
        self.once_loaded(Box::new(act))
    }

    fn once_loaded(&self, act: Act) -> Promise {
        let client = self.client.clone();
        promise(async move {
            let state = client.loaded().await?;
            if let Some(loaded) = state.loaded() {
                act(loaded).await?;
            }
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// What JavaScript waits for. Behind a pointer: what makes promises of futures is loaded once, and not for each kind of them.
fn promise(work: impl Future<Output = Result<JsValue, Error>> + 'static) -> Promise {
    begin(Box::pin(work))
}

fn begin(work: Pin<Box<dyn Future<Output = Result<JsValue, Error>>>>) -> Promise {
    wasm_bindgen_futures::future_to_promise(async { work.await.map_err(|error| JsError::from(error).into()) })
}

fn say(state: &State) -> String {
    match state {
        State::Loading => "loading".to_owned(),
        State::Failed(error) => format!("failed: {}", error.code),
        State::SignedOut(_) => "signed-out".to_owned(),
        State::SignedIn(session) => session.user().email_address.clone(),
    }
}
