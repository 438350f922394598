//! Organizations, and what their members may do in them and in their workspaces.
//!
//! [`acting`] decides in the transaction of every change whether the user of the active sign-in may make it;
//! [`members`] and [`roles`] serve organizations and workspaces alike, [`change`] is what they do in the database,
//! [`restrict`] changes what a place asks of whoever acts in it, [`settle`] does in batches what concerns all members of
//! a place.

pub mod acting;
pub mod change;
pub mod ending;
pub mod http;
pub mod join;
pub mod members;
pub mod mine;
pub mod restrict;
pub mod roles;
pub mod said;
pub mod settle;
pub mod slug;
pub mod store;
pub mod view;

use crate::config;
use crate::id::OrganizationId;
use crate::membership::restriction::Restriction;
use crate::user;
use keyrack_protocol::Code;
use serde_json::{Map, Value};

/// An organization that was not deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
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
    /// The workspace that new members are put into.
    pub auto_assigned_workspace: Option<String>,
    /// How many members it has.
    pub members: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// What it asks of whoever acts in it.
    pub asks: Restriction,
}

/// Decides whether a user may make one more organization, who is in `member_of` and has made `made`.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::CreationNotAllowed`], [`Code::TooManyOrganizations`].
pub fn may_create(rules: &config::Organizations, (member_of, made): (i64, i64)) -> Result<(), Code> {
    if !rules.enabled {
        return Err(Code::OrganizationsDisabled);
    }
    if !rules.users_create {
        return Err(Code::CreationNotAllowed);
    }
    if member_of >= i64::from(rules.max_per_user) || made >= i64::from(rules.max_created_per_user) {
        return Err(Code::TooManyOrganizations);
    }
    Ok(())
}

/// A name of an organization, workspace or role, as it is kept.
///
/// # Errors
/// [`Code::RequiredField`] when nothing is left of it, [`Code::InvalidName`].
pub fn name(text: &str) -> Result<String, Code> {
    match user::name(text)? {
        name if name.is_empty() => Err(Code::RequiredField),
        name => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Organizations;

    #[test]
    fn who_may_make_one_is_what_the_deployment_says() {
        let on =
            Organizations { enabled: true, max_per_user: 3, max_created_per_user: 2, ..Default::default() };
        assert_eq!(may_create(&on, (2, 1)), Ok(()));
        assert_eq!(may_create(&on, (3, 1)), Err(Code::TooManyOrganizations));
        assert_eq!(may_create(&on, (2, 2)), Err(Code::TooManyOrganizations));
        let nobody = Organizations { users_create: false, ..on.clone() };
        assert_eq!(may_create(&nobody, (0, 0)), Err(Code::CreationNotAllowed));
        let off = Organizations { enabled: false, ..on };
        assert_eq!(may_create(&off, (0, 0)), Err(Code::OrganizationsDisabled));
    }

    #[test]
    fn a_name_is_not_empty() {
        assert_eq!(name(" Acme "), Ok("Acme".to_owned()));
        assert_eq!(name("   "), Err(Code::RequiredField));
        assert_eq!(name("a\u{0}"), Err(Code::InvalidName));
    }
}
