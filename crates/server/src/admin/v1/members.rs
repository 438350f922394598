//! `/admin/v1/organizations/{organization_id}/members`.

use super::organizations::{INSIDE, named};
use super::said::REASON;
use super::{Said, user_id};
use crate::admin::members::{self, Whom};
use crate::admin::view::List;
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::membership::list::{Asked, Cursor};
use crate::membership::words;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, OrganizationMember};
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
const OF_MEMBER: &[Code] = &[Code::MembershipNotFound, Code::UserNotFound];
const OF_ROLE: &[Code] = &[Code::MembershipNotFound, Code::UserNotFound, Code::RoleNotFound];

/// The routes of this feature.
pub fn routes() -> Routes {
    let all = "/admin/v1/organizations/{organization_id}/members";
    let one = "/admin/v1/organizations/{organization_id}/members/{user_id}";
    let role = "/admin/v1/organizations/{organization_id}/members/{user_id}/roles/{role_id}";
    let about = "List members. The oldest first, or those who are found, by what they are found by.";
    let list_them = Operation::get::<List<OrganizationMember>>(all, "listOrganizationMembers", about)
        .takes(LIST)
        .of_backend(Scope::OrganizationsRead)
        .refuses(INSIDE);
    let about = "Let an account in. Without an invitation, and beyond the caps; it is told.";
    let add_it = Operation::post::<OrganizationMember>(all, "addOrganizationMember", about)
        .takes(ADD)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(INSIDE, &[Code::RequiredField, Code::UserNotFound, Code::RoleNotFound]);
    let about = "Put a member out. Also the last administrator; it acts there no more, and is told.";
    let remove = Operation::post::<OrganizationMember>(one, "adminRemoveOrganizationMember", about);
    let remove_it = Operation { method: Method::DELETE, ..remove }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(INSIDE, OF_MEMBER);
    let about = "Give a member a role. Beside those of before.";
    let give = Operation::post::<OrganizationMember>(role, "adminGiveOrganizationRole", about);
    let give_it = Operation { method: Method::PUT, ..give }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(INSIDE, OF_ROLE);
    let about = "Take a role from a member. Also from the last administrator.";
    let take = Operation::post::<OrganizationMember>(role, "adminTakeOrganizationRole", about);
    let take_it = Operation { method: Method::DELETE, ..take }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(INSIDE, OF_ROLE);
    Routes::default()
        .add(list_them, list)
        .add(add_it, add)
        .add(remove_it, remove_one)
        .add(give_it, give_role)
        .add(take_it, take_role)
}

/// Members are listed in an order of their own, behind cursors of their own.
async fn list(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsRead)?;
    let cursor = said.text("cursor")?.map(|text| Cursor::parse(text).ok_or(Code::InvalidParameter));
    let asked = Asked {
        search: words::word(said.text("search")?.unwrap_or_default()),
        page: 1,
        limit: said.number("limit", 1..=200)?.unwrap_or(50),
        after: cursor.transpose()?,
    };
    let (id, site) = (named(&path)?, Arc::clone(&backend.site));
    let list = backend.app.db.read(move |on| {
        let (items, next) = members::page(on, &site, &id, &asked)?;
        Ok(List { items, next_cursor: next.map(|next| next.to_text()) })
    });
    Ok(answer::bare(&list.await?))
}

/// Whom a path names.
fn whom(path: &Named) -> Result<Whom> {
    Ok(Whom { organization: named(path)?, user: user_id(&path.id("user_id"))? })
}

async fn add(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let whom = Whom { organization: named(&path)?, user: user_id(said.required("user_id")?)? };
    let role = said.text("role_id")?.map(str::to_owned);
    let added = members::add(&backend.app, &backend.site, (whom, role), backend.by());
    Ok(answer::bare(&added.await?))
}

async fn remove_one(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (whom, by) = (whom(&path)?, said.by(&backend)?);
    Ok(answer::bare(&members::remove(&backend.app, &backend.site, whom, by).await?))
}

async fn give_role(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (given, by) = ((whom(&path)?, path.id("role_id")), said.by(&backend)?);
    Ok(answer::bare(&members::give(&backend.app, &backend.site, given, by).await?))
}

async fn take_role(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (taken, by) = ((whom(&path)?, path.id("role_id")), said.by(&backend)?);
    Ok(answer::bare(&members::take(&backend.app, &backend.site, taken, by).await?))
}
