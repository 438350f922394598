//! Passkeys as a way in. The server says what to ask for and takes what is answered, both in the JSON of WebAuthn; in between
//! is whoever has the passkeys: the browser, or a program's own way to them.

use crate::core::mutation::{Done, Mutation};
use crate::core::request::Request;
use crate::core::{Ask, Outcome};
use crate::json::object;
#[cfg(target_family = "wasm")]
use crate::{Answer, Attempt};
use crate::{Call, Error, Loaded};
use keyrack_protocol::Session;
use serde_json::Value;
use std::sync::Arc;

impl Loaded {
    /// What a passkey is asked for at the beginning of a sign-in: the argument of `navigator.credentials.get()`, its bytes in
    /// base64url. A program hands it to the system's WebAuthn and gives the answer to [`Loaded::sign_in_by_passkey`].
    ///
    /// # Errors
    /// Whatever docs/API.md says of `POST /auth/passkey/login/begin`.
    pub fn passkey_options(&self) -> Call<Value> {
        let request = Request::post("/auth/passkey/login/begin", object([]));
        self.client.call(Ask::Send(request), options)
    }

    /// Signs in with what a passkey answered: `PublicKeyCredential.toJSON()`. The account is active afterwards, or the
    /// session's last attempt says what is still needed.
    ///
    /// # Errors
    /// Whatever docs/API.md says of `POST /auth/passkey/login/finish`.
    pub fn sign_in_by_passkey(&self, credential: Value) -> Call<Arc<Session>> {
        self.change(Mutation::new("/auth/passkey/login/finish", credential, Done::Begun))
    }

    /// Has the browser ask for a passkey, and signs in with it.
    ///
    /// # Errors
    /// `passkey_cancelled`, `passkey_unavailable`, or the server's refusal.
    #[cfg(target_family = "wasm")]
    pub async fn sign_in_with_passkey(&self) -> Result<Arc<Session>, Error> {
        let options = self.passkey_options().await?;
        let credential = crate::platform::web::passkey::get(&options).await?;
        self.sign_in_by_passkey(credential).await
    }

    /// Has the browser ask for a passkey of the account that an attempt is for, and answers its second factor with it.
    ///
    /// # Errors
    /// `passkey_cancelled`, `passkey_unavailable`, or the server's refusal.
    #[cfg(target_family = "wasm")]
    pub async fn attempt_with_passkey(&self, attempt: &Attempt) -> Result<Arc<Session>, Error> {
        let request = Request::post("/auth/prepare-verification", attempt.prepared_by("passkey", None));
        let asked = self.client.call(Ask::Send(request), options).await?;
        let credential = crate::platform::web::passkey::get(&asked).await?;
        self.attempt(attempt, Answer::Passkey(credential)).await
    }
}

/// What the server says to ask for.
fn options(outcome: Outcome) -> Result<Value, Error> {
    match outcome {
        Outcome::Data(mut data) => data.get_mut("options").map(Value::take).ok_or_else(Error::network),
        _ => Err(Error::network()),
    }
}
