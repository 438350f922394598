//! `/admin/v1/organizations`.

use super::Said;
use super::said::{CURSOR, LIMIT, REASON};
use super::user_id;
use crate::admin::places::absent;
use crate::admin::view::{List, Organization, Unrestricted};
use crate::admin::{organizations, places};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::config::teams::Kind;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::OrganizationId;
use crate::organization::said::{DESCRIPTION, METADATA, NAME, NEW_NAME, SLUG};
use axum::response::Response;
use http::Method;
use keyrack_protocol::Code;

const LIST: &[Field] =
    &[Field::optional("user_id", "Only those that this account is a member of."), LIMIT, CURSOR];
const CREATE: &[Field] = &[
    NAME,
    Field::required("owner_user_id", "The account that gets the creator's role."),
    SLUG,
    DESCRIPTION,
    METADATA,
];
const UPDATE: &[Field] = &[NEW_NAME, SLUG, DESCRIPTION, METADATA, REASON];
const WHY: &[Field] = &[REASON];
/// Why an organization cannot be spoken of.
pub const INSIDE: &[Code] = &[Code::OrganizationsDisabled, Code::OrganizationNotFound];
/// What is wrong with what is said of one.
pub const SAID: &[Code] = &[
    Code::RequiredField,
    Code::InvalidName,
    Code::InvalidSlug,
    Code::SlugTaken,
    Code::InvalidDescription,
    Code::InvalidMetadata,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let (all, one) = ("/admin/v1/organizations", "/admin/v1/organizations/{organization_id}");
    let about = "List organizations. The newest first.";
    let list_them = Operation::get::<List<Organization>>(all, "listOrganizations", about)
        .takes(LIST)
        .of_backend(Scope::OrganizationsRead)
        .refuses(&[Code::UserNotFound]);
    let about = "Make an organization. Also where accounts may not, and beyond their caps.";
    let create_it = Operation::post::<Organization>(all, "adminCreateOrganization", about)
        .takes(CREATE)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(SAID, &[Code::OrganizationsDisabled, Code::UserNotFound]);
    let about = "Read an organization. As every member sees it.";
    let show_it = Operation::get::<Organization>(one, "adminGetOrganization", about)
        .takes(&[])
        .of_backend(Scope::OrganizationsRead)
        .refuses(INSIDE);
    let about = "Change an organization. What is not said stays.";
    let update = Operation::post::<Organization>(one, "adminUpdateOrganization", about);
    let update_it = Operation { method: Method::PATCH, ..update }
        .takes(UPDATE)
        .of_backend(Scope::OrganizationsWrite)
        .refuses_also(SAID, INSIDE);
    let about = "Delete an organization. With its workspaces, for good: nobody acts in it any more.";
    let delete = Operation::post::<Organization>(one, "adminDeleteOrganization", about);
    let delete_it = Operation { method: Method::DELETE, ..delete }
        .takes(WHY)
        .of_backend(Scope::OrganizationsWrite)
        .refuses(INSIDE);
    let about = "Lift what it asks. Of addresses and second factors, when nobody who manages it can come in.";
    let path = "/admin/v1/organizations/{organization_id}/unrestrict";
    let unrestrict_it = Operation::post::<Unrestricted>(path, "unrestrictOrganization", about)
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
    let id = OrganizationId::parse(&path.id("organization_id")).ok_or_else(|| absent(Kind::Organization))?;
    Ok(id.to_string())
}

async fn list(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsRead)?;
    let page = said.page(|text| OrganizationId::parse(text).is_some())?;
    let member = said.text("user_id")?.map(user_id).transpose()?;
    let deployment = backend.site.config.id.clone();
    let list = backend.app.db.read(move |on| {
        let found = organizations::page(on, &deployment, &page, member.as_ref())?;
        Ok(page.list(found, |organization| &organization.id))
    });
    Ok(answer::bare(&list.await?))
}

async fn create(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    said.required("name")?;
    let (new, owner) = (said.of_place()?, user_id(said.required("owner_user_id")?)?);
    let by = backend.by();
    let made = organizations::create(&backend.app, &backend.site, (new, owner), by);
    Ok(answer::bare(&made.await?))
}

async fn show(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsRead)?;
    let (id, deployment) = (named(&path)?, backend.site.config.id.clone());
    let found = backend.app.db.read(move |on| organizations::one(on, &deployment, &id));
    Ok(answer::bare(&found.await?))
}

async fn update_one(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (change, by) = ((named(&path)?, said.of_place()?), said.by(&backend)?);
    Ok(answer::bare(&organizations::change(&backend.app, &backend.site, change, by).await?))
}

async fn delete_one(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (id, by) = (named(&path)?, said.by(&backend)?);
    Ok(answer::bare(&organizations::delete(&backend.app, &backend.site, id, by).await?))
}

async fn unrestrict(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::OrganizationsWrite)?;
    let (id, by) = (named(&path)?, said.by(&backend)?);
    Ok(answer::bare(&places::unrestrict(&backend.app, &backend.site, id, by).await?))
}
