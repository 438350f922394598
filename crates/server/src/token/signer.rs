//! A signing key in memory.

use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::world::World;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::Jwk;
use serde::Serialize;

/// Signs the tokens of one deployment.
pub struct Signer {
    /// The signing key's id.
    pub kid: KeyId,
    /// Its public half, as it is published.
    pub jwk: Jwk,
    key: EcdsaKeyPair,
    /// The header of every token, encoded.
    header: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Signer({})", self.kid)
    }
}

impl Signer {
    /// Signs with the key that `pkcs8` (both halves) spells.
    ///
    /// # Errors
    /// When it is no key of P-256.
    pub fn new(kid: KeyId, jwk: Jwk, pkcs8: &[u8]) -> Result<Self> {
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|cause| Error::internal("read the signing key", cause))?;
        // An id is letters, digits and `_`: JSON takes it as it is.
        let header = BASE64.encode(format!(r#"{{"typ":"JWT","alg":"ES256","kid":"{kid}"}}"#));
        Ok(Self { kid, jwk, key, header })
    }

    /// The claims as a compact JWS (RFC 7515), signed with ES256.
    pub(super) fn sign(&self, world: &World, claims: &impl Serialize) -> Result<String> {
        let claims = serde_json::to_vec(claims).map_err(|cause| Error::internal("write a token", cause))?;
        let mut token = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 96);
        token.push_str(&self.header);
        token.push('.');
        BASE64.encode_string(claims, &mut token);
        let signature = world.random.sign(&self.key, token.as_bytes())?;
        token.push('.');
        BASE64.encode_string(signature, &mut token);
        Ok(token)
    }
}
