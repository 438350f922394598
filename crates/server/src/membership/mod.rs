//! Who is in which organization or workspace, and what that allows: the ground on which sessions stand, and which
//! [`crate::organization`] and [`crate::workspace`] change.
//!
//! An organization and a workspace are both a [`Place`]. A member has roles there; a role is one of all places (it
//! stands in the configuration) or one of this place. What the roles allow is read whenever it is asked for.

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

/// Decides whether somebody may give a role, or take it away: who has at least what it allows, and may manage.
///
/// # Errors
/// [`Code::PermissionDenied`], [`Code::RoleExceedsYours`].
pub fn may_move(held: &Permissions, kind: Kind, moved: &[String]) -> Result<(), Code> {
    match (held.manage(kind), held.cover(moved)) {
        (false, _) => Err(Code::PermissionDenied),
        (true, false) => Err(Code::RoleExceedsYours),
        (true, true) => Ok(()),
    }
}

/// What a new role is to allow, each permission once.
///
/// # Errors
/// [`Code::UnknownPermission`] for what is archived or in no list, [`Code::RoleExceedsYours`] for what whoever makes
/// it does not have.
pub fn new_permissions(asked: &[String], known: &Roles, held: &Permissions) -> Result<Vec<String>, Code> {
    let mut permissions = Vec::new();
    for permission in asked {
        if !known.permissions.contains(permission) {
            return Err(Code::UnknownPermission);
        }
        if !held.has(permission) {
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
mod tests {
    use super::*;
    use crate::config::Organizations;
    use proptest::prelude::*;

    fn known() -> Roles {
        let mut roles = Organizations::default().roles;
        roles.permissions.push("billing:read".to_owned());
        roles.archived.push("billing:write".to_owned());
        roles
    }

    fn held(names: &[&str]) -> Permissions {
        Permissions::of(names.iter().copied(), &known())
    }

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn permissions_are_those_that_the_configuration_knows_each_once() {
        let all = held(&["billing:write", "organization:member", "gone:long", "organization:member"]);
        assert_eq!(all.as_slice(), ["billing:write", "organization:member"]);
        assert_eq!(Permissions::all(&known()).as_slice().len(), 5);
    }

    #[test]
    fn j06_a_role_is_moved_only_by_who_manages_and_has_all_of_it() {
        let kind = Kind::Organization;
        let member = held(&["organization:member", "billing:read"]);
        let manager = held(&["organization:manage", "organization:member"]);
        let admin = Permissions::all(&known());
        assert_eq!(may_move(&member, kind, &[]), Err(Code::PermissionDenied));
        assert_eq!(may_move(&manager, kind, &texts(&["organization:member"])), Ok(()));
        for more in ["organization:admin", "billing:read"] {
            assert_eq!(may_move(&manager, kind, &texts(&[more])), Err(Code::RoleExceedsYours), "{more}");
            assert_eq!(may_move(&admin, kind, &texts(&[more])), Ok(()), "{more}");
        }
    }

    #[test]
    fn j06_a_new_role_allows_nothing_that_its_maker_lacks_and_nothing_archived() {
        let admin = Permissions::all(&known());
        let asked = texts(&["billing:read", "billing:read"]);
        assert_eq!(new_permissions(&asked, &known(), &admin), Ok(texts(&["billing:read"])));
        for wrong in ["billing:write", "no:such", ""] {
            let refused = new_permissions(&texts(&[wrong]), &known(), &admin);
            assert_eq!(refused, Err(Code::UnknownPermission), "{wrong}");
        }
        let less = held(&["organization:admin"]);
        assert_eq!(new_permissions(&asked, &known(), &less), Err(Code::RoleExceedsYours));
    }

    proptest! {
        #[test]
        fn nobody_gives_what_they_do_not_have(
            mine in proptest::collection::vec(0..5_usize, 0..5),
            theirs in proptest::collection::vec(0..5_usize, 0..5),
        ) {
            let all = Permissions::all(&known());
            let some = |places: &[usize]| -> Vec<String> {
                places.iter().map(|place| all.as_slice()[*place].clone()).collect()
            };
            let (mine, theirs) = (some(&mine), some(&theirs));
            let held = Permissions::of(mine.iter().map(String::as_str), &known());
            if may_move(&held, Kind::Organization, &theirs).is_ok() {
                prop_assert!(theirs.iter().all(|one| mine.contains(one)));
                prop_assert!(held.manage(Kind::Organization));
            }
        }
    }

    #[test]
    fn a_description_keeps_its_lines_and_hides_nothing() {
        assert_eq!(description("  a\nb "), Ok("a\nb".to_owned()));
        assert_eq!(description(&"ä".repeat(1000)), Ok("ä".repeat(1000)));
        for wrong in ["a\u{0}", "a\u{202e}b", &"a".repeat(1001)] {
            assert_eq!(description(wrong), Err(Code::InvalidDescription));
        }
    }
}
