//! `/admin/v1/organizations/{organization_id}/members`, and those of workspaces.

use super::said::REASON;
use super::{Said, organizations, user_id, workspaces};
use crate::admin::members::{self, Shown, Whom};
use crate::admin::view::List;
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::config::teams::Kind;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::membership::list::{Asked, Cursor};
use crate::membership::words;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, OrganizationMember, WorkspaceMember};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

const LIST: &[Field] = &[
    Field::optional("search", "What a name, an address or a username begins with.").length(0, 254),
    Field::optional("limit", "Entries of the page, 1 to 200 (50).").pattern("^[1-9][0-9]{0,2}$"),
    Field::optional("cursor", "The `next_cursor` of the page before, of the same search."),
];
const ROLE: Field = Field::optional(
    "role_id",
    "The role's id, or its key in keyrack.toml; that of whoever joins if nothing is said. A member gets it beside those \
     of before.",
);
const ADD: &[Field] = &[Field::required("user_id", "Whom to let in."), ROLE];
const WHY: &[Field] = &[REASON];
const OF_NEWCOMER: &[Code] =
    &[Code::RequiredField, Code::UserNotFound, Code::RoleNotFound, Code::MembershipNotFound];
const OF_MEMBER: &[Code] = &[Code::MembershipNotFound, Code::UserNotFound];
const OF_ROLE: &[Code] = &[Code::MembershipNotFound, Code::UserNotFound, Code::RoleNotFound];

/// What the operations of one kind of place are called, and where they are.
struct Paths {
    /// All members, one of them, one of its roles.
    paths: [&'static str; 3],
    /// Listing, letting in, putting out, giving and taking roles.
    ids: [&'static str; 5],
    /// Why the place cannot be spoken of.
    inside: &'static [Code],
}

const OF_ORGANIZATIONS: Paths = Paths {
    paths: [
        "/admin/v1/organizations/{organization_id}/members",
        "/admin/v1/organizations/{organization_id}/members/{user_id}",
        "/admin/v1/organizations/{organization_id}/members/{user_id}/roles/{role_id}",
    ],
    ids: [
        "listOrganizationMembers",
        "addOrganizationMember",
        "adminRemoveOrganizationMember",
        "adminGiveOrganizationRole",
        "adminTakeOrganizationRole",
    ],
    inside: organizations::INSIDE,
};
const OF_WORKSPACES: Paths = Paths {
    paths: [
        "/admin/v1/workspaces/{workspace_id}/members",
        "/admin/v1/workspaces/{workspace_id}/members/{user_id}",
        "/admin/v1/workspaces/{workspace_id}/members/{user_id}/roles/{role_id}",
    ],
    ids: [
        "listWorkspaceMembers",
        "addWorkspaceMember",
        "adminRemoveWorkspaceMember",
        "adminGiveWorkspaceRole",
        "adminTakeWorkspaceRole",
    ],
    inside: workspaces::INSIDE,
};

/// The routes of this feature.
pub fn routes() -> Routes {
    of::<OrganizationMember>(&OF_ORGANIZATIONS).and(of::<WorkspaceMember>(&OF_WORKSPACES))
}

fn of<M: Shown + Serialize + JsonSchema>(these: &Paths) -> Routes {
    let ([all, one, role], [listing, adding, removing, giving, taking]) = (these.paths, these.ids);
    let about = "List members. The oldest first, or those who are found, by what they are found by.";
    let list_them = Operation::get::<List<M>>(all, listing, about)
        .takes(LIST)
        .of_backend(Scope::OrganizationsRead)
        .refuses(these.inside);
    let about = "Let an account in. Without an invitation, and beyond the caps; it is told. Into a workspace only a member of \
                 its organization.";
    let add_it = Operation::post::<M>(all, adding, about)
        .takes(ADD)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(these.inside, OF_NEWCOMER);
    let about = "Put a member out. Also the last administrator; it acts there no more, and is told.";
    let remove = Operation::post::<M>(one, removing, about);
    let remove_it = Operation { method: Method::DELETE, ..remove }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(these.inside, OF_MEMBER);
    let about = "Give a member a role. Beside those of before.";
    let give = Operation::post::<M>(role, giving, about);
    let give_it = Operation { method: Method::PUT, ..give }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(these.inside, OF_ROLE);
    let about = "Take a role from a member. Also from the last administrator.";
    let take = Operation::post::<M>(role, taking, about);
    let take_it = Operation { method: Method::DELETE, ..take }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(these.inside, OF_ROLE);
    Routes::default()
        .add(list_them, list::<M>)
        .add(add_it, add::<M>)
        .add(remove_it, remove_one::<M>)
        .add(give_it, give_role::<M>)
        .add(take_it, take_role::<M>)
}

/// The place that a path names.
fn place(kind: Kind, path: &Named) -> Result<String> {
    match kind {
        Kind::Organization => organizations::named(path),
        Kind::Workspace => workspaces::named(path),
    }
}

/// Members are listed in an order of their own, behind cursors of their own.
async fn list<M: Shown + Serialize>(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsRead)?;
    let cursor = said.text("cursor")?.map(|text| Cursor::parse(text).ok_or(Code::InvalidParameter));
    let asked = Asked {
        search: words::word(said.text("search")?.unwrap_or_default()),
        page: 1,
        limit: said.number("limit", 1..=200)?.unwrap_or(50),
        after: cursor.transpose()?,
    };
    let (id, site) = (place(M::KIND, &path)?, Arc::clone(&backend.site));
    let list = backend.app.db.read(move |on| {
        let (items, next) = members::page::<M>(on, &site, &id, &asked)?;
        Ok(List { items, next_cursor: next.map(|next| next.to_text()) })
    });
    Ok(answer::bare(&list.await?))
}

/// Whom a path names.
fn whom(kind: Kind, path: &Named) -> Result<Whom> {
    Ok(Whom { place: place(kind, path)?, user: user_id(&path.id("user_id"))? })
}

async fn add<M: Shown + Serialize>(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let whom = Whom { place: place(M::KIND, &path)?, user: user_id(said.required("user_id")?)? };
    let role = said.text("role_id")?.map(str::to_owned);
    let added = members::add::<M>(&backend.app, &backend.site, (whom, role), backend.by());
    Ok(answer::bare(&added.await?))
}

async fn remove_one<M: Shown + Serialize>(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (whom, by) = (whom(M::KIND, &path)?, said.by(&backend)?);
    Ok(answer::bare(&members::remove::<M>(&backend.app, &backend.site, whom, by).await?))
}

async fn give_role<M: Shown + Serialize>(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (given, by) = ((whom(M::KIND, &path)?, path.id("role_id")), said.by(&backend)?);
    Ok(answer::bare(&members::give::<M>(&backend.app, &backend.site, given, by).await?))
}

async fn take_role<M: Shown + Serialize>(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (taken, by) = ((whom(M::KIND, &path)?, path.id("role_id")), said.by(&backend)?);
    Ok(answer::bare(&members::take::<M>(&backend.app, &backend.site, taken, by).await?))
}
