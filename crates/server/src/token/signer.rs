//! A signing key in memory, and the four ways in which one signs.

use crate::error::{Error, Result};
use crate::world::Random;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use keyrack_protocol::Jwk;
use std::fmt::{self, Display};

/// The shortest key of HS256 (RFC 7518, section 3.2), and the longest that is taken, in bytes.
const HMAC_KEY: std::ops::RangeInclusive<usize> = 32..=1024;
/// The smallest RSA modulus, in bytes: 2048 bits.
const RSA_LEAST: usize = 256;

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA, PKCS#1 v1.5, with SHA-256.
    Rs256,
    /// HMAC with SHA-256: whoever verifies it could have made it.
    Hs256,
}

impl Algorithm {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Hs256];

    /// Its name (RFC 7518, RFC 8037).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Hs256 => "HS256",
        }
    }

    /// The one that a name means.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// A new key pair for it, as PKCS #8.
    ///
    /// # Errors
    /// When the cryptographic library cannot make one; of HS256, whose keys are the operator's.
    pub(super) fn new_key(self, random: &Random) -> Result<Vec<u8>> {
        match self {
            Self::Es256 => random.new_ec_key(),
            Self::EdDsa => random.new_ed_key(),
            Self::Rs256 => random.new_rsa_key(),
            Self::Hs256 => {
                Err(Error::internal("make a signing key", "HS256 has a key of the template's own"))
            }
        }
    }
}

enum Secret {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
    Hs256(hmac::Key),
}

/// Signs tokens with one key.
pub struct Signer {
    /// How.
    pub algorithm: Algorithm,
    /// Its public half, as it is published; HS256 has none.
    pub jwk: Option<Jwk>,
    secret: Secret,
    /// The header of every token.
    header: String,
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signer({} {})", self.algorithm.as_str(), self.kid().unwrap_or_default())
    }
}

impl Signer {
    /// Signs with the key pair that `pkcs8` spells; it is called `kid`, or by its thumbprint (RFC 7638).
    ///
    /// # Errors
    /// When it is no key for that.
    pub fn new(algorithm: Algorithm, kid: Option<&str>, pkcs8: &[u8]) -> Result<Self> {
        let failed = |cause: &dyn Display| Error::internal("read a signing key", cause);
        let secret = match algorithm {
            Algorithm::Es256 => Secret::Es256(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(|cause| failed(&cause))?,
            ),
            Algorithm::EdDsa => {
                Secret::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|cause| failed(&cause))?)
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|cause| failed(&cause))?;
                if pair.public_modulus_len() < RSA_LEAST {
                    return Err(failed(&"it is shorter than 2048 bits"));
                }
                Secret::Rs256(Box::new(pair))
            }
            Algorithm::Hs256 => return Err(failed(&"HS256 has no pair")),
        };
        let mut jwk = secret.public().ok_or_else(|| failed(&"its public half"))?;
        jwk.kid = kid.map_or_else(|| thumbprint(&jwk), str::to_owned);
        let header = header(algorithm, Some(&jwk.kid));
        Ok(Self { algorithm, jwk: Some(jwk), secret, header })
    }

    /// Signs with the text of a file that holds a key of the operator's own: a pair in PEM (PKCS #8), or for HS256 the
    /// key itself, as it stands there.
    ///
    /// # Errors
    /// What the operator is to be told; nothing of the file is repeated.
    pub fn of_file(algorithm: Algorithm, text: &str) -> std::result::Result<Self, String> {
        let text = text.trim();
        if algorithm == Algorithm::Hs256 {
            if text.contains("-----BEGIN") {
                return Err("a key in PEM is for ES256, EdDSA or RS256; HS256 needs a secret of its own, at least 32 bytes: \
                            openssl rand -base64 48".to_owned());
            }
            if !HMAC_KEY.contains(&text.len()) {
                return Err("HS256 needs a key of 32 to 1024 bytes; make one with: openssl rand -base64 48"
                    .to_owned());
            }
            let secret = Secret::Hs256(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes()));
            return Ok(Self { algorithm, jwk: None, secret, header: header(algorithm, None) });
        }
        let pkcs8 = pem(text).ok_or_else(|| {
            "no private key in PEM (PKCS #8, \"BEGIN PRIVATE KEY\"); openssl pkcs8 -topk8 -nocrypt writes one".to_owned()
        })?;
        Self::new(algorithm, None, &pkcs8).map_err(|_| {
            format!(
                "the key in it is none for {} (RSA has at least 2048 bits, ECDSA is on P-256)",
                algorithm.as_str()
            )
        })
    }

    /// What the key is called; one of HS256 has no name.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.jwk.as_ref().map(|jwk| jwk.kid.as_str())
    }

    /// The header of its tokens, as JSON.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Claims (JSON) as a compact JWS (RFC 7515).
    pub(super) fn sign(&self, random: &Random, claims: &[u8]) -> Result<String> {
        let mut token = String::with_capacity((self.header.len() + claims.len()) * 4 / 3 + 360);
        BASE64.encode_string(&self.header, &mut token);
        token.push('.');
        BASE64.encode_string(claims, &mut token);
        let signed = token.len();
        token.push('.');
        let message = token.as_bytes().get(..signed).unwrap_or_default();
        let mut end = String::new();
        match &self.secret {
            Secret::Es256(key) => BASE64.encode_string(random.sign(key, message)?, &mut end),
            Secret::EdDsa(key) => BASE64.encode_string(key.sign(message), &mut end),
            Secret::Rs256(key) => BASE64.encode_string(random.sign_rsa(key, message)?, &mut end),
            Secret::Hs256(key) => BASE64.encode_string(hmac::sign(key, message), &mut end),
        }
        token.push_str(&end);
        Ok(token)
    }
}

impl Secret {
    /// The public half, still without a name.
    fn public(&self) -> Option<Jwk> {
        let number = |bytes: &[u8]| Some(BASE64.encode(bytes));
        let of = |kty: &str, alg: Algorithm| Jwk {
            kty: kty.to_owned(),
            kid: String::new(),
            usage: "sig".to_owned(),
            alg: alg.as_str().to_owned(),
            crv: None,
            x: None,
            y: None,
            n: None,
            e: None,
        };
        Some(match self {
            Self::Es256(key) => {
                // The point without its leading format byte (RFC 7518, section 6.2.1).
                let point = key.public_key().as_ref();
                let (x, y) = (point.get(1..33)?, point.get(33..65)?);
                let crv = Some("P-256".to_owned());
                Jwk { crv, x: number(x), y: number(y), ..of("EC", Algorithm::Es256) }
            }
            Self::EdDsa(key) => {
                let crv = Some("Ed25519".to_owned());
                Jwk { crv, x: number(key.public_key().as_ref()), ..of("OKP", Algorithm::EdDsa) }
            }
            Self::Rs256(key) => {
                let public = key.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                Jwk { n: number(n), e: number(e), ..of("RSA", Algorithm::Rs256) }
            }
            Self::Hs256(_) => return None,
        })
    }
}

/// Names are letters, digits, `-` and `_`: JSON takes them as they are.
fn header(algorithm: Algorithm, kid: Option<&str>) -> String {
    let alg = algorithm.as_str();
    match kid {
        Some(kid) => format!(r#"{{"typ":"JWT","alg":"{alg}","kid":"{kid}"}}"#),
        None => format!(r#"{{"typ":"JWT","alg":"{alg}"}}"#),
    }
}

/// The thumbprint of a public key (RFC 7638): its required members in the order of the alphabet.
fn thumbprint(jwk: &Jwk) -> String {
    let of = |part: &Option<String>| part.clone().unwrap_or_default();
    let (crv, x, y, n, e) = (of(&jwk.crv), of(&jwk.x), of(&jwk.y), of(&jwk.n), of(&jwk.e));
    let text = match jwk.kty.as_str() {
        "RSA" => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        "OKP" => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
        _ => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
    };
    BASE64.encode(digest(&SHA256, text.as_bytes()))
}

/// The first private key of a file in PEM (RFC 7468).
fn pem(text: &str) -> Option<Vec<u8>> {
    let body = text.split_once("-----BEGIN PRIVATE KEY-----")?.1.split_once("-----END PRIVATE KEY-----")?.0;
    STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
}

#[cfg(test)]
#[path = "signer_tests.rs"]
mod tests;
