//! Passwords that other systems hashed. An import keeps such a hash in one text, and it lives until its owner signs in:
//! then the password is known, and hashed as new ones are ([`super::password`]).
//!
//! What a hash costs to verify was chosen elsewhere. It is taken within bounds that one server can bear from strangers:
//! 128 MiB, and about a second of one core. What is beyond them, or cannot be verified at all, is refused when it is
//! imported, not when its owner comes.

mod bcrypt;
mod pbkdf2;
mod phc;
mod scrypt;
mod spelling;

use self::bcrypt::Bcrypt;
use self::pbkdf2::Pbkdf2;
pub use self::scrypt::FirebaseKey;
use self::scrypt::{Firebase, Scrypt};
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Params, Version};
use std::fmt;

/// The longest text that is looked at, and kept: salts have no bound of their own, and may be longer as they are kept.
const TEXT_MAX: usize = 1024;
/// The most memory that one hash may take, in bytes.
const MEMORY_MAX: u64 = 128 << 20;
/// The most memory that one hash may fill, each pass counted, in bytes: about a second of one core.
const FILLED_MAX: u64 = 1 << 30;

/// Why a hash is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Nobody can tell how it was made, or it is one of a method that is not taken (plain, MD5, SHA-1 …).
    Unknown,
    /// It was made as this says, but it is damaged.
    Damaged,
    /// Verifying it would take more memory or time than a server can give to whoever asks.
    TooCostly,
    /// It takes less than a guess of a millisecond: whoever steals it has the password.
    TooCheap,
}

impl fmt::Display for Unusable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Unknown => "it is of no kind that is taken (bcrypt, scrypt, PBKDF2, argon2)",
            Self::Damaged => "it is damaged",
            Self::TooCostly => "verifying it would take more than 128 MiB or about a second",
            Self::TooCheap => "it is as good as plain text: too little work was put into it",
        })
    }
}

/// A hash that another system made, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Foreign(Method);

#[derive(Clone, PartialEq, Eq)]
enum Method {
    Argon2 { text: String, kind: Option<String> },
    Bcrypt(Bcrypt),
    Scrypt(Scrypt),
    Firebase(Firebase),
    Pbkdf2(Pbkdf2),
}

impl fmt::Debug for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Foreign({})", self.kind().unwrap_or_default())
    }
}

impl Foreign {
    /// Reads a hash as the system that made it writes it: the crypt(3) form of bcrypt, PHC strings of argon2, scrypt and
    /// PBKDF2 (passlib's, too), Django's and Werkzeug's forms, Better Auth's `salt:key`, and `$fbscrypt$` of Firebase's
    /// scrypt.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        let text = text.trim();
        if text.len() > TEXT_MAX || !text.is_ascii() {
            return Err(Unusable::Unknown);
        }
        if text.starts_with("$2") {
            return Bcrypt::read(text).map(|it| Self(Method::Bcrypt(it)));
        }
        let Some(parts) = phc::split(text) else { return spelling::read(text)?.that_can_be_kept() };
        let read = match parts.id {
            "argon2id" | "argon2i" | "argon2d" => argon2(text),
            "scrypt" | "scrypt-nfkc" => Scrypt::read(&parts).map(|it| Self(Method::Scrypt(it))),
            "fbscrypt" => Firebase::read(&parts).map(|it| Self(Method::Firebase(it))),
            _ => Pbkdf2::read(&parts).map(|it| Self(Method::Pbkdf2(it))),
        };
        read?.that_can_be_kept()
    }

    /// The hash of a user of Firebase, whose export has the project's part apart.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn of_firebase(key: &FirebaseKey, salt: &str, hash: &str) -> Result<Self, Unusable> {
        Self(Method::Firebase(Firebase::new(key, salt, hash)?)).that_can_be_kept()
    }

    /// What could not be read again is not taken: its owner would be told that the password is wrong.
    fn that_can_be_kept(self) -> Result<Self, Unusable> {
        if self.text().len() > TEXT_MAX { Err(Unusable::Unknown) } else { Ok(self) }
    }

    /// The text that is kept, which [`Foreign::read`] reads again.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.0 {
            Method::Argon2 { text, .. } => text.clone(),
            Method::Bcrypt(it) => it.text().to_owned(),
            Method::Scrypt(it) => it.to_string(),
            Method::Firebase(it) => it.to_string(),
            Method::Pbkdf2(it) => it.to_string(),
        }
    }

    /// How much work it is to verify, in a word: equal for hashes that take the same time. None for what takes as much as a
    /// hash of our own.
    #[must_use]
    pub fn kind(&self) -> Option<String> {
        match &self.0 {
            Method::Argon2 { kind, .. } => kind.clone(),
            Method::Bcrypt(it) => Some(it.kind()),
            Method::Scrypt(it) => Some(it.kind()),
            Method::Firebase(it) => Some(it.kind()),
            Method::Pbkdf2(it) => Some(it.kind()),
        }
    }

    /// Whether `password` is the one that was hashed; compared in constant time. Argon2 is for whoever has its memory
    /// ([`super::hashing`]): here it fits nothing.
    #[must_use]
    pub fn fits(&self, password: &str) -> bool {
        match &self.0 {
            Method::Argon2 { .. } => false,
            Method::Bcrypt(it) => it.fits(password),
            Method::Scrypt(it) => it.fits(password),
            Method::Firebase(it) => it.fits(password),
            Method::Pbkdf2(it) => it.fits(password),
        }
    }
}

/// Whether a hash that fits says something of every byte of the password. One of bcrypt says nothing of what comes after the
/// 72nd: a new hash of the whole would make a slip of the finger there the password.
#[must_use]
pub fn says_all_of(hash: &str, password: &str) -> bool {
    !hash.starts_with("$2") || password.len() <= bcrypt::SEEN
}

fn argon2(text: &str) -> Result<Foreign, Unusable> {
    let hash = PasswordHash::new(text).map_err(|_| Unusable::Damaged)?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| Unusable::Damaged)?;
    let version = hash.version.map(Version::try_from).transpose().map_err(|_| Unusable::Damaged)?;
    let params = Params::try_from(&hash).map_err(|_| Unusable::Damaged)?;
    if hash.salt.is_none() || hash.hash.as_ref().is_none_or(|output: &Output| output.len() < 16) {
        return Err(Unusable::Damaged);
    }
    // Without one it is of the first version, which nobody should have used.
    let version = version.ok_or(Unusable::Damaged)?;
    let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
    bear(u64::from(m) << 10, u64::from(t))?;
    if p > 16 {
        return Err(Unusable::TooCostly);
    }
    let is_own = algorithm == Algorithm::Argon2id && version == Version::V0x13;
    let kind = (!is_own || (m, t, p) != (19 * 1024, 2, 1)).then(|| format!("argon2,{m},{t},{p}"));
    Ok(Foreign(Method::Argon2 { text: text.to_owned(), kind }))
}

/// Whether a server can bear what takes so many bytes, so many times.
fn bear(memory: u64, passes: u64) -> Result<(), Unusable> {
    let filled = memory.checked_mul(passes);
    if memory <= MEMORY_MAX && filled.is_some_and(|filled| filled <= FILLED_MAX) {
        Ok(())
    } else {
        Err(Unusable::TooCostly)
    }
}

/// A whole number of a hash's parameters: no sign, no leading zero.
fn number(text: &str) -> Result<u32, Unusable> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if !is_plain {
        return Err(Unusable::Damaged);
    }
    text.parse().map_err(|_| Unusable::Damaged)
}

/// Whether two hashes are equal; their length is no secret.
fn equal(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests;
