//! What accepts an invitation: its id and 256 random bits. It is mailed, and only its HMAC is kept.

use crate::id::InvitationId;
use crate::secret::{self, For};
use crate::vault::Vault;
use crate::world::World;
use std::fmt;

/// What a token of an organization begins with.
const PREFIX: &str = "org.";
/// What its id begins with, which the token leaves out.
const ID: &str = "inv_";
/// Letters of an id behind that.
const LETTERS: usize = 26;
/// Random bytes.
const BYTES: usize = 32;

/// A token, drawn or sent by somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    id: InvitationId,
    /// Sixty-four digits: of base64url some mail programs leave the last character out of the link.
    secret: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Token({})", self.id)
    }
}

impl Token {
    /// A new one of an invitation.
    #[must_use]
    pub fn draw(world: &World, id: &InvitationId) -> Self {
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
        let id = InvitationId::parse(&format!("{ID}{letters}")).filter(|_| fits)?;
        Some(Self { id, secret: secret.to_owned() })
    }

    /// As it stands in a mail.
    #[must_use]
    pub fn to_text(&self) -> String {
        let id = self.id.as_str();
        format!("{PREFIX}{}{}", id.strip_prefix(ID).unwrap_or(id), self.secret)
    }

    /// The invitation that it says it is of.
    #[must_use]
    pub fn id(&self) -> &InvitationId {
        &self.id
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self, vault: &Vault) -> String {
        secret::hash(vault, For::Invitation, self.id.as_str(), &self.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_as_it_was_mailed_and_nothing_else_is_one() {
        let world = World::for_tests(1);
        let token = Token::draw(&world, &InvitationId::draw(&world));
        let text = token.to_text();
        assert_eq!(text.len(), 4 + 26 + 64);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'), "{text}");
        assert_eq!(Token::parse(&text), Some(token.clone()));
        assert_eq!(Token::parse(&format!(" {text}\n")), Some(token.clone()));
        let short = &text[..text.len() - 1];
        let wrong = [
            "",
            "org.",
            short,
            &format!("{text}0"),
            &format!("{short}g"),
            &format!("{short}A"),
            &format!("{short}ä"),
            &text[4..],
            &text.replacen("org.", "dep.", 1),
            &text.replacen("org.", "ORG.", 1),
            &format!("org.{}{}", "u".repeat(26), &text[30..]),
            &format!("org.{}{}", "ä".repeat(13), &text[30..]),
        ];
        for text in wrong {
            assert_eq!(Token::parse(text), None, "{text}");
        }
        assert!(!format!("{token:?}").contains(&text[30..]));
    }

    #[test]
    fn what_is_kept_of_a_token_is_of_its_invitation_alone() {
        let world = World::for_tests(1);
        let vault = Vault::new(&[7; 32]).unwrap();
        let [one, other] = [InvitationId::draw(&world), InvitationId::draw(&world)];
        let token = Token::draw(&world, &one);
        let moved = Token { id: other, secret: token.secret.clone() };
        assert_ne!(token.hash(&vault), moved.hash(&vault));
        assert_ne!(token.hash(&vault), Token::draw(&world, &one).hash(&vault));
        assert!(!token.hash(&vault).contains(&token.secret));
    }
}
