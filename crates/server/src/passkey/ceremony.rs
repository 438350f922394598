//! Verifying what a browser answers, with webauthn-rs. Pure: what is asked for comes in, what is to be kept goes out.
//!
//! The library draws its challenges itself and keeps them in its states. Here a challenge is a one-time secret like any
//! other (`challenge.rs`): it is drawn from the world, kept as an HMAC, and put into the library's state when the answer
//! comes (adr/0019).

use super::answer::{Assertion, Attestation, Client, Read, Why};
use super::party::Party;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder,
    WebauthnError,
};

/// What is kept of a passkey to verify it by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    passkey: Passkey,
    /// How the browser said that it may be reached.
    #[serde(default)]
    pub transports: Vec<String>,
}

/// What is on file after a passkey has signed.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What is to be kept from now on: its counter has risen.
    pub kept: Kept,
    /// Whether it is on several devices now.
    pub backed_up: bool,
    /// Its name among the methods of RFC 8176: `hwk` for one that is bound to a device, else `swk`.
    pub method: &'static str,
}

/// The numbers of the algorithms that are offered, best first (COSE): ES256, ES384, RS256.
pub const ALGORITHMS: [i32; 3] = [-7, -35, -257];

fn library(party: &Party, origin: &str) -> Read<Webauthn> {
    let origin = Url::parse(origin).map_err(|_| Why::Origin)?;
    let builder = WebauthnBuilder::new(&party.id, &origin).map_err(|_| Why::Origin)?;
    builder.rp_name(&party.name).build().map_err(|_| Why::Origin)
}

/// The library's state of a ceremony with another challenge in it.
fn with_challenge<S: Serialize + DeserializeOwned>(state: &S, challenge: &[u8]) -> Read<S> {
    let mut state = serde_json::to_value(state).map_err(|_| Why::Unverified)?;
    let inner = state.as_object_mut().and_then(|outer| outer.values_mut().next());
    let place = inner.and_then(|inner| inner.get_mut("challenge")).ok_or(Why::Unverified)?;
    *place = Value::String(BASE64.encode(challenge));
    serde_json::from_value(state).map_err(|_| Why::Unverified)
}

fn refused(error: WebauthnError) -> Why {
    match error {
        WebauthnError::CredentialPossibleCompromise => Why::Copied,
        _ => Why::Unverified,
    }
}

/// Verifies that a device made a passkey for this party, with its owner present and verified. Whether its challenge was
/// asked here and now, the caller has to see to.
///
/// # Errors
/// Why not.
pub fn register(party: &Party, answer: &Attestation) -> Read<Kept> {
    let Client { json, challenge, origin } = &answer.client;
    let library = library(party, origin)?;
    let (_, state) = library.start_passkey_registration(Uuid::nil(), "-", "-", None).map_err(refused)?;
    let state = with_challenge(&state, challenge)?;
    let id = BASE64.encode(&answer.credential_id);
    let answered: RegisterPublicKeyCredential = serde_json::from_value(json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": { "clientDataJSON": BASE64.encode(json), "attestationObject": BASE64.encode(&answer.object) },
    }))
    .map_err(|_| Why::Malformed)?;
    let passkey = library.finish_passkey_registration(&answered, &state).map_err(refused)?;
    Ok(Kept { passkey, transports: answer.transports.clone() })
}

/// Verifies that a passkey signed for this party, with its owner present and verified, and that its counter rose. Whether
/// its challenge was asked here and now, and whose passkey it is, the caller has to see to.
///
/// # Errors
/// Why not.
pub fn sign(party: &Party, answer: &Assertion, kept: &Kept) -> Read<Signed> {
    let Client { json, challenge, origin } = &answer.client;
    let library = library(party, origin)?;
    let (_, state) = library.start_discoverable_authentication().map_err(refused)?;
    let state = with_challenge(&state, challenge)?;
    let id = BASE64.encode(&answer.credential_id);
    let answered: PublicKeyCredential = serde_json::from_value(json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": BASE64.encode(json),
            "authenticatorData": BASE64.encode(&answer.authenticator_data),
            "signature": BASE64.encode(&answer.signature),
        },
    }))
    .map_err(|_| Why::Malformed)?;
    let mut kept = kept.clone();
    let result =
        library.finish_discoverable_authentication_v2(&answered, state, &kept.passkey).map_err(refused)?;
    if !result.user_verified() {
        return Err(Why::Unverified);
    }
    kept.passkey.update_credential(&result).ok_or(Why::Unverified)?;
    let method = if answer.flags.backup_eligible() { "swk" } else { "hwk" };
    Ok(Signed { kept, backed_up: answer.flags.backed_up(), method })
}
