//! Who is in which organization or workspace, and what that allows: the ground on which sessions stand, and which
//! [`crate::organization`] and [`crate::workspace`] change.
//!
//! An organization and a workspace are both a [`Place`]. A member has roles there; a role is one of all places (it
//! stands in the configuration) or one of this place. What the roles allow is read whenever it is asked for.

pub mod former;
pub mod invited;
pub mod list;
pub mod restriction;
pub mod role;
pub mod standing;
pub mod store;
pub mod words;

use crate::config::Deployment;
use crate::config::teams::{Kind, Roles};
use crate::id::{MembershipId, OrganizationId, UserId};
use keyrack_protocol::Code;
use serde_json::{Map, Value};
pub use standing::{Gate, Scope, Standing};

/// An organization or a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the two it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// The organization that it is or is in.
    pub organization: OrganizationId,
}

/// A user in a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// The user.
    pub user: UserId,
    /// What the application stores with it.
    pub public_metadata: Map<String, Value>,
    /// When it began.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// What a member may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: String,
    /// Whether it is this place's own.
    pub own: bool,
    /// What people read.
    pub name: String,
    /// What it allows.
    pub permissions: Vec<String>,
    /// When it was made; 0 for one of all places.
    pub created_at: i64,
    /// When it last changed; 0 for one of all places.
    pub updated_at: i64,
}

/// What somebody may do in a place: in the order of the alphabet, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(Vec<String>);

impl Permissions {
    /// All that some roles allow, as far as the configuration knows it.
    pub fn of<'a>(roles: impl Iterator<Item = &'a str>, known: &Roles) -> Self {
        let mut all: Vec<String> =
            roles.filter(|permission| known.knows(permission)).map(str::to_owned).collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// Everything that there is: what an organization's administrators may in its workspaces.
    #[must_use]
    pub fn all(known: &Roles) -> Self {
        Self::of(known.permissions.iter().chain(&known.archived).map(String::as_str), known)
    }

    /// Whether this is among them.
    #[must_use]
    pub fn has(&self, permission: &str) -> bool {
        self.0.iter().any(|held| held == permission)
    }

    /// Whether they let somebody change things and members.
    #[must_use]
    pub fn manage(&self, kind: Kind) -> bool {
        self.has(kind.administrate()) || self.has(kind.manage())
    }

    /// Whether all of those are among them.
    #[must_use]
    pub fn cover(&self, others: &[String]) -> bool {
        others.iter().all(|other| self.has(other))
    }

    /// As a list.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// Decides whether somebody may give a role: who manages, and has at least what it allows.
///
/// # Errors
/// [`Code::PermissionDenied`], [`Code::RoleExceedsYours`].
pub fn may_give(held: &Permissions, kind: Kind, given: &[String]) -> Result<(), Code> {
    match (held.manage(kind), held.cover(given)) {
        (false, _) => Err(Code::PermissionDenied),
        (true, false) => Err(Code::RoleExceedsYours),
        (true, true) => Ok(()),
    }
}

/// Decides whether somebody may take a role away, or remove whoever has these permissions: an administrator, so that
/// nothing is beyond everybody's reach, or who might give them.
///
/// # Errors
/// [`Code::PermissionDenied`], [`Code::RoleExceedsYours`].
pub fn may_take(held: &Permissions, kind: Kind, taken: &[String]) -> Result<(), Code> {
    match held.has(kind.administrate()) {
        true => Ok(()),
        false => may_give(held, kind, taken),
    }
}

/// What a role is to allow that allows `before` now (nothing, if it is new), each permission once.
///
/// # Errors
/// [`Code::UnknownPermission`] for what is archived or in no list, [`Code::RoleExceedsYours`] for what whoever asks
/// does not have; neither for what the role allows already.
pub fn new_permissions(
    asked: &[String],
    before: &[String],
    known: &Roles,
    held: &Permissions,
) -> Result<Vec<String>, Code> {
    let mut permissions = Vec::new();
    for permission in asked {
        let is_new = !before.contains(permission);
        if is_new && !known.permissions.contains(permission) {
            return Err(Code::UnknownPermission);
        }
        if is_new && !held.has(permission) {
            return Err(Code::RoleExceedsYours);
        }
        if !permissions.contains(permission) {
            permissions.push(permission.clone());
        }
    }
    Ok(permissions)
}

/// A description as it is kept: trimmed, with line breaks, without other control characters.
///
/// # Errors
/// [`Code::InvalidDescription`].
pub fn description(text: &str) -> Result<String, Code> {
    let text = text.trim();
    let hidden = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
    if text.chars().count() > 1000 || text.chars().any(hidden) {
        return Err(Code::InvalidDescription);
    }
    Ok(text.to_owned())
}

/// Bytes of metadata as it is kept.
const METADATA: usize = 4096;

/// Metadata as it is kept: JSON.
///
/// # Errors
/// [`Code::InvalidMetadata`] when it is too large.
pub fn metadata(object: &Map<String, Value>) -> Result<String, Code> {
    let text = serde_json::to_string(object).map_err(|_| Code::InvalidMetadata)?;
    if text.len() > METADATA { Err(Code::InvalidMetadata) } else { Ok(text) }
}

/// What a deployment says of the roles of a kind of places.
#[must_use]
pub fn roles_of(config: &Deployment, kind: Kind) -> &Roles {
    match kind {
        Kind::Organization => &config.organizations.roles,
        Kind::Workspace => &config.workspaces.roles,
    }
}

/// Whether a deployment has places of this kind.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::WorkspacesDisabled`].
pub fn are_there(config: &Deployment, kind: Kind) -> Result<(), Code> {
    if !config.organizations.enabled {
        return Err(Code::OrganizationsDisabled);
    }
    match kind {
        Kind::Workspace if !config.workspaces.enabled => Err(Code::WorkspacesDisabled),
        _ => Ok(()),
    }
}

/// How an unknown place is answered, and one that the asking user is not in.
#[must_use]
pub fn unknown(kind: Kind) -> Code {
    match kind {
        Kind::Organization => Code::OrganizationNotFound,
        Kind::Workspace => Code::WorkspaceNotFound,
    }
}

#[cfg(test)]
mod tests;
