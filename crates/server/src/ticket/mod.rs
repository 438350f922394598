//! Tickets: one-time secrets that sign somebody in somewhere. A backend has one made ([`create`]) and hands it to a browser or
//! a program, which exchanges it ([`exchange`]).
//!
//! A ticket is of one deployment and one [`Kind`], works once and for five minutes at most, and, where that was asked, only
//! for the browser or program that has the verifier of its challenge (RFC 7636). Its secret has 256 bits; what is kept is an
//! HMAC of it, in the house's one table of such secrets. What it opens is in the answer that uses it up; whoever got that
//! answer gets it again for a minute, and nobody else does.

mod acting;
pub mod create;
pub mod exchange;
mod handover;
pub mod http;
mod open;
pub mod store;

use crate::id::{InvitationId, SignInId, TicketId, UserId};
use crate::secret::{self, For, Seen};
use crate::vault::Vault;
use crate::world::World;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::{Acting, Code};
use std::fmt;

/// For so long whoever got an answer gets it again.
pub const AGAIN_MS: i64 = 60_000;
/// Letters of an id behind its prefix.
const LETTERS: usize = 26;
/// What a ticket begins with: what its id does.
const PREFIX: &str = "tkt_";
/// Random bytes of the secret, each two digits.
const BYTES: usize = 32;
/// The longest name of who acts, and the longest reason, in characters.
pub const ACTOR_MAX: usize = 100;
/// See [`ACTOR_MAX`].
pub const REASON_MAX: usize = 200;

/// What a ticket is for: one of one kind never serves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The application's backend signs a user in.
    SignIn,
    /// Somebody acts as a user.
    Impersonation,
    /// A sign-in is handed to another origin, or to a program.
    Handover,
    /// Whoever is signed in accepts an invitation.
    Invitation,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::SignIn, Self::Impersonation, Self::Handover, Self::Invitation];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Impersonation => "impersonation",
            Self::Handover => "handover",
            Self::Invitation => "invitation",
        }
    }

    /// The one that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What its secret is for.
    #[must_use]
    pub fn purpose(self) -> For {
        match self {
            Self::SignIn => For::TicketSignIn,
            Self::Impersonation => For::TicketImpersonation,
            Self::Handover => For::TicketHandover,
            Self::Invitation => For::TicketInvitation,
        }
    }
}

/// What a ticket opens, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    /// A sign-in of this user, as a first factor does.
    SignIn(UserId),
    /// A sign-in of this user in which somebody else acts.
    Impersonation(UserId, Acting),
    /// A sign-in of this user beside this one of theirs.
    Handover(UserId, SignInId),
    /// A membership.
    Invitation(InvitationId),
}

impl Opens {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::SignIn(_) => Kind::SignIn,
            Self::Impersonation(..) => Kind::Impersonation,
            Self::Handover(..) => Kind::Handover,
            Self::Invitation(_) => Kind::Invitation,
        }
    }

    /// Whom it signs in.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::SignIn(user) | Self::Impersonation(user, _) | Self::Handover(user, _) => Some(user),
            Self::Invitation(_) => None,
        }
    }

    /// Who acts as the user.
    #[must_use]
    pub fn act(&self) -> Option<&Acting> {
        match self {
            Self::Impersonation(_, act) => Some(act),
            _ => None,
        }
    }
}

/// A ticket, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// What it opens.
    pub opens: Opens,
    /// SHA-256 of what whoever may use it keeps, `""` for anybody.
    pub challenge: String,
    /// Who made it, in the words of the records.
    pub maker: String,
    /// When it was made.
    pub created_at: i64,
    /// When it expires.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
    /// The session and the sign-in or attempt that came of it.
    pub led_to: Option<(String, String)>,
}

/// What a ticket is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It works.
    Live,
    /// It was used a moment ago: whoever got the answer gets it again.
    Again,
}

impl Ticket {
    /// What it is worth whose secret is `seen`.
    ///
    /// # Errors
    /// [`Code::TicketNotFound`], [`Code::TicketUsed`], [`Code::TicketExpired`].
    pub fn worth(&self, seen: Seen, now: i64) -> Result<Worth, Code> {
        match (seen, self.used_at) {
            (Seen::Unknown, _) => Err(Code::TicketNotFound),
            (Seen::Used, Some(used_at)) if (used_at - AGAIN_MS..used_at + AGAIN_MS).contains(&now) => {
                Ok(Worth::Again)
            }
            (Seen::Used, _) => Err(Code::TicketUsed),
            _ if self.revoked_at.is_some() => Err(Code::TicketNotFound),
            (Seen::Expired, _) => Err(Code::TicketExpired),
            (Seen::Live, _) if now >= self.expires_at => Err(Code::TicketExpired),
            (Seen::Live, _) => Ok(Worth::Live),
        }
    }

    /// Whether whoever shows this verifier may use it. One who shows a verifier is not served by a ticket that was made for
    /// anybody: somebody else may have slipped it in.
    ///
    /// # Errors
    /// [`Code::TicketElsewhere`].
    pub fn is_for(&self, verifier: Option<&str>) -> Result<(), Code> {
        let fits = match verifier {
            None => self.challenge.is_empty(),
            Some(verifier) => {
                let made = challenge_of(verifier);
                verify_slices_are_equal(made.as_bytes(), self.challenge.as_bytes()).is_ok()
            }
        };
        if fits { Ok(()) } else { Err(Code::TicketElsewhere) }
    }

    /// Whether it can still be used.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }
}

/// The challenge of a verifier: `S256` of RFC 7636.
#[must_use]
pub fn challenge_of(verifier: &str) -> String {
    BASE64.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Whether a text can be a challenge.
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43 && BASE64.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// How long a ticket lives that is to live for `asked` seconds, where `longest_ms` is the most.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn life_ms(asked: Option<i64>, longest_ms: i64) -> Result<i64, Code> {
    match asked {
        None => Ok(longest_ms),
        Some(seconds) if (1..=longest_ms / 1000).contains(&seconds) => Ok(seconds * 1000),
        Some(_) => Err(Code::InvalidParameter),
    }
}

/// A ticket in somebody's hands. Its text stands in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: TicketId,
    digits: String,
}

impl fmt::Debug for Held {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Held({})", self.id)
    }
}

impl Held {
    /// A new one.
    #[must_use]
    pub fn draw(world: &World) -> Self {
        let bytes: [u8; BYTES] = world.random.bytes();
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect();
        Self { id: TicketId::draw(world), digits }
    }

    /// Reads one that was sent; none when it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, digits) = text.trim().split_at_checked(PREFIX.len() + LETTERS)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = digits.len() == 2 * BYTES && digits.bytes().all(is_digit);
        let id = TicketId::parse(id).filter(|_| fits)?;
        Some(Self { id, digits: digits.to_owned() })
    }

    /// As it travels.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.id, self.digits)
    }

    /// What is kept of it, if it is of this kind.
    #[must_use]
    pub fn hash(&self, vault: &Vault, kind: Kind) -> String {
        secret::hash(vault, kind.purpose(), self.id.as_str(), &self.digits)
    }
}

#[cfg(test)]
mod tests;
