//! A token as it travels (RFC 7515, the compact form), before anybody believes it.

use crate::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use std::borrow::Cow;

/// Characters of a token that are looked at: an HTTP server takes hardly more in a header.
pub(crate) const LONGEST: usize = 16 * 1024;

/// The parts of a token.
pub(crate) struct Jws<'a> {
    /// The header, in JSON.
    pub(crate) header: Vec<u8>,
    /// The claims, in JSON.
    pub(crate) payload: Vec<u8>,
    /// What is signed.
    pub(crate) signed: &'a [u8],
    /// The signature.
    pub(crate) signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Three parts in base64url, as strictly as it is defined: no padding, no other alphabet, no bits too many.
    pub(crate) fn parse(token: &'a str) -> Result<Self, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::Invalid);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Invalid)?;
        // A further dot is no character of base64url.
        let part = |text: &str| BASE64.decode(text).map_err(|_| Refusal::Invalid);
        Ok(Self {
            header: part(header)?,
            payload: part(payload)?,
            signed: signed.as_bytes(),
            signature: part(signature)?,
        })
    }
}

/// Reads an object; a list with the same values in the right order, which the library would take, is none.
pub(crate) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    if json.first() != Some(&b'{') {
        return Err(Refusal::Invalid);
    }
    serde_json::from_slice(json).map_err(|_| Refusal::Invalid)
}

/// What a header says.
#[derive(Debug, Deserialize)]
pub(crate) struct Header<'a> {
    #[serde(borrow)]
    pub(crate) alg: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) kid: Cow<'a, str>,
    #[serde(borrow)]
    typ: Cow<'a, str>,
    // Each of these would say how the token is to be read or which key it is to be believed by. That is not for a
    // token to say, and none of ours does.
    #[serde(default)]
    crit: Absent,
    #[serde(default)]
    b64: Absent,
    #[serde(default)]
    zip: Absent,
    #[serde(default)]
    enc: Absent,
    #[serde(default)]
    cty: Absent,
    #[serde(default)]
    jwk: Absent,
    #[serde(default)]
    jku: Absent,
    #[serde(default)]
    x5u: Absent,
    #[serde(default)]
    x5c: Absent,
}

/// Whether a member is not there, be it `null`.
#[derive(Debug)]
struct Absent(bool);

impl Default for Absent {
    fn default() -> Self {
        Self(true)
    }
}

impl<'de> Deserialize<'de> for Absent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self(false))
    }
}

impl<'a> Header<'a> {
    /// The header of a token of the only kind that there is (RFC 8725, section 3.11).
    pub(crate) fn parse(json: &'a [u8]) -> Result<Self, Refusal> {
        let header: Self = object(json)?;
        if header.typ.eq_ignore_ascii_case("JWT") && header.decides_nothing() {
            return Ok(header);
        }
        Err(Refusal::Invalid)
    }

    fn decides_nothing(&self) -> bool {
        let members = [&self.crit, &self.b64, &self.zip, &self.enc, &self.cty];
        let keys = [&self.jwk, &self.jku, &self.x5u, &self.x5c];
        members.iter().chain(&keys).all(|member| member.0)
    }
}
