//! What of organizations and workspaces must fit together.

use super::fit::Told;
use super::teams::{Kind, Roles};
use super::{Severity, Workspaces};

use Severity::{Error, Warning};

impl Told<'_> {
    /// Roles that do not exist, permissions that nobody knows, and what could never be given to anybody.
    pub(super) fn teams(&self) {
        let (organizations, workspaces) = (&self.deployment.organizations, &self.deployment.workspaces);
        self.workspaces_need_organizations(workspaces);
        for (table, kind, roles) in [
            ("organizations", Kind::Organization, &organizations.roles),
            ("workspaces", Kind::Workspace, &workspaces.roles),
        ] {
            self.default_roles(table, roles);
            self.permissions(table, roles);
            self.administrators(table, kind, roles);
        }
    }

    fn workspaces_need_organizations(&self, workspaces: &Workspaces) {
        if workspaces.enabled
            && !self.deployment.organizations.enabled
            && !self.is_bad(&["organizations.enabled"])
        {
            let text = "a workspace is in an organization; set enabled under [deployment.organizations] too";
            self.say(Error, "workspaces.enabled", text);
        }
    }

    fn default_roles(&self, table: &str, roles: &Roles) {
        for (key, role) in [("creator_role", &roles.creator), ("member_role", &roles.member)] {
            let place = format!("{table}.{key}");
            if !roles.everywhere.iter().any(|known| known.key == *role) && !self.is_bad(&[&place]) {
                let known: Vec<&str> = roles.everywhere.iter().map(|role| role.key.as_str()).collect();
                let text = format!(
                    "{key} {role:?} is no role; known ones: {}; add [deployment.{table}.roles.{role}] or name one of them",
                    known.join(", ")
                );
                self.say(Error, &place, text);
            }
        }
    }

    fn permissions(&self, table: &str, roles: &Roles) {
        let lists = [format!("{table}.permissions"), format!("{table}.archived_permissions")];
        if self.is_bad(&[&lists[0], &lists[1]]) {
            return;
        }
        for permission in roles.archived.iter().filter(|archived| roles.permissions.contains(archived)) {
            let text = format!("{permission:?} is in permissions as well; take it out of one of the lists");
            self.say(Error, &format!("{table}.archived_permissions.{permission}"), text);
        }
        for role in &roles.everywhere {
            for permission in role.permissions.iter().filter(|permission| !roles.knows(permission)) {
                let text = format!(
                    "the role {:?} has {permission:?}, which is in no list; add it to permissions under [deployment.{table}]",
                    role.key
                );
                self.say(Error, &format!("{table}.roles.{}.permissions.{permission}", role.key), text);
            }
        }
    }

    fn administrators(&self, table: &str, kind: Kind, roles: &Roles) {
        let role = |key: &str| roles.everywhere.iter().find(|role| role.key == key);
        let administrate = kind.administrate();
        let has = |permissions: &[String], one: &str| permissions.iter().any(|permission| permission == one);
        if let Some(creator) = role(&roles.creator) {
            let place = format!("{table}.creator_role");
            if !has(&creator.permissions, administrate) {
                let text = format!(
                    "the role {:?} lacks {administrate:?}: nobody could administrate what somebody makes; add it to the role's permissions",
                    creator.key
                );
                self.say(Error, &place, text);
            }
            for missing in roles.permissions.iter().filter(|one| !has(&creator.permissions, one)) {
                let text = format!(
                    "the creator's role {:?} lacks {missing:?}, so nobody could ever give it; add it to the role's permissions",
                    creator.key
                );
                self.say(Warning, &place, text);
            }
        }
        if role(&roles.member).is_some_and(|member| has(&member.permissions, administrate)) {
            let text = format!("everybody who joins gets {administrate:?}; name a role with less");
            self.say(Warning, &format!("{table}.member_role"), text);
        }
    }
}
