//! `/admin/v1/workspaces`.

use super::organizations::SAID;
use super::said::{CURSOR, LIMIT, REASON};
use super::{Said, user_id};
use crate::admin::places::{self, absent};
use crate::admin::view::{List, Unrestricted, Workspace};
use crate::admin::workspaces::{self, Asked};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::config::teams::Kind;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{OrganizationId, WorkspaceId};
use crate::organization::said::{DESCRIPTION, METADATA, NAME, NEW_NAME, SLUG};
use axum::response::Response;
use http::Method;
use keyrack_protocol::Code;

const LIST: &[Field] = &[
    Field::optional("organization_id", "Only those in this organization."),
    Field::optional("user_id", "Only those that this account is a member of."),
    LIMIT,
    CURSOR,
];
const CREATE: &[Field] = &[
    Field::required("organization_id", "The organization that it is in."),
    NAME,
    Field::required("owner_user_id", "The member of the organization that gets the creator's role."),
    SLUG,
    DESCRIPTION,
    METADATA,
];
const UPDATE: &[Field] = &[NEW_NAME, SLUG, DESCRIPTION, METADATA, REASON];
const WHY: &[Field] = &[REASON];
/// Why a workspace cannot be spoken of.
pub const INSIDE: &[Code] = &[Code::OrganizationsDisabled, Code::WorkspacesDisabled, Code::WorkspaceNotFound];

/// The routes of this feature.
pub fn routes() -> Routes {
    let (all, one) = ("/admin/v1/workspaces", "/admin/v1/workspaces/{workspace_id}");
    let about = "List workspaces. The newest first.";
    let list_them = Operation::get::<List<Workspace>>(all, "listWorkspaces", about)
        .takes(LIST)
        .of_backend(Scope::OrganizationsRead)
        .refuses(&[Code::UserNotFound, Code::OrganizationNotFound]);
    let about = "Make a workspace. Also where members may not, and beyond their caps.";
    let create_it = Operation::post::<Workspace>(all, "adminCreateWorkspace", about)
        .takes(CREATE)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(
            SAID,
            &[
                Code::OrganizationsDisabled,
                Code::WorkspacesDisabled,
                Code::OrganizationNotFound,
                Code::UserNotFound,
                Code::MembershipNotFound,
            ],
        );
    let about = "Read a workspace. As every member sees it.";
    let show_it = Operation::get::<Workspace>(one, "adminGetWorkspace", about)
        .takes(&[])
        .of_backend(Scope::OrganizationsRead)
        .refuses(INSIDE);
    let about = "Change a workspace. What is not said stays.";
    let update = Operation::post::<Workspace>(one, "adminUpdateWorkspace", about);
    let update_it = Operation { method: Method::PATCH, ..update }
        .takes(UPDATE)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(SAID, INSIDE);
    let about = "Delete a workspace. For good: nobody acts in it any more.";
    let delete = Operation::post::<Workspace>(one, "adminDeleteWorkspace", about);
    let delete_it = Operation { method: Method::DELETE, ..delete }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses(INSIDE);
    let about = "Lift what it asks. Of addresses and second factors, when nobody who manages it can come in.";
    let path = "/admin/v1/workspaces/{workspace_id}/unrestrict";
    let unrestrict_it = Operation::post::<Unrestricted>(path, "unrestrictWorkspace", about)
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses(INSIDE);
    Routes::default()
        .add(list_them, list)
        .add(create_it, create)
        .add(show_it, show)
        .add(update_it, update_one)
        .add(delete_it, delete_one)
        .add(unrestrict_it, unrestrict)
}

/// The id in the path.
pub fn named(path: &Named) -> Result<String> {
    let id = WorkspaceId::parse(&path.id("workspace_id")).ok_or(Code::WorkspaceNotFound)?;
    Ok(id.to_string())
}

fn organization_id(text: &str) -> Result<OrganizationId> {
    OrganizationId::parse(text).ok_or_else(|| absent(Kind::Organization))
}

async fn list(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsRead)?;
    let page = said.page(|text| WorkspaceId::parse(text).is_some())?;
    let asked = Asked {
        organization: said.text("organization_id")?.map(organization_id).transpose()?,
        member: said.text("user_id")?.map(user_id).transpose()?,
    };
    let deployment = backend.site.config.id.clone();
    let list = backend.app.db.read(move |on| {
        let found = workspaces::page(on, &deployment, &page, &asked)?;
        Ok(page.list(found, |workspace| &workspace.id))
    });
    Ok(answer::bare(&list.await?))
}

async fn create(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    said.required("name")?;
    let above = organization_id(said.required("organization_id")?)?.to_string();
    let (new, owner) = (said.of_place()?, user_id(said.required("owner_user_id")?)?);
    let made = workspaces::create(&backend.app, &backend.site, (above, new, owner), backend.by());
    Ok(answer::bare(&made.await?))
}

async fn show(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsRead)?;
    let (id, deployment) = (named(&path)?, backend.site.config.id.clone());
    let found = backend.app.db.read(move |on| workspaces::one(on, &deployment, &id));
    Ok(answer::bare(&found.await?))
}

async fn update_one(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (change, by) = ((named(&path)?, said.of_place()?), said.by(&backend)?);
    Ok(answer::bare(&workspaces::change(&backend.app, &backend.site, change, by).await?))
}

async fn delete_one(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (id, by) = (named(&path)?, said.by(&backend)?);
    Ok(answer::bare(&workspaces::delete(&backend.app, &backend.site, id, by).await?))
}

async fn unrestrict(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (id, by) = (named(&path)?, said.by(&backend)?);
    Ok(answer::bare(&places::unrestrict(&backend.app, &backend.site, id, by).await?))
}
