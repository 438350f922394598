//! Bcrypt, as crypt(3) writes it.

use super::Unusable;
use ::bcrypt::HashParts;

/// The bytes of a password that bcrypt looks at.
pub(super) const SEEN: usize = 72;
/// The costs that are taken: 14 is about a second.
const COSTS: std::ops::RangeInclusive<u32> = 4..=14;

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bcrypt {
    text: String,
    cost: u32,
}

impl Bcrypt {
    /// Reads `$2a$`, `$2b$` and `$2y$`, which are one. `$2x$` marks hashes of a broken version.
    pub(super) fn read(text: &str) -> Result<Self, Unusable> {
        if !["$2a$", "$2b$", "$2y$"].iter().any(|version| text.starts_with(version)) {
            return Err(Unusable::Unknown);
        }
        let parts: HashParts = text.parse().map_err(|_| Unusable::Damaged)?;
        let cost = parts.get_cost();
        match cost {
            _ if COSTS.contains(&cost) => Ok(Self { text: text.to_owned(), cost }),
            _ if cost < *COSTS.start() => Err(Unusable::TooCheap),
            _ => Err(Unusable::TooCostly),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn kind(&self) -> String {
        format!("bcrypt,{}", self.cost)
    }

    /// A zero byte ends a password for those who made the hash: one that has it fits nothing.
    pub(super) fn fits(&self, password: &str) -> bool {
        let fits = ::bcrypt::verify(password, &self.text).unwrap_or(false);
        fits && !password.contains('\0')
    }
}
