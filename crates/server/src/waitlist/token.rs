//! What lets somebody sign up who waited: the entry's id and 256 random bits, mailed and kept as an HMAC only.

use crate::id::WaitlistEntryId;
use crate::secret::{self, For};
use crate::vault::Vault;
use crate::world::World;
use std::fmt;

/// What a token of a deployment begins with.
const PREFIX: &str = "app.";
/// What an entry's id begins with, which the token leaves out.
const ID: &str = "wtl_";
/// Letters of an id behind that.
const LETTERS: usize = 26;
/// Random bytes.
const BYTES: usize = 32;

/// A token, drawn or sent by somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    id: WaitlistEntryId,
    /// Sixty-four digits: of base64url some mail programs leave the last character out of the link.
    secret: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Token({})", self.id)
    }
}

impl Token {
    /// A new one of an entry.
    #[must_use]
    pub fn draw(world: &World, id: &WaitlistEntryId) -> Self {
        let bytes: [u8; BYTES] = world.random.bytes();
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let secret = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect();
        Self { id: id.clone(), secret }
    }

    /// Reads one that was sent; none when it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (letters, secret) = text.trim().strip_prefix(PREFIX)?.split_at_checked(LETTERS)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = secret.len() == 2 * BYTES && secret.bytes().all(is_digit);
        let id = WaitlistEntryId::parse(&format!("{ID}{letters}")).filter(|_| fits)?;
        Some(Self { id, secret: secret.to_owned() })
    }

    /// As it stands in a mail.
    #[must_use]
    pub fn to_text(&self) -> String {
        let id = self.id.as_str();
        format!("{PREFIX}{}{}", id.strip_prefix(ID).unwrap_or(id), self.secret)
    }

    /// The entry that it says it is of.
    #[must_use]
    pub fn id(&self) -> &WaitlistEntryId {
        &self.id
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self, vault: &Vault) -> String {
        secret::hash(vault, For::Waitlist, self.id.as_str(), &self.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_as_it_was_mailed_and_nothing_else_is_one() {
        let world = World::for_tests(1);
        let token = Token::draw(&world, &WaitlistEntryId::draw(&world));
        let text = token.to_text();
        assert_eq!(text.len(), 4 + 26 + 64);
        assert_eq!(Token::parse(&format!(" {text}\n")), Some(token));
        for wrong in [
            "",
            "app.",
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.replace("app.", "org."),
            &text.to_uppercase(),
        ] {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
    }
}
