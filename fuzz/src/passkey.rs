//! What browsers send of passkeys, through everything that parses and verifies it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_server::config::{Deployment, Mode};
use keyrack_server::passkey::answer::Sent;
use keyrack_server::passkey::cbor;
use keyrack_server::passkey::ceremony::{self, Kept};
use keyrack_server::passkey::party::Party;
use std::sync::LazyLock;

/// What a browser of the party says with a new passkey; the fuzzer makes its own as well.
const CREATED: &[u8] =
    br#"{"type":"webauthn.create","challenge":"AAAA","origin":"http://localhost:4400","crossOrigin":false}"#;
const REGISTRATION: &[u8] = include_bytes!("../seeds/passkey/registration");
const ASSERTION: &[u8] = include_bytes!("../seeds/passkey/assertion");

static PARTY: LazyLock<Party> =
    LazyLock::new(|| Party::of(&Deployment::built_in(4400, Mode::Staging)).expect("localhost is a name"));
/// The passkey that signed [`ASSERTION`].
static KEPT: LazyLock<Kept> =
    LazyLock::new(|| registered(CREATED, &REGISTRATION[1..]).expect("the seed is a registration"));

/// The parts of what was found: each is as long as two bytes before it say.
fn parts<const N: usize>(mut bytes: &[u8]) -> [&[u8]; N] {
    std::array::from_fn(|_| {
        let length =
            bytes.get(..2).map_or(0, |length| usize::from(u16::from_be_bytes([length[0], length[1]])));
        bytes = bytes.get(2..).unwrap_or_default();
        let (part, rest) = bytes.split_at(length.min(bytes.len()));
        bytes = rest;
        part
    })
}

/// A new passkey whose id is the one that stands in it: what a device says of it is not signed.
fn registered(client: &[u8], object: &[u8]) -> Option<Kept> {
    let id = cbor::bytes_under(object, "authData").and_then(|data| {
        let length = data.get(53..55)?;
        data.get(55..55 + usize::from(u16::from_be_bytes([length[0], length[1]])))
    });
    let (id, client, object) =
        (BASE64.encode(id.unwrap_or_default()), BASE64.encode(client), BASE64.encode(object));
    let sent = Sent { id: &id, client_data: &client, attestation_object: &object, ..Sent::default() };
    ceremony::register(&PARTY, &sent.attestation(&["usb", "x"], &PARTY).ok()?).ok()
}

/// Whether the passkey signed this: one of all assertions.
pub fn is_signed(bytes: &[u8]) -> bool {
    let [id, client_data, authenticator_data, signature, user_handle] =
        parts(bytes).map(|part| BASE64.encode(part));
    let sent = Sent {
        id: &id,
        client_data: &client_data,
        authenticator_data: &authenticator_data,
        signature: &signature,
        user_handle: Some(&user_handle),
        ..Sent::default()
    };
    sent.assertion(&PARTY).is_ok_and(|answer| ceremony::sign(&PARTY, &answer, &KEPT).is_ok())
}

/// What a browser sends of a passkey; the first byte says which part of it. One assertion is signed, and no other.
pub fn answer(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    match kind % 4 {
        0 => assert!(cbor::end(rest, 0).is_none_or(|end| end <= rest.len())),
        1 => drop(registered(CREATED, rest)),
        2 => drop(registered(rest, &REGISTRATION[1..])),
        _ => {
            let is_the_seed = parts::<4>(rest) == parts::<4>(&ASSERTION[1..]);
            assert!(!is_signed(rest) || is_the_seed, "a passkey signed what it did not");
        }
    }
}
