//! Workspaces: places inside of an organization, with members and roles of their own.
//!
//! Whoever is in a workspace is in its organization, and whoever administrates that may in each workspace whatever its
//! administrators may. Members and roles are served as those of organizations are ([`paths`]).

pub mod http;
pub mod mine;
pub mod paths;
pub mod store;
pub mod view;

use crate::config;
use crate::id::{OrganizationId, WorkspaceId};
use crate::membership::restriction::Restriction;
use keyrack_protocol::Code;
use serde_json::{Map, Value};

/// A workspace that was not deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The organization that it is in.
    pub organization: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it is called in addresses.
    pub slug: String,
    /// What it says about itself.
    pub description: String,
    /// The id of its picture, `""` for none.
    pub picture: String,
    /// What the application stores for every member to see.
    pub public_metadata: Map<String, Value>,
    /// How many members it has.
    pub members: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// What it asks of whoever acts in it, beside what its organization asks.
    pub asks: Restriction,
}

/// Decides whether somebody may make one more workspace in an organization that has `there`; `manages` says whether
/// they manage it.
///
/// # Errors
/// [`Code::WorkspacesDisabled`], [`Code::PermissionDenied`], [`Code::TooManyWorkspaces`].
pub fn may_create(rules: &config::Workspaces, manages: bool, there: i64) -> Result<(), Code> {
    if !rules.enabled {
        return Err(Code::WorkspacesDisabled);
    }
    if !manages && !rules.members_create {
        return Err(Code::PermissionDenied);
    }
    if there >= i64::from(rules.max_per_organization) {
        return Err(Code::TooManyWorkspaces);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Workspaces;

    #[test]
    fn who_may_make_one_is_what_the_deployment_says() {
        let on = Workspaces { enabled: true, max_per_organization: 2, ..Default::default() };
        assert_eq!(may_create(&on, true, 1), Ok(()));
        assert_eq!(may_create(&on, true, 2), Err(Code::TooManyWorkspaces));
        assert_eq!(may_create(&on, false, 0), Err(Code::PermissionDenied));
        let members = Workspaces { members_create: true, ..on.clone() };
        assert_eq!(may_create(&members, false, 1), Ok(()));
        let off = Workspaces { enabled: false, ..on };
        assert_eq!(may_create(&off, true, 0), Err(Code::WorkspacesDisabled));
    }
}
