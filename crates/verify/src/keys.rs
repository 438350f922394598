//! Public keys as an issuer publishes them (RFC 7517).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use std::collections::HashMap;

/// Keys of one issuer that are looked at.
const MOST: usize = 100;

/// How a token may be signed. One key has one algorithm, and HMAC is none of them: what verifies it could forge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA of 2048 bits or more, PKCS#1 v1.5, with SHA-256.
    Rs256,
}

impl Algorithm {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// Its name (RFC 7518, RFC 8037).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// A public key, ready to be used.
pub(crate) struct Key {
    algorithm: Algorithm,
    public: ParsedPublicKey,
}

/// The keys of an issuer by their ids.
#[derive(Default)]
pub(crate) struct Keys(HashMap<String, Key>);

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    alg: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

impl Keys {
    /// Those of a JWK Set that can be used with an allowed algorithm; an issuer may publish others beside them.
    ///
    /// # Errors
    /// When it is no JWK Set.
    pub(crate) fn parse(json: &[u8], allowed: &[Algorithm]) -> Result<Self, serde_json::Error> {
        let set: Set = serde_json::from_slice(json)?;
        let jwks = set.keys.into_iter().take(MOST).filter_map(|jwk| serde_json::from_value::<Jwk>(jwk).ok());
        let keys = jwks.filter_map(|jwk| Some((jwk.kid.clone(), jwk.key()?)));
        Ok(Self(keys.filter(|(_, key)| allowed.contains(&key.algorithm)).collect()))
    }

    /// The key with this id.
    pub(crate) fn get(&self, kid: &str) -> Option<&Key> {
        self.0.get(kid)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Key {
    /// Whether it signed this. `alg` is what the token says, which must be the key's own algorithm.
    pub(crate) fn verifies(&self, alg: &str, signed: &[u8], signature: &[u8]) -> bool {
        alg == self.algorithm.name() && self.public.verify_sig(signed, signature).is_ok()
    }
}

impl Jwk {
    /// The key, if it is one to verify with, by the algorithm that it names.
    fn key(&self) -> Option<Key> {
        let for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let may_verify = self.key_ops.as_ref().is_none_or(|all| all.iter().any(|one| one == "verify"));
        if !for_signatures || !may_verify {
            return None;
        }
        let algorithm = Algorithm::named(&self.alg)?;
        Some(Key { algorithm, public: self.public(algorithm)? })
    }

    fn public(&self, algorithm: Algorithm) -> Option<ParsedPublicKey> {
        let number = |text: &str| BASE64.decode(text).ok();
        match (algorithm, self.kty.as_str(), self.crv.as_str()) {
            (Algorithm::Es256, "EC", "P-256") => {
                let (x, y) = (number(&self.x)?, number(&self.y)?);
                let fits = x.len() == 32 && y.len() == 32;
                let point = fits.then(|| [&[4], x.as_slice(), y.as_slice()].concat())?;
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()
            }
            (Algorithm::EdDsa, "OKP", "Ed25519") => {
                let x = number(&self.x).filter(|x| x.len() == 32)?;
                ParsedPublicKey::new(&ED25519, x).ok()
            }
            (Algorithm::Rs256, "RSA", _) => {
                let parts = RsaPublicKeyComponents { n: number(&self.n)?, e: number(&self.e)? };
                parts.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()
            }
            _ => None,
        }
    }
}
