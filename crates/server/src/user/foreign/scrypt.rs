//! Scrypt (RFC 7914), and what Firebase makes of it.

use super::phc::{self, Parts, bytes};
use super::{Unusable, bear, equal, number};
use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use scrypt::Params;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// How much work it is.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cost {
    log_n: u8,
    r: u32,
    p: u32,
}

impl Cost {
    fn new(log_n: u32, r: u32, p: u32) -> Result<Self, Unusable> {
        if log_n == 0 || r == 0 || p == 0 {
            return Err(Unusable::Damaged);
        }
        if log_n > 24 || r > 1024 || p > 64 {
            return Err(Unusable::TooCostly);
        }
        // It fills its memory and reads as much of it again, `p` times.
        let memory = (128 * u64::from(r)) << log_n;
        bear(memory, u64::from(p))?;
        if memory < 1 << 20 {
            return Err(Unusable::TooCheap);
        }
        Ok(Self { log_n: u8::try_from(log_n).map_err(|_| Unusable::TooCostly)?, r, p })
    }

    /// Fills `output`; false only if it has a length that cannot be.
    fn derive(self, password: &str, salt: &[u8], output: &mut [u8]) -> bool {
        let Ok(params) = Params::new(self.log_n, self.r, self.p) else { return false };
        scrypt::scrypt(password.as_bytes(), salt, &params, output).is_ok()
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{},{},{}", self.log_n, self.r, self.p)
    }
}

/// A hash of scrypt.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Scrypt {
    cost: Cost,
    /// Whether passwords are brought to Unicode's form NFKC first, as Better Auth does.
    normalized: bool,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Scrypt {
    pub(super) fn read(parts: &Parts<'_>) -> Result<Self, Unusable> {
        let [log_n, r, p] = parts.named(["ln", "r", "p"])?;
        let cost = (number(log_n)?, number(r)?, number(p)?);
        let it = Self::new(cost, bytes(parts.salt)?, bytes(parts.hash)?)?;
        Ok(Self { normalized: parts.id == "scrypt-nfkc", ..it })
    }

    pub(super) fn new(
        (log_n, r, p): (u32, u32, u32),
        salt: Vec<u8>,
        hash: Vec<u8>,
    ) -> Result<Self, Unusable> {
        let cost = Cost::new(log_n, r, p)?;
        if salt.is_empty() || !(16..=128).contains(&hash.len()) {
            return Err(Unusable::Damaged);
        }
        Ok(Self { cost, normalized: false, salt, hash })
    }

    /// The same where passwords were normalized.
    pub(super) fn of_normalized(self) -> Self {
        Self { normalized: true, ..self }
    }

    pub(super) fn kind(&self) -> String {
        format!("scrypt,{}", self.cost)
    }

    pub(super) fn fits(&self, password: &str) -> bool {
        let mut derived = vec![0; self.hash.len()];
        let done = if self.normalized {
            self.cost.derive(&password.nfkc().collect::<String>(), &self.salt, &mut derived)
        } else {
            self.cost.derive(password, &self.salt, &mut derived)
        };
        done && equal(&derived, &self.hash)
    }
}

impl fmt::Display for Scrypt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = if self.normalized { "scrypt-nfkc" } else { "scrypt" };
        let Cost { log_n, r, p } = self.cost;
        let (salt, hash) = (phc::text(&self.salt), phc::text(&self.hash));
        write!(out, "${id}$ln={log_n},r={r},p={p}${salt}${hash}")
    }
}

/// What is one for all users of a Firebase project: its "password hash parameters".
#[derive(Clone, PartialEq, Eq)]
pub struct FirebaseKey {
    signer_key: Vec<u8>,
    separator: Vec<u8>,
    cost: Cost,
}

impl fmt::Debug for FirebaseKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("FirebaseKey")
    }
}

impl FirebaseKey {
    /// With the signer key and the salt separator in base 64, the rounds and the memory cost.
    ///
    /// # Errors
    /// [`Unusable::Damaged`] when they cannot be, [`Unusable::TooCostly`] or [`Unusable::TooCheap`].
    pub fn new(signer_key: &str, separator: &str, (rounds, mem_cost): (u32, u32)) -> Result<Self, Unusable> {
        let signer_key = bytes(signer_key)?;
        if !(16..=128).contains(&signer_key.len()) {
            return Err(Unusable::Damaged);
        }
        Ok(Self { signer_key, separator: bytes(separator)?, cost: Cost::new(mem_cost, rounds, 1)? })
    }
}

/// A hash of Firebase's scrypt: what scrypt derives enciphers the project's signer key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Firebase {
    key: FirebaseKey,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Firebase {
    pub(super) fn new(key: &FirebaseKey, salt: &str, hash: &str) -> Result<Self, Unusable> {
        let (salt, hash) = (bytes(salt)?, bytes(hash)?);
        if salt.is_empty() || hash.len() != key.signer_key.len() {
            return Err(Unusable::Damaged);
        }
        Ok(Self { key: key.clone(), salt, hash })
    }

    pub(super) fn read(parts: &Parts<'_>) -> Result<Self, Unusable> {
        let [version, log_n, r, p, separator, signer_key] = parts.named(["v", "n", "r", "p", "?ss", "sk"])?;
        if (version, p) != ("1", "1") {
            return Err(Unusable::Unknown);
        }
        let key = FirebaseKey::new(signer_key, separator, (number(r)?, number(log_n)?))?;
        Self::new(&key, parts.salt, parts.hash)
    }

    pub(super) fn kind(&self) -> String {
        format!("fbscrypt,{}", self.key.cost)
    }

    pub(super) fn fits(&self, password: &str) -> bool {
        let salt: Vec<u8> = self.salt.iter().chain(&self.key.separator).copied().collect();
        let mut derived = [0; 32];
        if !self.key.cost.derive(password, &salt, &mut derived) {
            return false;
        }
        enciphered(&derived, self.key.signer_key.clone()).is_some_and(|made| equal(&made, &self.hash))
    }
}

/// AES-256 in counter mode, from zero: each key is used once.
fn enciphered(key: &[u8; 32], mut plain: Vec<u8>) -> Option<Vec<u8>> {
    let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, key).ok()?).ok()?;
    let from_zero = EncryptionContext::Iv128(FixedLength::from([0; 16]));
    key.less_safe_encrypt(&mut plain, from_zero).ok()?;
    Some(plain)
}

impl fmt::Display for Firebase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { log_n, r, p } = self.key.cost;
        write!(out, "$fbscrypt$v=1,n={log_n},r={r},p={p}")?;
        if !self.key.separator.is_empty() {
            write!(out, ",ss={}", phc::text(&self.key.separator))?;
        }
        let signer_key = phc::text(&self.key.signer_key);
        write!(out, ",sk={signer_key}${}${}", phc::text(&self.salt), phc::text(&self.hash))
    }
}
