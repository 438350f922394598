//! Typed ids: a prefix that says what it names, then time and randomness in Crockford's base 32.
//!
//! They sort by creation, are safe in URLs and are never secrets. On the wire they are opaque strings.

use crate::world::World;
use std::borrow::Borrow;
use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 48 bits of time and 80 of randomness, five bits a letter.
const LETTERS: usize = 26;

/// Draws an id that begins with `prefix`.
fn draw(prefix: &str, world: &World) -> String {
    let mut value = world.ids.draw(&world.clock, &world.random);
    let mut letters = [b'0'; LETTERS];
    for letter in letters.iter_mut().rev() {
        *letter = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    let mut id = String::with_capacity(prefix.len() + LETTERS);
    id.push_str(prefix);
    id.push_str(std::str::from_utf8(&letters).unwrap_or_default());
    id
}

fn well_formed(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|rest| rest.len() == LETTERS && rest.bytes().all(|byte| ALPHABET.contains(&byte)))
}

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// A new id.
            #[must_use]
            pub fn draw(world: &World) -> Self {
                Self(draw(concat!($prefix, "_"), world))
            }

            /// The id that a text spells; none if it is not one of this kind.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                well_formed($prefix, text).then(|| Self(text.to_owned()))
            }

            /// An id read back from the database.
            #[must_use]
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            /// As it is on the wire and in the database.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    )*};
}

id! {
    /// A session: what one browser holds.
    SessionId = "ses";
    /// A sign-in: one account on a session.
    SignInId = "sin";
    /// An attempt to sign in or up.
    AttemptId = "att";
    /// A user.
    UserId = "usr";
    /// An email address.
    EmailAddressId = "eml";
    /// A phone number.
    PhoneNumberId = "phn";
    /// An authenticator: a program that makes codes.
    AuthenticatorId = "aut";
    /// A backup code.
    BackupCodeId = "bak";
    /// A passkey.
    PasskeyId = "psk";
    /// An entry of the waitlist.
    WaitlistEntryId = "wtl";
    /// A one-time secret.
    SecretId = "ots";
    /// A message of the outbox.
    MessageId = "msg";
    /// A signing key.
    KeyId = "key";
    /// One request, in the log and in `x-request-id`.
    RequestId = "req";
    /// One token (claim `jti`).
    TokenId = "tok";
    /// A record of what happened.
    AuditId = "aud";
    /// An organization.
    OrganizationId = "org";
    /// A workspace.
    WorkspaceId = "wsp";
    /// A user in an organization or a workspace.
    MembershipId = "mem";
    /// A role of one organization or workspace.
    RoleId = "rol";
    /// A picture.
    PictureId = "pic";
    /// A notification.
    NotificationId = "ntf";
    /// An invitation to an organization.
    InvitationId = "inv";
    /// A domain of an organization.
    DomainId = "dom";
    /// Something that an endpoint is told.
    WebhookEventId = "evt";
    /// A secret key of a backend.
    ApiKeyId = "apk";
    /// A ticket.
    TicketId = "tkt";
    /// A program that waits to be signed in.
    DeviceRequestId = "dev";
    /// A browser that was sent back to an application's server.
    HandshakeId = "hsk";
    /// This process, where several share a database.
    NodeId = "nod";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_they_were_drawn_and_are_read_back_only_as_their_own_kind() {
        let world = World::for_tests(1);
        let first = SessionId::draw(&world);
        let mut drawn = vec![first.clone()];
        for later_ms in [0, 0, 1, -5, 0, 3] {
            world.clock.advance(later_ms);
            drawn.push(SessionId::draw(&world));
        }
        assert!(drawn.is_sorted_by(|a, b| a < b), "{drawn:?}");
        assert_eq!(SessionId::parse(first.as_str()), Some(first.clone()));
        assert_eq!(SignInId::parse(first.as_str()), None);
        for wrong in ["", "ses_", "ses_0", "SES_00000000000000000000000000", "ses_0000000000000000000000000!"]
        {
            assert_eq!(SessionId::parse(wrong), None, "{wrong}");
        }
    }
}
