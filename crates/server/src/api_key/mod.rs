//! Secret keys of backends: what `Authorization: Bearer sk_live_…` is worth.
//!
//! An operator makes one ([`crate::admin`]), for a deployment, with a name and scopes, perhaps for a time; it is shown
//! once. It is its id and 32 random bytes; what is kept is an HMAC of the whole text, compared in constant time. Every
//! call reads it anew, so that one that is revoked opens nothing on any node from then on. [`crate::caller::Backend`] is
//! the caller that has shown one, [`calls`] what lets a backend ask again without a second effect, [`uses`] when each was
//! used last.

pub mod calls;
pub mod store;
pub mod uses;

use crate::config::Mode;
use crate::error::Result;
use crate::id::ApiKeyId;
use crate::vault::{Purpose, Vault};
use crate::world::World;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::Code;
use std::fmt;

/// Letters of an id behind its prefix.
const ID: usize = 26;
/// Characters of the secret: 32 bytes in base64url.
const SECRET: usize = 43;
/// The longest name of a key, in characters.
pub const NAME_MAX: usize = 100;

/// Declares the scopes once: the variant, its word, what it lets a backend do.
macro_rules! scopes {
    ($($name:ident = $word:literal, $about:literal;)*) => {
        /// What a key may be used for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope { $(#[doc = $about] $name,)* }

        impl Scope {
            /// Every one.
            pub const ALL: &'static [Scope] = &[$(Scope::$name),*];

            /// Its word.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Scope::$name => $word,)* } }

            /// What it lets a backend do.
            #[must_use]
            pub fn about(self) -> &'static str { match self { $(Scope::$name => $about,)* } }
        }
    };
}

scopes! {
    UsersRead = "users:read", "Read accounts, with their private metadata.";
    UsersWrite = "users:write", "Make, change, disable and delete accounts.";
    SessionsRead = "sessions:read", "Read where accounts are signed in.";
    SessionsWrite = "sessions:write", "End sessions and sign-ins.";
    OrganizationsRead = "organizations:read", "Read organizations, workspaces and their members.";
    OrganizationsWrite = "organizations:write", "Make, change and delete organizations and workspaces, and decide about their members.";
    InvitationsRead = "invitations:read", "Read invitations.";
    InvitationsWrite = "invitations:write", "Invite, and withdraw invitations.";
    WaitlistRead = "waitlist:read", "Read who waits to be let in.";
    WaitlistWrite = "waitlist:write", "Let in who waits, and refuse.";
    TicketsSignIn = "tickets:sign_in", "Sign accounts in by a ticket.";
    TicketsImpersonate = "tickets:impersonate", "Act as somebody else by a ticket.";
    TicketsHandover = "tickets:handover", "Hand a session over to another place by a ticket.";
    NotificationsWrite = "notifications:write", "Tell accounts something.";
    AuditRead = "audit:read", "Read what happened.";
    ConfigRead = "config:read", "Read token templates and keys.";
    RevocationsRead = "revocations:read", "Follow what ends, as it ends.";
}

impl Scope {
    /// The one that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == word)
    }

    /// Those that the words in a text name; what this version does not know it does not grant.
    #[must_use]
    pub fn stored(words: &str) -> Vec<Self> {
        words.split(' ').filter_map(Self::parse).collect()
    }

    /// As they are stored.
    #[must_use]
    pub fn text(scopes: &[Self]) -> String {
        scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// A key that was shown and is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What an operator calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
}

impl ApiKey {
    /// Whether it may be used for this.
    ///
    /// # Errors
    /// [`Code::ApiKeyScope`], naming the scope that it lacks.
    pub fn may(&self, scope: Scope) -> Result<()> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        let text = format!("This needs a key with the scope {}.", scope.as_str());
        Err(crate::error::Error::refused(Code::ApiKeyScope, text))
    }
}

/// The word in the keys of a deployment.
#[must_use]
pub fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Staging => "test",
        Mode::Production => "live",
    }
}

/// What of a key may be shown at any time: it opens nothing.
#[must_use]
pub fn shown(mode: &str, id: &ApiKeyId) -> String {
    format!("sk_{mode}_{}…", letters(id))
}

fn letters(id: &ApiKeyId) -> &str {
    id.as_str().split_once('_').map_or("", |(_, letters)| letters)
}

/// A key as its owner holds it. Its text stands in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: ApiKeyId,
    text: String,
}

impl fmt::Debug for Held {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Held").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Held {
    /// A new one for a deployment of this mode.
    #[must_use]
    pub fn draw(world: &World, mode: Mode) -> Self {
        let id = ApiKeyId::draw(world);
        let secret = BASE64.encode(world.random.bytes::<32>());
        let text = format!("sk_{}_{}{secret}", mode_word(mode), letters(&id));
        Self { id, text }
    }

    /// What a text spells, whoever made it up; none if it is no key at all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("sk_live_").or_else(|| text.strip_prefix("sk_test_"))?;
        let (id, secret) = rest.split_at_checked(ID)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let id = ApiKeyId::parse(&format!("apk_{id}"))?;
        let is_key = secret.len() == SECRET && secret.bytes().all(plain);
        is_key.then(|| Self { id, text: text.to_owned() })
    }

    /// As its owner gets it, once.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self, vault: &Vault) -> String {
        vault.hash(Purpose::ApiKey, &format!("key/{}", self.id), self.text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_nothing_else_is_one() {
        let world = World::for_tests(1);
        for (mode, head) in [(Mode::Staging, "sk_test_"), (Mode::Production, "sk_live_")] {
            let key = Held::draw(&world, mode);
            assert!(key.text().starts_with(head), "{}", key.text());
            assert_eq!(Held::parse(key.text()), Some(key.clone()));
            assert!(!format!("{key:?}").contains(&key.text()[40..]), "{key:?}");
            let text = key.text();
            let wrong = [
                String::new(),
                text[1..].to_owned(),
                text[..text.len() - 1].to_owned(),
                format!("{text}A"),
                format!("{text} "),
                text.replace("sk_", "pk_"),
                text.replacen("st_", "st_!", 1).replacen("ve_", "ve_!", 1),
                format!("{}ä", &text[..text.len() - 2]),
                text.to_uppercase(),
            ];
            for wrong in wrong {
                assert_eq!(Held::parse(&wrong), None, "{wrong}");
            }
        }
    }

    #[test]
    fn every_character_of_a_key_counts() {
        let (world, vault) = (World::for_tests(2), Vault::new(&[7; 32]).unwrap());
        let key = Held::draw(&world, Mode::Production);
        let as_test = Held::parse(&key.text().replace("live", "test")).unwrap();
        assert_ne!(as_test.hash(&vault), key.hash(&vault));
        // The last character of 32 bytes in base64url has two bits that say nothing: here they do.
        let (head, last) = key.text().split_at(key.text().len() - 1);
        for other in ["A", "B", "C", "D"].into_iter().filter(|other| *other != last) {
            assert_ne!(Held::parse(&format!("{head}{other}")).unwrap().hash(&vault), key.hash(&vault));
        }
    }

    #[test]
    fn scopes_are_read_back_and_unknown_ones_grant_nothing() {
        assert_eq!(Scope::stored(&Scope::text(Scope::ALL)), Scope::ALL);
        assert_eq!(Scope::stored("users:read everything users:write"), [Scope::UsersRead, Scope::UsersWrite]);
        assert_eq!(Scope::stored(""), []);
        let key = ApiKey {
            id: ApiKeyId::draw(&World::for_tests(3)),
            name: "crm".to_owned(),
            scopes: vec![Scope::UsersRead],
        };
        assert!(key.may(Scope::UsersRead).is_ok());
        let refused = key.may(Scope::UsersWrite).unwrap_err();
        assert_eq!(refused.code(), Code::ApiKeyScope);
        assert!(refused.message().contains("users:write"), "{}", refused.message());
    }
}
