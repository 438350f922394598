//! The roles of organizations and workspaces: lists, and those of a place's own.

use super::acting::{Actor, IN_ORGANIZATION};
use super::members::named;
use super::{change, name, settle, view};
use crate::app::Site;
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
use http::Method;
use keyrack_protocol::{Code, OrganizationRole, Removed};
use schemars::JsonSchema;

const PERMISSIONS: Field =
    Field::optional("permissions", "What it allows: some of the catalogue, which whoever asks has.").list();
const CREATE: &[Field] =
    &[Field::required("name", "What it is called, at most 100 characters.").length(1, 100), PERMISSIONS];
const UPDATE: &[Field] =
    &[Field::optional("name", "What it is called from now on.").length(1, 100), PERMISSIONS];
const CREATES: &[Code] = &[
    Code::PermissionDenied,
    Code::OwnRolesNotAllowed,
    Code::UnknownPermission,
    Code::RoleExceedsYours,
    Code::TooManyRoles,
    Code::RequiredField,
    Code::InvalidName,
];
const UPDATES: &[Code] = &[
    Code::RoleNotFound,
    Code::PermissionDenied,
    Code::OwnRolesNotAllowed,
    Code::UnknownPermission,
    Code::RoleExceedsYours,
    Code::LastAdministrator,
    Code::RequiredField,
    Code::InvalidName,
];
const REMOVES: &[Code] = &[Code::RoleNotFound, Code::PermissionDenied, Code::LastAdministrator];

/// What is the same of both kinds, said of one.
#[derive(Clone, Copy, Debug)]
pub struct Paths {
    /// Which kind.
    pub kind: Kind,
    /// Of the list, and of a role; then of the same by what is done: change one, remove one.
    pub paths: [&'static str; 4],
    /// What the operations are called: list, create, change, remove, and the last two where methods say what is done.
    pub ids: [&'static str; 6],
    /// Why anything in it is refused.
    pub inside: &'static [Code],
}

const ORGANIZATIONS: Paths = Paths {
    kind: Kind::Organization,
    paths: [
        "/organizations/{organization_id}/roles",
        "/organizations/{organization_id}/roles/{role_id}",
        "/organizations/{organization_id}/roles/{role_id}/update",
        "/organizations/{organization_id}/roles/{role_id}/remove",
    ],
    ids: [
        "getOrganizationRoles",
        "createOrganizationRole",
        "updateOrganizationRole",
        "removeOrganizationRole",
        "patchOrganizationRole",
        "deleteOrganizationRole",
    ],
    inside: IN_ORGANIZATION,
};

/// The routes of roles of organizations.
pub fn of_organizations() -> Routes {
    of::<OrganizationRole>(ORGANIZATIONS)
}

/// The routes of roles of one kind of places, which are shown as `R`.
pub fn of<R: JsonSchema>(it: Paths) -> Routes {
    let Paths { kind, inside, .. } = it;
    let [list_path, one, updating, removing] = it.paths;
    let [list_id, create_id, update_id, remove_id, patch_id, delete_id] = it.ids;
    let about = "Roles. For every member: those that there are everywhere, then those of this place's own.";
    let list_them = Operation::get::<Vec<R>>(list_path, list_id, about).of_browser().refuses(inside);
    let about = "Make a role of one's own. For administrators, where the deployment allows it; it allows nothing that \
                 whoever makes it may not.";
    let create_it = Operation::post::<R>(list_path, create_id, about)
        .takes(CREATE)
        .of_browser()
        .refuses_also(inside, CREATES);
    let about = "Change a role of one's own. For administrators, where the deployment allows it; what is not said \
                 stays. Whoever has it may at once what it allows, and no more.";
    let update_it = Operation::post::<R>(updating, update_id, about)
        .takes(UPDATE)
        .of_browser()
        .refuses_also(inside, UPDATES);
    let about = "Remove a role of one's own. For administrators; whoever has it loses it.";
    let remove_it =
        Operation::post::<Removed>(removing, remove_id, about).of_browser().refuses_also(inside, REMOVES);
    let update = move |account: Account, path: Named, fields: Fields| update(account, path, fields, kind);
    let remove = move |account: Account, path: Named| remove(account, path, kind);
    Routes::default()
        .add(list_them, move |account: Account, path: Named| list(account, path, kind))
        .add(create_it, move |account: Account, path: Named, fields: Fields| {
            create(account, path, fields, kind)
        })
        .add(update_it.also_at(Method::PATCH, one, patch_id), update)
        .add(update_it, update)
        .add(remove_it.also_at(Method::DELETE, one, delete_id), remove)
        .add(remove_it, remove)
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

/// What a list of permissions says; none where nothing is said.
fn permissions(fields: &Fields) -> Result<Option<Vec<String>>> {
    let asked = fields.list("permissions")?;
    Ok(asked.map(|asked| asked.into_iter().map(str::to_owned).collect()))
}

fn show(site: &Site, (kind, of): (Kind, &str), role: &Role) -> Response {
    match kind {
        Kind::Organization => answer::ok(view::organization_role(site, of, role)),
        Kind::Workspace => answer::ok(view::workspace_role(site, of, role)),
    }
}

/// `name`, `permissions?`.
async fn create(account: Account, path: Named, fields: Fields, kind: Kind) -> Result<Response> {
    let name = name(fields.required("name")?)?;
    let asked = permissions(&fields)?.unwrap_or_default();
    let (id, role, actor) = (named(&path, kind), RoleId::draw(&account.app.world), Actor::of(&account));
    let of = id.clone();
    let created = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        change::create_role(tx, &actor, &acting, (&role, &name, &asked))
    });
    Ok(show(&account.site, (kind, &of), &created.await?))
}

/// `name?`, `permissions?`.
async fn update(account: Account, path: Named, fields: Fields, kind: Kind) -> Result<Response> {
    let name = fields.text("name")?.map(name).transpose()?;
    let asked = permissions(&fields)?;
    let (id, role, actor) = (named(&path, kind), path.id("role_id"), Actor::of(&account));
    let of = id.clone();
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        change::change_role(tx, &actor, &acting, (&role, name.as_deref(), asked.as_deref()))
    });
    Ok(show(&account.site, (kind, &of), &changed.await?))
}

async fn remove(account: Account, path: Named, kind: Kind) -> Result<Response> {
    let (id, role, actor) = (named(&path, kind), path.id("role_id"), Actor::of(&account));
    let removed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        change::remove_role(tx, &actor, &acting, &role)
    });
    let id = removed.await?.id;
    settle::soon(&account.app, &account.site);
    Ok(answer::ok(Removed { id }))
}
