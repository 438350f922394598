//! The master key and what is derived from it: one key a purpose (HKDF, RFC 5869).
//!
//! Secrets that are only compared are kept as an HMAC over purpose, owner and secret; what must be read
//! again is sealed with AES-256-GCM-SIV, bound to its purpose and owner. A stolen database opens nothing.

use crate::error::{Error, Result};
use crate::world::World;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::collections::BTreeMap;
use std::fmt;

/// What a hash is for: a hash of one purpose never matches another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A key of the rack.
    RackKey,
    /// A code, link or ticket.
    OneTime,
    /// An identifier or address that is counted but need not be readable.
    Throttle,
    /// The check value that catches a wrong master key.
    Check,
    /// A challenge that a browser works on, or has solved.
    Challenge,
    /// The secret key of a backend, and what it asks only once.
    ApiKey,
}

impl Purpose {
    /// Every one, in their order.
    const ALL: [Self; 6] =
        [Self::RackKey, Self::OneTime, Self::Throttle, Self::Check, Self::Challenge, Self::ApiKey];

    fn word(self) -> &'static [u8] {
        match self {
            Self::RackKey => b"rack key",
            Self::OneTime => b"one-time secret",
            Self::Throttle => b"throttle subject",
            Self::Check => b"check",
            Self::Challenge => b"challenge",
            Self::ApiKey => b"api key",
        }
    }
}

/// Hashes, compares and seals.
pub struct Vault {
    hashing: [hmac::Key; Purpose::ALL.len()],
    /// Of the master key itself, whatever hashes are made with.
    checking: hmac::Key,
    sealing: LessSafeKey,
}

impl fmt::Debug for Vault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Vault")
    }
}

struct Bytes32;
impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

fn derive(master: &[u8; 32], purpose: &[u8]) -> Result<[u8; 32]> {
    let mut key = [0; 32];
    Salt::new(HKDF_SHA256, b"keyrack")
        .extract(master)
        .expand(&[purpose], Bytes32)
        .and_then(|okm| okm.fill(&mut key))
        .map_err(|cause| Error::internal("derive a key", cause))?;
    Ok(key)
}

/// What a master key makes hashes with, to be kept when there is another one: each key by its purpose, as JSON.
///
/// # Errors
/// Only if the cryptographic library refuses its own parameters.
pub fn hash_keys(master: &[u8; 32]) -> Result<Vec<u8>> {
    let mut all = BTreeMap::new();
    for purpose in Purpose::ALL {
        let word = String::from_utf8_lossy(purpose.word()).into_owned();
        all.insert(word, BASE64.encode(derive(master, purpose.word())?));
    }
    serde_json::to_vec(&all).map_err(|cause| Error::internal("write the hashing keys", cause))
}

fn tag(key: &hmac::Key, owner: &str, secret: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    // The length keeps owner and secret apart: "ab"+"c" is not "a"+"bc".
    context.update(&(owner.len() as u64).to_be_bytes());
    context.update(owner.as_bytes());
    context.update(secret);
    context.sign()
}

impl Vault {
    /// The vault that a master key opens.
    ///
    /// # Errors
    /// Only if the cryptographic library refuses its own parameters.
    pub fn new(master: &[u8; 32]) -> Result<Self> {
        let mut keys = Vec::with_capacity(Purpose::ALL.len());
        for purpose in Purpose::ALL {
            keys.push(hmac::Key::new(hmac::HMAC_SHA256, &derive(master, purpose.word())?));
        }
        let hashing =
            keys.try_into().map_err(|_| Error::internal("make the hashing keys", "one is missing"))?;
        let sealing = UnboundKey::new(&AES_256_GCM_SIV, &derive(master, b"seal")?)
            .map_err(|cause| Error::internal("make the sealing key", cause))?;
        let checking = hmac::Key::new(hmac::HMAC_SHA256, &derive(master, Purpose::Check.word())?);
        Ok(Self { hashing, checking, sealing: LessSafeKey::new(sealing) })
    }

    /// The same, hashing with keys that were kept from another master key ([`hash_keys`]). A purpose that those do not have
    /// has hashed nothing before, and stays with this one.
    ///
    /// # Errors
    /// When they are none.
    pub fn hashing_with(mut self, keys: &[u8]) -> Result<Self> {
        let unreadable = || Error::internal("read the hashing keys", "they are none");
        let kept: BTreeMap<String, String> = serde_json::from_slice(keys).map_err(|_| unreadable())?;
        for (purpose, key) in Purpose::ALL.into_iter().zip(&mut self.hashing) {
            let word = std::str::from_utf8(purpose.word()).unwrap_or_default();
            if let Some(text) = kept.get(word) {
                let bytes: [u8; 32] = BASE64
                    .decode(text)
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .ok_or_else(unreadable)?;
                *key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
            }
        }
        Ok(self)
    }

    /// What tells this master key from others, and nothing about it.
    #[must_use]
    pub fn check_value(&self) -> String {
        BASE64.encode(tag(&self.checking, "", b"keyrack"))
    }

    /// Reads a master key: 32 bytes in base64url, white space around them allowed.
    #[must_use]
    pub fn parse_master_key(text: &str) -> Option<[u8; 32]> {
        BASE64.decode(text.trim().trim_end_matches('=')).ok()?.try_into().ok()
    }

    /// The hash that is kept in place of `secret`.
    #[must_use]
    pub fn hash(&self, purpose: Purpose, owner: &str, secret: &[u8]) -> String {
        BASE64.encode(self.tag(purpose, owner, secret))
    }

    /// Whether `secret` is the one whose hash was kept; takes the same time either way.
    #[must_use]
    pub fn fits(&self, purpose: Purpose, owner: &str, secret: &[u8], kept: &str) -> bool {
        let hash = self.hash(purpose, owner, secret);
        constant_time::verify_slices_are_equal(hash.as_bytes(), kept.as_bytes()).is_ok()
    }

    fn tag(&self, purpose: Purpose, owner: &str, secret: &[u8]) -> hmac::Tag {
        tag(&self.hashing[purpose as usize], owner, secret)
    }

    /// Seals `plain`; only the same `owner` opens it again.
    ///
    /// # Errors
    /// Only if the cryptographic library refuses its own parameters.
    pub fn seal(&self, world: &World, owner: &str, plain: &[u8]) -> Result<String> {
        let nonce: [u8; NONCE_LEN] = world.random.bytes();
        let mut sealed = plain.to_vec();
        self.sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(owner.as_bytes()),
                &mut sealed,
            )
            .map_err(|cause| Error::internal("seal", cause))?;
        Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Vault::seal`] made for the same `owner`.
    ///
    /// # Errors
    /// When it was sealed by another key, for another owner, or altered.
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Vec<u8>> {
        let refuse = || Error::internal("open sealed data", "not sealed by this master key for this owner");
        let mut bytes = BASE64.decode(sealed).map_err(|_| refuse())?;
        if bytes.len() < NONCE_LEN {
            return Err(refuse());
        }
        let rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| refuse())?;
        let mut rest = rest;
        let plain = self
            .sealing
            .open_in_place(nonce, Aad::from(owner.as_bytes()), &mut rest)
            .map_err(|_| refuse())?;
        Ok(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_only_its_purpose_owner_and_secret() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let kept = vault.hash(Purpose::RackKey, "ses_1", b"secret");
        assert!(vault.fits(Purpose::RackKey, "ses_1", b"secret", &kept));
        assert!(!vault.fits(Purpose::OneTime, "ses_1", b"secret", &kept));
        assert!(!vault.fits(Purpose::RackKey, "ses_2", b"secret", &kept));
        assert!(!vault.fits(Purpose::RackKey, "ses_", b"1secret", &kept));
        assert!(!vault.fits(Purpose::RackKey, "ses_1", b"secreT", &kept));
        assert!(!vault.fits(Purpose::RackKey, "ses_1", b"", ""));
        assert!(!Vault::new(&[8; 32]).unwrap().fits(Purpose::RackKey, "ses_1", b"secret", &kept));
    }

    #[test]
    fn sealed_data_opens_only_for_its_owner_and_unaltered() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let world = World::for_tests(1);
        let sealed = vault.seal(&world, "msg_1", b"plain").unwrap();
        assert_eq!(vault.open("msg_1", &sealed).unwrap(), b"plain");
        assert!(vault.open("msg_2", &sealed).is_err());
        assert!(vault.open("msg_1", &sealed[..sealed.len() - 2]).is_err());
        assert!(vault.open("msg_1", "").is_err());
        assert!(Vault::new(&[8; 32]).unwrap().open("msg_1", &sealed).is_err());
    }

    #[test]
    fn what_was_hashed_under_another_master_key_fits_with_its_keys_and_what_was_sealed_does_not_open() {
        let (world, old) = (World::for_tests(1), Vault::new(&[7; 32]).unwrap());
        let new = Vault::new(&[8; 32]).unwrap().hashing_with(&hash_keys(&[7; 32]).unwrap()).unwrap();
        for purpose in Purpose::ALL {
            assert_eq!(new.hash(purpose, "o", b"s"), old.hash(purpose, "o", b"s"));
        }
        assert_ne!(new.check_value(), old.check_value());
        assert_eq!(new.check_value(), Vault::new(&[8; 32]).unwrap().check_value());
        assert!(new.open("o", &old.seal(&world, "o", b"plain").unwrap()).is_err());
        let kept = String::from_utf8(hash_keys(&[7; 32]).unwrap()).unwrap();
        assert!(!kept.contains(&BASE64.encode([7; 32])), "the master key itself is not kept");
        assert!(Vault::new(&[8; 32]).unwrap().hashing_with(b"[]").is_err());
    }
}
