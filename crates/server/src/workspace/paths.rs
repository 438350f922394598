//! Members and roles of workspaces, which [`crate::organization::members`] and [`crate::organization::roles`] serve.

use super::{store, view};
use crate::app::Site;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::http::routes::Routes;
use crate::organization::acting::IN_WORKSPACE;
use crate::organization::members::{self, Around};
use crate::organization::roles;
use keyrack_protocol::{WorkspaceMember, WorkspaceMemberPage, WorkspaceRole};

const MEMBERS: members::Paths = members::Paths {
    kind: Kind::Workspace,
    paths: [
        "/workspaces/{workspace_id}/members",
        "/workspaces/{workspace_id}/members/{membership_id}",
        "/workspaces/{workspace_id}/members/{membership_id}/roles/{role_id}",
        "/workspaces/{workspace_id}/members/{membership_id}/update",
        "/workspaces/{workspace_id}/members/{membership_id}/remove",
        "/workspaces/{workspace_id}/members/{membership_id}/roles/{role_id}/add",
        "/workspaces/{workspace_id}/members/{membership_id}/roles/{role_id}/remove",
    ],
    ids: [
        "getWorkspaceMembers",
        "updateWorkspaceMember",
        "removeWorkspaceMember",
        "addWorkspaceMemberRole",
        "removeWorkspaceMemberRole",
        "patchWorkspaceMember",
        "deleteWorkspaceMember",
        "putWorkspaceMemberRole",
        "deleteWorkspaceMemberRole",
    ],
    inside: IN_WORKSPACE,
    around,
};

const ROLES: roles::Paths = roles::Paths {
    kind: Kind::Workspace,
    paths: [
        "/workspaces/{workspace_id}/roles",
        "/workspaces/{workspace_id}/roles/{role_id}",
        "/workspaces/{workspace_id}/roles/{role_id}/update",
        // Of organizations it is `remove`.
        "/workspaces/{workspace_id}/roles/{role_id}/delete",
    ],
    ids: [
        "getWorkspaceRoles",
        "createWorkspaceRole",
        "updateWorkspaceRole",
        "removeWorkspaceRole",
        "patchWorkspaceRole",
        "deleteWorkspaceRole",
    ],
    inside: IN_WORKSPACE,
};

fn around(on: &mut Snapshot<'_>, site: &Site, id: &str) -> Result<Around> {
    let (workspace, organization) = store::present(on, &site.config.id, id)?;
    Ok(Around::Workspace(Box::new(view::workspace(site, &workspace, &organization))))
}

/// The routes of members and roles.
pub fn routes() -> Routes {
    members::of::<WorkspaceMemberPage, WorkspaceMember>(MEMBERS).and(roles::of::<WorkspaceRole>(ROLES))
}
