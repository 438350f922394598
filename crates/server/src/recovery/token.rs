//! What sets another password: the account's id and 256 random bits. It is mailed, or given for a mailed code, and only its
//! HMAC is kept, which binds it to the address whose mailbox it proves.

use crate::db::Snapshot;
use crate::error::Result;
use crate::id::UserId;
use crate::secret::{self, For, Seen};
use crate::user::User;
use crate::vault::Vault;
use crate::world::World;
use std::fmt;

/// What a token begins with.
const PREFIX: &str = "rst.";
/// What the account's id begins with, which the token leaves out.
const ID: &str = "usr_";
/// Letters of an id behind that.
const LETTERS: usize = 26;
/// Random bytes.
const BYTES: usize = 32;

/// A token, drawn or sent by somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    user: UserId,
    /// Sixty-four digits: of base64url some mail programs leave the last character out of the link.
    secret: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Token({})", self.user)
    }
}

impl Token {
    /// A new one for an account.
    pub fn draw(world: &World, user: &UserId) -> Self {
        let bytes: [u8; BYTES] = world.random.bytes();
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let secret = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect();
        Self { user: user.clone(), secret }
    }

    /// Reads one that was sent; none when it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (letters, secret) = text.trim().strip_prefix(PREFIX)?.split_at_checked(LETTERS)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = secret.len() == 2 * BYTES && secret.bytes().all(is_digit);
        let user = UserId::parse(&format!("{ID}{letters}")).filter(|_| fits)?;
        Some(Self { user, secret: secret.to_owned() })
    }

    /// As it stands in a mail.
    pub fn to_text(&self) -> String {
        let id = self.user.as_str();
        format!("{PREFIX}{}{}", id.strip_prefix(ID).unwrap_or(id), self.secret)
    }

    /// The account that it says it is of.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// What is kept of it while it proves that `email` is its reader's.
    pub fn hash(&self, vault: &Vault, email: &str) -> String {
        secret::hash(vault, For::Reset, self.user.as_str(), &format!("{}/{email}", self.secret))
    }

    /// The proved address of the account that it was mailed to, with its hash, while it works. An address that the
    /// account has no more proves nothing about it.
    ///
    /// # Errors
    /// What the database says.
    pub fn proves(
        &self,
        on: &mut Snapshot<'_>,
        (vault, deployment): (&Vault, &str),
        (user, now): (&User, i64),
    ) -> Result<Option<(String, String)>> {
        for email in user.emails.iter().filter(|email| email.verified_at.is_some()) {
            let hash = self.hash(vault, &email.email);
            let owner = (deployment, For::Reset, self.user.as_str());
            if secret::look(on, owner, &hash, now)? == Seen::Live {
                return Ok(Some((email.email.clone(), hash)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_as_it_was_mailed_and_nothing_else_is_one() {
        let world = World::for_tests(1);
        let token = Token::draw(&world, &UserId::draw(&world));
        let text = token.to_text();
        assert_eq!(text.len(), 4 + 26 + 64);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'), "{text}");
        assert_eq!(Token::parse(&format!(" {text}\n")), Some(token.clone()));
        let short = &text[..text.len() - 1];
        let wrong =
            ["", "rst.", short, &format!("{text}0"), &format!("{short}g"), &text.replacen("rst.", "org.", 1)];
        for text in wrong {
            assert_eq!(Token::parse(text), None, "{text}");
        }
        assert!(!format!("{token:?}").contains(&text[30..]));
    }

    #[test]
    fn what_is_kept_of_a_token_is_of_its_account_and_its_address_alone() {
        let world = World::for_tests(1);
        let vault = Vault::new(&[7; 32]).unwrap();
        let [one, other] = [UserId::draw(&world), UserId::draw(&world)];
        let token = Token::draw(&world, &one);
        let moved = Token { user: other, secret: token.secret.clone() };
        let kept = token.hash(&vault, "ada@example.com");
        assert_ne!(kept, token.hash(&vault, "eve@example.com"));
        assert_ne!(kept, moved.hash(&vault, "ada@example.com"));
        assert!(!kept.contains(&token.secret));
    }
}
