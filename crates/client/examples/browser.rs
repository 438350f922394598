//! The whole store in a page without a framework: JavaScript asks it, and is told what is shown.
//!
//! `cargo xtask wasm` builds it. Outside of a browser there is nothing of it.
#![cfg(target_family = "wasm")]
#![allow(
    unsafe_code,
    reason = "what `wasm_bindgen` makes of an export is unsafe, and nothing here is but declared"
)]

use keyrack_client::{Answer, Attempt, By, Client, Error, Loaded, NewAccount, State, Subscription};
use std::future::Future;
use wasm_bindgen::prelude::*;

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
    pub async fn loaded(&self) -> Result<(), JsError> {
        self.client.loaded().await.map(drop).map_err(Into::into)
    }

    /// Begins an account.
    pub async fn sign_up(&self, email: String, password: String) -> Result<(), JsError> {
        let account = NewAccount { email, password, ..NewAccount::default() };
        self.done(|loaded| loaded.sign_up(&account)).await
    }

    /// Answers the last sign-up attempt with a code.
    pub async fn prove(&self, code: String) -> Result<(), JsError> {
        let state = self.client.state();
        let attempt = state.loaded().and_then(|loaded| loaded.session().signup_attempts.last().cloned());
        let attempt = Attempt::SignUp(attempt.map(|attempt| attempt.id).unwrap_or_default());
        self.done(|loaded| loaded.attempt(&attempt, Answer::Code(code))).await
    }

    /// Signs in with address and password.
    pub async fn sign_in(&self, email: String, password: String) -> Result<(), JsError> {
        self.done(|loaded| loaded.sign_in_by(By::email(email, password))).await
    }

    /// Makes another account the active one.
    pub async fn switch_sign_in(&self, id: String) -> Result<(), JsError> {
        self.done(|loaded| loaded.switch_sign_in(id)).await
    }

    /// Ends one sign-in, or all.
    pub async fn sign_out(&self, id: Option<String>) -> Result<(), JsError> {
        self.done(|loaded| match id {
            Some(id) => loaded.sign_out(id),
            None => loaded.sign_out_all(),
        })
        .await
    }

    /// Makes the active account act in an organization, or for itself.
    pub async fn switch_organization(&self, id: Option<String>) -> Result<(), JsError> {
        let state = self.client.state();
        let signed_in = state.signed_in().ok_or_else(|| JsError::new("no_session"))?;
        signed_in.switch_organization(id.as_deref()).await.map(drop).map_err(Into::into)
    }

    /// A token for a backend.
    pub async fn get_token(&self, template: String) -> Result<String, JsError> {
        self.client.get_token(&template).await.map_err(Into::into)
    }

    async fn done<T, C>(&self, act: impl FnOnce(&Loaded) -> C) -> Result<(), JsError>
    where
        C: Future<Output = Result<T, Error>>,
    {
        let state = self.client.loaded().await?;
        match state.loaded() {
            Some(loaded) => act(loaded).await.map(drop).map_err(Into::into),
            None => Err(JsError::new("loading")),
        }
    }
}

fn say(state: &State) -> String {
    match state {
        State::Loading => "loading".to_owned(),
        State::Failed(error) => format!("failed: {}", error.code),
        State::SignedOut(_) => "signed-out".to_owned(),
        State::SignedIn(session) => session.user().email_address.clone(),
    }
}
