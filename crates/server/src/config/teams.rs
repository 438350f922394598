//! What a deployment says of organizations and workspaces: whether there are any, who may make them, and which
//! roles and permissions there are.

use super::domains::{self, Domains};
use super::table::Table;
use super::value;

/// What every organization's catalogue holds, whatever the file says.
pub const OF_ORGANIZATIONS: [&str; 3] = ["organization:admin", "organization:manage", "organization:member"];
/// What every workspace's catalogue holds, whatever the file says.
pub const OF_WORKSPACES: [&str; 3] = ["workspace:admin", "workspace:manage", "workspace:member"];

/// Organizations of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organizations {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether any user may make one.
    pub users_create: bool,
    /// Organizations that one user may be in, 1 to 1 000.
    pub max_per_user: u32,
    /// Organizations that one user may have made, 1 to 1 000.
    pub max_created_per_user: u32,
    /// Members of one organization; 0 for any number.
    pub max_members: u32,
    /// Whether an administrator may delete one.
    pub deletion: bool,
    /// Whether one may be restricted to some addresses.
    pub restrict_addresses: bool,
    /// What their members may be.
    pub roles: Roles,
    /// Domains that they may claim.
    pub domains: Domains,
}

/// Workspaces of a deployment's organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspaces {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether any member of an organization may make one there, or only who manages it.
    pub members_create: bool,
    /// Workspaces of one organization, 1 to 10 000.
    pub max_per_organization: u32,
    /// Members of one workspace; 0 for any number.
    pub max_members: u32,
    /// Whether an administrator may delete one.
    pub deletion: bool,
    /// Whether one may be restricted to some addresses.
    pub restrict_addresses: bool,
    /// What their members may be.
    pub roles: Roles,
}

/// What members may be, and what that allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Whether there may be roles of one organization's or workspace's own.
    pub own: bool,
    /// What a role may allow.
    pub permissions: Vec<String>,
    /// What a role allows that had it before it was archived; no other role gets it.
    pub archived: Vec<String>,
    /// The roles that there are everywhere.
    pub everywhere: Vec<Role>,
    /// The key of the role of whoever makes one.
    pub creator: String,
    /// The key of the role of whoever joins one.
    pub member: String,
}

/// A role that there is everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name in the file, from which its id is made.
    pub key: String,
    /// What people read.
    pub name: String,
    /// What it allows.
    pub permissions: Vec<String>,
}

/// A kind of roles: those of organizations, or those of workspaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of organizations.
    Organization,
    /// Of workspaces.
    Workspace,
}

impl Kind {
    /// What every catalogue of this kind holds: to administrate, to manage, to be a member.
    #[must_use]
    pub fn built_in(self) -> [&'static str; 3] {
        match self {
            Self::Organization => OF_ORGANIZATIONS,
            Self::Workspace => OF_WORKSPACES,
        }
    }

    /// The permission of administrators, of whom there is always one.
    #[must_use]
    pub fn administrate(self) -> &'static str {
        self.built_in()[0]
    }

    /// The permission to change things and members.
    #[must_use]
    pub fn manage(self) -> &'static str {
        self.built_in()[1]
    }

    /// The id of the role that the file calls `key`.
    #[must_use]
    pub fn role_id(self, key: &str) -> String {
        match self {
            Self::Organization => format!("rol_org_{key}"),
            Self::Workspace => format!("rol_wsp_{key}"),
        }
    }
}

impl Roles {
    /// What holds when nothing is said: an administrator with every permission, and a member.
    #[must_use]
    pub fn of(kind: Kind, permissions: Vec<String>, archived: Vec<String>) -> Self {
        let everywhere = vec![admin(permissions.iter().chain(&archived)), member(kind)];
        Self {
            own: false,
            permissions,
            archived,
            everywhere,
            creator: "admin".to_owned(),
            member: "member".to_owned(),
        }
    }

    /// Whether a permission still means something: the file has it, archived or not.
    #[must_use]
    pub fn knows(&self, permission: &str) -> bool {
        self.permissions.iter().chain(&self.archived).any(|known| known == permission)
    }
}

fn admin<'a>(permissions: impl Iterator<Item = &'a String>) -> Role {
    Role { key: "admin".to_owned(), name: "Admin".to_owned(), permissions: permissions.cloned().collect() }
}

fn member(kind: Kind) -> Role {
    Role {
        key: "member".to_owned(),
        name: "Member".to_owned(),
        permissions: vec![kind.built_in()[2].to_owned()],
    }
}

fn catalogue(kind: Kind) -> Vec<String> {
    kind.built_in().map(str::to_owned).to_vec()
}

impl Default for Organizations {
    fn default() -> Self {
        Self {
            enabled: false,
            users_create: true,
            max_per_user: 100,
            max_created_per_user: 20,
            max_members: 0,
            deletion: true,
            restrict_addresses: true,
            roles: Roles::of(Kind::Organization, catalogue(Kind::Organization), Vec::new()),
            domains: Domains::default(),
        }
    }
}

impl Default for Workspaces {
    fn default() -> Self {
        Self {
            enabled: false,
            members_create: false,
            max_per_organization: 100,
            max_members: 0,
            deletion: true,
            restrict_addresses: true,
            roles: Roles::of(Kind::Workspace, catalogue(Kind::Workspace), Vec::new()),
        }
    }
}

/// Reads `[deployment.organizations]`.
pub(super) fn organizations(mut table: Table<'_>) -> Organizations {
    let base = Organizations::default();
    let read = Organizations {
        enabled: table.flag("enabled").unwrap_or(base.enabled),
        users_create: table.flag("users_create").unwrap_or(base.users_create),
        max_per_user: table.number("max_per_user", 1..=1_000).unwrap_or(base.max_per_user),
        max_created_per_user: table
            .number("max_created_per_user", 1..=1_000)
            .unwrap_or(base.max_created_per_user),
        max_members: table.number("max_members", 0..=10_000_000).unwrap_or(base.max_members),
        deletion: table.flag("deletion").unwrap_or(base.deletion),
        restrict_addresses: table.flag("restrict_addresses").unwrap_or(base.restrict_addresses),
        roles: roles(&mut table, Kind::Organization),
        domains: domains::read(table.table("domains")),
    };
    table.finish();
    read
}

/// Reads `[deployment.workspaces]`.
pub(super) fn workspaces(mut table: Table<'_>) -> Workspaces {
    let base = Workspaces::default();
    let read = Workspaces {
        enabled: table.flag("enabled").unwrap_or(base.enabled),
        members_create: table.flag("members_create").unwrap_or(base.members_create),
        max_per_organization: table
            .number("max_per_organization", 1..=10_000)
            .unwrap_or(base.max_per_organization),
        max_members: table.number("max_members", 0..=10_000_000).unwrap_or(base.max_members),
        deletion: table.flag("deletion").unwrap_or(base.deletion),
        restrict_addresses: table.flag("restrict_addresses").unwrap_or(base.restrict_addresses),
        roles: roles(&mut table, Kind::Workspace),
    };
    table.finish();
    read
}

/// The roles and permissions of one kind.
fn roles(table: &mut Table<'_>, kind: Kind) -> Roles {
    let mut permissions = catalogue(kind);
    for permission in table.list("permissions", value::permission).unwrap_or_default() {
        if !permissions.contains(&permission) {
            permissions.push(permission);
        }
    }
    let archived = table.list("archived_permissions", value::permission).unwrap_or_default();
    let base = Roles::of(kind, permissions, archived);
    let everywhere = everywhere(table, &base);
    Roles {
        own: table.flag("own_roles").unwrap_or(base.own),
        archived: base.archived,
        creator: table.text("creator_role", value::role_key).unwrap_or(base.creator),
        member: table.text("member_role", value::role_key).unwrap_or(base.member),
        permissions: base.permissions,
        everywhere,
    }
}

/// The roles that the file has tables for; without any, those that there are when nothing is said.
fn everywhere(table: &mut Table<'_>, base: &Roles) -> Vec<Role> {
    let mut tables = table.table("roles");
    let mut all = Vec::new();
    for key in tables.left() {
        if let Err(text) = value::role_key(key.get_ref()) {
            tables.source.refuse(&key.span(), text);
        }
        let mut role = tables.table(key.get_ref());
        let known = base.everywhere.iter().find(|known| known.key == *key.get_ref()).cloned();
        let name = match &known {
            Some(known) => role.text("name", value::role_name).or_else(|| Some(known.name.clone())),
            None => role.required("name", value::role_name),
        };
        let permissions = role.list("permissions", value::permission);
        role.finish();
        all.push(Role {
            name: name.unwrap_or_default(),
            permissions: permissions.or_else(|| known.map(|known| known.permissions)).unwrap_or_default(),
            key: key.into_inner(),
        });
    }
    if all.is_empty() { base.everywhere.clone() } else { all }
}
