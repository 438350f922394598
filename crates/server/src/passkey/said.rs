//! What browsers send of passkeys, in any of the encodings: flat, as older clients do, or as `toJSON()` writes it.

use super::answer::{Assertion, Attestation, Sent};
use super::party::Party;
use crate::error::Result;
use crate::http::fields::Fields;
use crate::http::operation::Field;
use keyrack_protocol::Code;
use serde_json::{Map, Value};
use std::sync::LazyLock;

const ID: Field =
    Field::required("id", "The id that the device gave the passkey, base64url.").length(1, 1364);
const RAW_ID: Field = Field::optional("rawId", "The same.").length(1, 1368);
const KIND: Field = Field::optional("type", "What it is.").one_of(&["public-key"]);
const RESULTS: Field =
    Field::optional("clientExtensionResults", "What `toJSON()` writes there; it is not read.").object();
const ATTACHMENT: Field = Field::optional("authenticatorAttachment", "The same.");

/// The fields of a registration.
pub const ATTESTATION: &[Field] = &[
    ID,
    RAW_ID,
    KIND,
    Field::required(
        "response",
        "`clientDataJSON` and `attestationObject`, base64url, and `transports`, a list.",
    )
    .object(),
    Field::optional(
        "name",
        "What its owner calls it: at most 100 characters. By default what the browser runs on.",
    )
    .length(0, 100),
    RESULTS,
    ATTACHMENT,
];

/// The fields of what a passkey signed.
pub const ASSERTION: &[Field] = &[
    ID,
    RAW_ID,
    KIND,
    Field::optional(
        "response",
        "The four that follow, as `toJSON()` writes them; or they stand by themselves.",
    )
    .object(),
    Field::optional("clientDataJSON", "What the browser says, base64url.").length(1, 5464),
    Field::optional("authenticatorData", "What the device says, base64url.").length(1, 5464),
    Field::optional("signature", "Over both, base64url.").length(1, 1368),
    Field::optional("userHandle", "Whose the device says that it is, base64url.").length(1, 88),
    RESULTS,
    ATTACHMENT,
];

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Reads the answer to a registration.
///
/// # Errors
/// [`Code::RequiredField`], [`Code::BadRequestBody`], [`Code::InvalidPasskey`].
pub fn attestation(fields: &Fields, party: &Party) -> Result<Attestation> {
    let response = fields.object("response")?.ok_or(Code::RequiredField)?;
    let sent = Sent {
        id: fields.required("id")?,
        raw_id: fields.text("rawId")?,
        kind: fields.text("type")?,
        ..Sent::default()
    };
    created(sent, &response, party)
}

/// The same of what `toJSON()` wrote.
///
/// # Errors
/// [`Code::InvalidPasskey`].
pub fn attestation_in(credential: &Map<String, Value>, party: &Party) -> Result<Attestation> {
    created(named(credential), response(credential), party)
}

fn created(sent: Sent<'_>, response: &Map<String, Value>, party: &Party) -> Result<Attestation> {
    let transports = response.get("transports").and_then(Value::as_array);
    let transports: Vec<&str> = transports.into_iter().flatten().filter_map(Value::as_str).collect();
    let sent = Sent {
        client_data: text(response, "clientDataJSON").unwrap_or_default(),
        attestation_object: text(response, "attestationObject").unwrap_or_default(),
        ..sent
    };
    sent.attestation(&transports, party).map_err(|why| {
        tracing::debug!(?why, "a new passkey was refused");
        Code::InvalidPasskey.into()
    })
}

/// What `toJSON()` writes of which passkey it is.
fn named(credential: &Map<String, Value>) -> Sent<'_> {
    Sent {
        id: text(credential, "id").unwrap_or_default(),
        raw_id: text(credential, "rawId"),
        kind: text(credential, "type"),
        ..Sent::default()
    }
}

/// What `toJSON()` writes of the device's answer; nothing where there is none.
fn response(credential: &Map<String, Value>) -> &Map<String, Value> {
    static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    credential.get("response").and_then(Value::as_object).unwrap_or(&NOTHING)
}

/// Reads what a passkey signed.
///
/// # Errors
/// [`Code::RequiredField`], [`Code::BadRequestBody`], [`Code::InvalidCredentials`].
pub fn assertion(fields: &Fields, party: &Party) -> Result<Assertion> {
    let response = fields.object("response")?.unwrap_or_default();
    let said = |name: &str| match text(&response, name) {
        Some(text) => Ok(Some(text)),
        None => fields.text(name),
    };
    let sent = Sent {
        id: fields.required("id")?,
        raw_id: fields.text("rawId")?,
        kind: fields.text("type")?,
        client_data: said("clientDataJSON")?.unwrap_or_default(),
        authenticator_data: said("authenticatorData")?.unwrap_or_default(),
        signature: said("signature")?.unwrap_or_default(),
        user_handle: said("userHandle")?,
        ..Sent::default()
    };
    sent.assertion(party).map_err(|why| {
        tracing::debug!(?why, "what a passkey signed was refused");
        Code::InvalidCredentials.into()
    })
}

/// The same of what `toJSON()` wrote; none when it is of another shape.
#[must_use]
pub fn assertion_in(credential: &Map<String, Value>, party: &Party) -> Option<Assertion> {
    let response = response(credential);
    let sent = Sent {
        client_data: text(response, "clientDataJSON").unwrap_or_default(),
        authenticator_data: text(response, "authenticatorData").unwrap_or_default(),
        signature: text(response, "signature").unwrap_or_default(),
        user_handle: text(response, "userHandle"),
        ..named(credential)
    };
    sent.assertion(party).ok()
}
