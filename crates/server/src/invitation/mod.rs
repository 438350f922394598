//! Invitations: an address is asked to join an organization, and perhaps a workspace of it, with roles.
//!
//! A mail brings a token; whoever has it sees what the invitation is to, but it alone opens nothing: only the user who
//! has proved the invited address accepts, signed in, once, in time. [`authority`] decides what somebody may invite to,
//! when the invitation is made, when it is sent anew, and again when it is accepted: what whoever sent it last may not
//! give any more it does not give. [`change`] sends and withdraws, [`accept`] makes the member, [`look`] tells what a
//! token is worth and changes nothing.

pub mod accept;
pub mod authority;
pub mod change;
mod doors;
pub mod expire;
pub mod http;
pub mod look;
mod mails;
mod open;
mod room;
pub mod store;
pub mod token;
pub mod view;

use crate::id::{InvitationId, OrganizationId, UserId};
use crate::secret::Seen;
use crate::throttle::Rule;
use crate::user::email::EmailAddress;
use keyrack_protocol::{Code, InvitationRefusal};
pub use open::tell_of_open;

/// Open invitations of one organization; more are refused.
pub const MOST_OPEN: i64 = 1_000;
/// Sent anew sooner than this, it would only be a second mail.
pub const RESEND_MS: i64 = 60_000;
/// Invitations that one user sends, of whichever organizations.
pub const SENT: Rule = Rule { kind: "invitations", free: 100, window_ms: 3_600_000, first_pause_ms: 0 };
/// Invitations that are mailed to one address, by whomever.
pub const MAILED: Rule = Rule { kind: "invitation_mail", free: 5, window_ms: 3_600_000, first_pause_ms: 0 };

/// An invitation, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// What it is to.
    pub wanted: Wanted,
    /// The address that is invited.
    pub email: EmailAddress,
    /// Who sent it last.
    pub inviter: UserId,
    /// When it was made.
    pub created_at: i64,
    /// When it was last sent.
    pub updated_at: i64,
    /// When it expires; once it has ended, when that was.
    pub expires_at: i64,
    /// When it was accepted or withdrawn.
    pub ended_at: Option<i64>,
    /// Who accepted it.
    pub accepted_by: Option<UserId>,
}

/// What somebody is to be invited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The organization.
    pub organization: OrganizationId,
    /// The workspace of it, if to one.
    pub workspace: Option<String>,
    /// The role there; none for that of whoever joins.
    pub role: Option<String>,
    /// The role in the workspace; none for that of whoever joins.
    pub workspace_role: Option<String>,
}

impl Invitation {
    /// Whether it can be accepted by somebody whose token is `seen`.
    ///
    /// # Errors
    /// Why not.
    pub fn works(&self, seen: Seen, now: i64) -> Result<(), InvitationRefusal> {
        match seen {
            Seen::Unknown | Seen::Used => Err(InvitationRefusal::InvitationInvalid),
            _ if self.ended_at.is_some() => Err(InvitationRefusal::InvitationInvalid),
            Seen::Expired => Err(InvitationRefusal::InvitationExpired),
            Seen::Live if now >= self.expires_at => Err(InvitationRefusal::InvitationExpired),
            Seen::Live => Ok(()),
        }
    }

    /// Whether it is in the way of another one to the same address.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

/// Decides whether an address may be invited once more, which has `before` already, by an organization that has `open`
/// ones.
///
/// # Errors
/// [`Code::InvitationExists`], [`Code::TooManyInvitations`].
pub fn may_add(before: Option<&Invitation>, open: i64, now: i64) -> Result<(), Code> {
    match before {
        Some(before) if before.is_open(now) => Err(Code::InvitationExists),
        // One that has expired makes room for the new one.
        Some(_) => Ok(()),
        None if open >= MOST_OPEN => Err(Code::TooManyInvitations),
        None => Ok(()),
    }
}

/// What people are told of a refusal.
#[must_use]
pub fn sentence(why: InvitationRefusal) -> &'static str {
    use InvitationRefusal as Why;
    match why {
        Why::InvitationInvalid => {
            "This invitation does not work: it was used, withdrawn or sent anew. Open the newest mail, or ask for another."
        }
        Why::InvitationExpired => "This invitation has expired; ask whoever invited you for another.",
        Why::InvitationRequiresSignup => "Make an account with the invited address, then come back.",
        Why::InvitationEmailMismatch => {
            "This invitation is for another address; sign in with that one to accept it."
        }
        Why::InvitationOrganizationFull => {
            "The organization has as many members as it may; tell whoever invited you."
        }
        Why::InvitationWorkspaceFull => {
            "The workspace has as many members as it may; tell whoever invited you."
        }
        Why::InvitationTooManyOrganizations => {
            "You are in as many organizations as you may; leave one, then accept the invitation."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn invitation(ended_at: Option<i64>) -> Invitation {
        let world = World::for_tests(1);
        Invitation {
            id: InvitationId::draw(&world),
            wanted: Wanted {
                organization: OrganizationId::draw(&world),
                workspace: None,
                role: None,
                workspace_role: None,
            },
            email: EmailAddress::parse("bob@ex.com").unwrap(),
            inviter: UserId::draw(&world),
            created_at: 0,
            updated_at: 0,
            expires_at: 1_000,
            ended_at,
            accepted_by: None,
        }
    }

    #[test]
    fn j04_an_invitation_works_until_its_last_millisecond_and_not_once_it_has_ended() {
        let open = invitation(None);
        assert_eq!(open.works(Seen::Live, 999), Ok(()));
        assert_eq!(open.works(Seen::Live, 1_000), Err(InvitationRefusal::InvitationExpired));
        assert_eq!(open.works(Seen::Expired, 999), Err(InvitationRefusal::InvitationExpired));
        for seen in [Seen::Unknown, Seen::Used] {
            assert_eq!(open.works(seen, 0), Err(InvitationRefusal::InvitationInvalid));
        }
        for seen in [Seen::Live, Seen::Expired] {
            assert_eq!(invitation(Some(5)).works(seen, 7), Err(InvitationRefusal::InvitationInvalid));
        }
    }

    #[test]
    fn an_address_has_one_open_invitation_and_an_expired_one_makes_room() {
        let one = invitation(None);
        assert_eq!(may_add(Some(&one), 1, 999), Err(Code::InvitationExists));
        assert_eq!(may_add(Some(&one), MOST_OPEN, 1_000), Ok(()));
        assert_eq!(may_add(None, MOST_OPEN - 1, 0), Ok(()));
        assert_eq!(may_add(None, MOST_OPEN, 0), Err(Code::TooManyInvitations));
    }
}
