//! The roles of organizations and workspaces: lists, and those of a place's own.

use super::acting::{Actor, IN_ORGANIZATION, IN_WORKSPACE};
use super::members::named;
use super::{change, name, view};
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::RoleId;
use crate::membership::{Role, role};
use axum::response::Response;
use keyrack_protocol::{Code, OrganizationRole, Removed, WorkspaceRole};

const CREATE: &[Field] = &[
    Field::required("name", "What it is called, at most 100 characters.").length(1, 100),
    Field::optional("permissions", "What it allows: some of the catalogue, which whoever makes it has.")
        .list(),
];
const CREATES: &[Code] = &[
    Code::PermissionDenied,
    Code::OwnRolesNotAllowed,
    Code::UnknownPermission,
    Code::RoleExceedsYours,
    Code::TooManyRoles,
    Code::RequiredField,
    Code::InvalidName,
];
const REMOVES: &[Code] =
    &[Code::RoleNotFound, Code::PermissionDenied, Code::RoleExceedsYours, Code::LastAdministrator];

const LIST_ABOUT: &str =
    "Roles. For every member: those that there are everywhere, then those of this place's own.";
const CREATE_ABOUT: &str = "Make a role of one's own. For administrators, where the deployment allows it; it allows \
                            nothing that whoever makes it may not.";
const REMOVE_ABOUT: &str = "Remove a role of one's own. For administrators; whoever has it loses it.";

/// The routes of roles.
pub fn routes() -> Routes {
    organizations().and(workspaces())
}

fn organizations() -> Routes {
    let path = "/organizations/{organization_id}/roles";
    let list_them = Operation::get::<Vec<OrganizationRole>>(path, "getOrganizationRoles", LIST_ABOUT)
        .of_browser()
        .refuses(IN_ORGANIZATION);
    let create_it = Operation::post::<OrganizationRole>(path, "createOrganizationRole", CREATE_ABOUT)
        .takes(CREATE)
        .of_browser()
        .refuses_also(IN_ORGANIZATION, CREATES);
    let path = "/organizations/{organization_id}/roles/{role_id}/remove";
    let remove_it = Operation::post::<Removed>(path, "removeOrganizationRole", REMOVE_ABOUT)
        .of_browser()
        .refuses_also(IN_ORGANIZATION, REMOVES);
    Routes::default()
        .add(list_them, |account: Account, path: Named| list(account, path, Kind::Organization))
        .add(create_it, |account: Account, path: Named, fields: Fields| {
            create(account, path, fields, Kind::Organization)
        })
        .add(remove_it, |account: Account, path: Named| remove(account, path, Kind::Organization))
}

fn workspaces() -> Routes {
    let path = "/workspaces/{workspace_id}/roles";
    let list_them = Operation::get::<Vec<WorkspaceRole>>(path, "getWorkspaceRoles", LIST_ABOUT)
        .of_browser()
        .refuses(IN_WORKSPACE);
    let create_it = Operation::post::<WorkspaceRole>(path, "createWorkspaceRole", CREATE_ABOUT)
        .takes(CREATE)
        .of_browser()
        .refuses_also(IN_WORKSPACE, CREATES);
    let path = "/workspaces/{workspace_id}/roles/{role_id}/delete";
    let remove_it = Operation::post::<Removed>(path, "removeWorkspaceRole", REMOVE_ABOUT)
        .of_browser()
        .refuses_also(IN_WORKSPACE, REMOVES);
    Routes::default()
        .add(list_them, |account: Account, path: Named| list(account, path, Kind::Workspace))
        .add(create_it, |account: Account, path: Named, fields: Fields| {
            create(account, path, fields, Kind::Workspace)
        })
        .add(remove_it, |account: Account, path: Named| remove(account, path, Kind::Workspace))
}

async fn list(account: Account, path: Named, kind: Kind) -> Result<Response> {
    let (id, actor) = (named(&path, kind), Actor::of(&account));
    let of = id.clone();
    let read = account.app.db.read(move |on| {
        let place = actor.look(on, (kind, &id))?.place;
        role::all(on, actor.roles(kind), &place)
    });
    let roles = read.await?;
    let (site, roles) = (&account.site, roles.iter());
    Ok(match kind {
        Kind::Organization => {
            answer::ok(roles.map(|role| view::organization_role(site, &of, role)).collect::<Vec<_>>())
        }
        Kind::Workspace => {
            answer::ok(roles.map(|role| view::workspace_role(site, &of, role)).collect::<Vec<_>>())
        }
    })
}

/// `name`, `permissions?`.
async fn create(account: Account, path: Named, fields: Fields, kind: Kind) -> Result<Response> {
    let name = name(fields.required("name")?)?;
    let asked = fields.list("permissions")?.unwrap_or_default();
    let asked: Vec<String> = asked.into_iter().map(str::to_owned).collect();
    let (id, role, actor) = (named(&path, kind), RoleId::draw(&account.app.world), Actor::of(&account));
    let of = id.clone();
    let created = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        change::create_role(tx, &actor, &acting, (&role, &name, &asked))
    });
    let created: Role = created.await?;
    Ok(match kind {
        Kind::Organization => answer::ok(view::organization_role(&account.site, &of, &created)),
        Kind::Workspace => answer::ok(view::workspace_role(&account.site, &of, &created)),
    })
}

async fn remove(account: Account, path: Named, kind: Kind) -> Result<Response> {
    let (id, role, actor) = (named(&path, kind), path.id("role_id"), Actor::of(&account));
    let removed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        change::remove_role(tx, &actor, &acting, &role)
    });
    Ok(answer::ok(Removed { id: removed.await?.id }))
}
