//! What there is to be told, and what is written of it.

use super::{store, texts};
use crate::db::Tx;
use crate::error::Result;
use crate::id::MembershipId;
use crate::membership::{Place, Role};
use crate::session::agent;
use keyrack_protocol::NotificationSeverity::{self, Info, Success, Warning};
use serde_json::{Map, Value};

/// What a user is told. Whoever did it to themselves is not told.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// Somebody invited the user to a place. Belongs to the user alone.
    Invited {
        /// The place: the workspace, where the invitation names one.
        to: &'a Place,
        /// The invitation's id.
        invitation: &'a str,
    },
    /// The user became a member of a place, by somebody else's doing.
    Added {
        /// The place.
        to: &'a Place,
        /// The new membership.
        membership: &'a MembershipId,
    },
    /// The user is a member of a place no more. Belongs to the user alone.
    Removed {
        /// The place.
        from: &'a Place,
    },
    /// The user was given a role.
    RoleGiven {
        /// Where.
        at: &'a Place,
        /// The membership that has it.
        membership: &'a MembershipId,
        /// The role.
        role: &'a Role,
    },
    /// A role was taken from the user.
    RoleTaken {
        /// Where.
        at: &'a Place,
        /// The membership that had it.
        membership: &'a MembershipId,
        /// The role.
        role: &'a Role,
    },
    /// The account was signed in on a browser that it was never signed in on. Belongs to the user alone.
    NewDevice {
        /// The browser's own words.
        user_agent: &'a str,
        /// The client's address.
        ip_address: &'a str,
    },
    /// Somebody began to act as the user. Belongs to the user alone.
    ActedAs {
        /// Who, as people know them.
        actor: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// The record that proves a domain of an organization is missing, which those are told who administrate it.
    DomainMissed {
        /// The organization.
        of: &'a Place,
        /// The administrator's membership.
        membership: &'a MembershipId,
        /// The domain's id, and the domain.
        domain: (&'a str, &'a str),
        /// When the domain is lost if the record stays away, RFC 3339.
        until: &'a str,
    },
    /// A domain of an organization is not proved any more.
    DomainLost {
        /// The organization.
        of: &'a Place,
        /// The administrator's membership.
        membership: &'a MembershipId,
        /// The domain's id, and the domain.
        domain: (&'a str, &'a str),
    },
    /// Something that the application itself says.
    Message {
        /// What it says.
        said: &'a Message,
        /// Where it belongs, and by which membership it is seen; none for the user alone.
        at: Option<(&'a Place, &'a MembershipId)>,
    },
}

/// What an application says to a user.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub body: String,
    /// How much it matters.
    pub severity: NotificationSeverity,
    /// Facts for the application's own use, texts by names.
    pub facts: Map<String, Value>,
}

/// A notification as it is written.
pub(super) struct Letter<'a> {
    pub(super) kind: &'static str,
    /// What it tells of and is settled with, `""` for nothing.
    pub(super) subject: &'a str,
    pub(super) severity: NotificationSeverity,
    /// Where it belongs, and by which membership it is seen; none for the user alone.
    pub(super) place: Option<(&'a Place, &'a MembershipId)>,
    pub(super) facts: Map<String, Value>,
}

impl<'a> News<'a> {
    /// What is written of it.
    ///
    /// # Errors
    /// What the database says.
    pub(super) fn letter(&self, tx: &mut Tx<'_>) -> Result<Letter<'a>> {
        let (kind, severity, about, seen_by) = match *self {
            News::Invited { to, .. } => (texts::INVITED, Info, Some(to), None),
            News::Added { to, membership } => (texts::ADDED, Success, Some(to), Some(membership)),
            News::Removed { from } => (texts::REMOVED, Warning, Some(from), None),
            News::RoleGiven { at, membership, .. } => (texts::ROLE_GIVEN, Info, Some(at), Some(membership)),
            News::RoleTaken { at, membership, .. } => {
                (texts::ROLE_TAKEN, Warning, Some(at), Some(membership))
            }
            News::NewDevice { .. } => (texts::NEW_DEVICE, Warning, None, None),
            News::ActedAs { .. } => (texts::ACTED_AS, Warning, None, None),
            News::DomainMissed { of, membership, .. } => {
                (texts::DOMAIN_MISSED, Warning, Some(of), Some(membership))
            }
            News::DomainLost { of, membership, .. } => {
                (texts::DOMAIN_LOST, Warning, Some(of), Some(membership))
            }
            News::Message { said, at } => {
                let (place, membership) = at.unzip();
                (texts::MESSAGE, said.severity, place, membership)
            }
        };
        let mut facts = self.facts();
        if let Some(place) = about {
            facts.extend(store::names(tx, place)?);
        }
        Ok(Letter { kind, subject: self.subject(), severity, place: about.zip(seen_by), facts })
    }

    fn subject(&self) -> &'a str {
        match *self {
            News::Invited { invitation, .. } => invitation,
            News::DomainMissed { domain: (id, _), .. } | News::DomainLost { domain: (id, _), .. } => id,
            _ => "",
        }
    }

    /// What is to be known beside the names of the place.
    fn facts(&self) -> Map<String, Value> {
        if let News::Message { said, .. } = self {
            let mut facts = said.facts.clone();
            facts.insert("title".to_owned(), said.title.clone().into());
            facts.insert("body".to_owned(), said.body.clone().into());
            return facts;
        }
        let facts: &[(&str, &str)] = match *self {
            News::Invited { invitation, .. } => &[("invitation_id", invitation)],
            News::RoleGiven { role, .. } | News::RoleTaken { role, .. } => {
                &[("role_id", &role.id), ("role_name", &role.name)]
            }
            News::NewDevice { user_agent, ip_address } => &[
                ("browser", agent::browser(user_agent)),
                ("device", agent::device(user_agent)),
                ("ip_address", ip_address),
            ],
            News::ActedAs { actor, reason } => &[("actor", actor), ("reason", reason)],
            News::DomainMissed { domain: (id, fqdn), until, .. } => {
                &[("domain_id", id), ("domain", fqdn), ("until", until)]
            }
            News::DomainLost { domain: (id, fqdn), .. } => &[("domain_id", id), ("domain", fqdn)],
            News::Added { .. } | News::Removed { .. } | News::Message { .. } => &[],
        };
        facts.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect()
    }
}
