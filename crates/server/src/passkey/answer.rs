//! What a browser answers to a request for a passkey, taken apart and held to the specification before anything is
//! verified (WebAuthn level 3, 7.1 and 7.2). Pure; a fuzz target.

use super::cbor;
use super::party::Party;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Bytes of a credential's id (WebAuthn, 4).
pub const MAX_ID: usize = 1023;
/// Bytes of what the browser says of itself.
const MAX_CLIENT_DATA: usize = 4096;
/// Bytes of what the device says when it makes a passkey: the id, the key, and perhaps a statement.
const MAX_ATTESTATION: usize = 16 * 1024;
/// Bytes of what the device says otherwise.
const MAX_AUTHENTICATOR_DATA: usize = 4096;
/// Bytes of a signature: RSA's are the longest.
const MAX_SIGNATURE: usize = 1024;
/// Bytes of a user handle (WebAuthn, 5.4.3).
const MAX_HANDLE: usize = 64;
/// Before extensions and the new key: hash of the host, flags, counter.
const FIXED: usize = 37;

/// Why an answer is refused. For tests and the log; people are told less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Too long, no base64url, no CBOR, or with something left over.
    Malformed,
    /// Of another ceremony: a sign-in in place of a registration, or the other way.
    Kind,
    /// Of a page that may not ask.
    Origin,
    /// Asked for in a frame of another origin.
    CrossOrigin,
    /// For another host, not by a present and verified person, of an algorithm that was not offered, or not signed by the
    /// key that it names.
    Unverified,
    /// Its counter went back: there may be two of this passkey.
    Copied,
}

/// What is wrong with an answer, or what was read.
pub type Read<T> = Result<T, Why>;

/// What the browser says that the device cannot know.
#[derive(Clone, Debug)]
pub struct Client {
    /// As it was signed.
    pub json: Vec<u8>,
    /// The challenge that it answers.
    pub challenge: Vec<u8>,
    /// The page's origin; one that may ask.
    pub origin: String,
}

/// The text's members that matter. One that stands twice is an error of the reader.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claimed {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(default)]
    top_origin: Option<IgnoredAny>,
}

/// The answer to `navigator.credentials.create()`.
#[derive(Clone, Debug)]
pub struct Attestation {
    /// What the browser says.
    pub client: Client,
    /// The attestation object, CBOR.
    pub object: Vec<u8>,
    /// What stands in it about the device.
    pub flags: Flags,
    /// The new passkey's id, as the device gave it.
    pub credential_id: Vec<u8>,
    /// How the browser says that it may be reached: words that are known.
    pub transports: Vec<String>,
}

/// The answer to `navigator.credentials.get()`.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// What the browser says.
    pub client: Client,
    /// The id of the passkey that signed.
    pub credential_id: Vec<u8>,
    /// What the device says.
    pub authenticator_data: Vec<u8>,
    /// What stands in it.
    pub flags: Flags,
    /// Over that and a hash of what the browser says.
    pub signature: Vec<u8>,
    /// Whose the device says that it is.
    pub user_handle: Option<Vec<u8>>,
}

/// What a device says of itself in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// The passkey may be on several devices.
    #[must_use]
    pub fn backup_eligible(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// It is.
    #[must_use]
    pub fn backed_up(self) -> bool {
        self.0 & 0x10 != 0
    }

    fn has_key(self) -> bool {
        self.0 & 0x40 != 0
    }

    fn has_extensions(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// The texts of an answer, as they were sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent<'a> {
    /// `id`.
    pub id: &'a str,
    /// `rawId`; the same, if it is there.
    pub raw_id: Option<&'a str>,
    /// `type`.
    pub kind: Option<&'a str>,
    /// `response.clientDataJSON`.
    pub client_data: &'a str,
    /// `response.attestationObject`, of a registration.
    pub attestation_object: &'a str,
    /// `response.authenticatorData`, of a sign-in.
    pub authenticator_data: &'a str,
    /// `response.signature`, of a sign-in.
    pub signature: &'a str,
    /// `response.userHandle`, of a sign-in.
    pub user_handle: Option<&'a str>,
}

/// base64url, which some clients pad.
fn decoded(text: &str, most: usize) -> Read<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let bytes = (text.len() <= most.div_ceil(3) * 4).then(|| BASE64.decode(text).ok()).flatten();
    bytes.filter(|bytes| !bytes.is_empty() && bytes.len() <= most).ok_or(Why::Malformed)
}

impl Sent<'_> {
    fn id(&self) -> Read<Vec<u8>> {
        let same = self.raw_id.is_none_or(|raw| raw.trim_end_matches('=') == self.id.trim_end_matches('='));
        let is_key = self.kind.is_none_or(|kind| kind == "public-key");
        if same && is_key { decoded(self.id, MAX_ID) } else { Err(Why::Malformed) }
    }

    fn client(&self, kind: &str, party: &Party) -> Read<Client> {
        let json = decoded(self.client_data, MAX_CLIENT_DATA)?;
        let claimed: Claimed = serde_json::from_slice(&json).map_err(|_| Why::Malformed)?;
        if claimed.kind != kind {
            return Err(Why::Kind);
        }
        if claimed.cross_origin == Some(true) || claimed.top_origin.is_some() {
            return Err(Why::CrossOrigin);
        }
        if !party.allows(&claimed.origin) {
            return Err(Why::Origin);
        }
        let challenge = BASE64.decode(&claimed.challenge).map_err(|_| Why::Malformed)?;
        Ok(Client { json, challenge, origin: claimed.origin })
    }

    /// Reads the answer to a registration.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn attestation(&self, transports: &[&str], party: &Party) -> Read<Attestation> {
        let client = self.client("webauthn.create", party)?;
        let object = decoded(self.attestation_object, MAX_ATTESTATION)?;
        // Nobody asked who made the device: a statement of that would be read for nothing. One that the new key itself
        // signed is left in by browsers.
        let format = cbor::text_under(&object, "fmt").ok_or(Why::Malformed)?;
        if format != "none" && format != "packed" {
            return Err(Why::Malformed);
        }
        let data = cbor::bytes_under(&object, "authData").ok_or(Why::Malformed)?;
        let (flags, credential_id) = new_key(data)?;
        if credential_id != self.id()? {
            return Err(Why::Malformed);
        }
        let known = |word: &&&str| ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"].contains(*word);
        let mut transports: Vec<String> =
            transports.iter().filter(known).map(|word| (*word).to_owned()).collect();
        transports.sort_unstable();
        transports.dedup();
        Ok(Attestation { client, object, flags, credential_id, transports })
    }

    /// Reads the answer to a sign-in.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn assertion(&self, party: &Party) -> Read<Assertion> {
        let client = self.client("webauthn.get", party)?;
        let authenticator_data = decoded(self.authenticator_data, MAX_AUTHENTICATOR_DATA)?;
        let flags = flags(&authenticator_data)?;
        if flags.has_key() {
            return Err(Why::Malformed);
        }
        ends_with_extensions(&authenticator_data, FIXED, flags)?;
        let user_handle = self.user_handle.map(|text| decoded(text, MAX_HANDLE)).transpose()?;
        Ok(Assertion {
            client,
            credential_id: self.id()?,
            flags,
            signature: decoded(self.signature, MAX_SIGNATURE)?,
            authenticator_data,
            user_handle,
        })
    }
}

fn flags(data: &[u8]) -> Read<Flags> {
    data.get(..FIXED).map(|fixed| Flags(fixed[32])).ok_or(Why::Malformed)
}

/// What a device says of a key that it made: 16 bytes for its model, the id, the key, and extensions if there are any.
fn new_key(data: &[u8]) -> Read<(Flags, Vec<u8>)> {
    let flags = flags(data)?;
    let length = data.get(FIXED + 16..FIXED + 18).filter(|_| flags.has_key()).ok_or(Why::Malformed)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let (start, end) = (FIXED + 18, FIXED + 18 + length);
    let id = data.get(start..end).filter(|id| !id.is_empty() && id.len() <= MAX_ID).ok_or(Why::Malformed)?;
    let key = cbor::end(data, end).ok_or(Why::Malformed)?;
    ends_with_extensions(data, key, flags)?;
    Ok((flags, id.to_vec()))
}

/// Nothing stands behind what the flags announce.
fn ends_with_extensions(data: &[u8], at: usize, flags: Flags) -> Read<()> {
    let end = if flags.has_extensions() { cbor::end(data, at) } else { Some(at) };
    if end == Some(data.len()) { Ok(()) } else { Err(Why::Malformed) }
}
