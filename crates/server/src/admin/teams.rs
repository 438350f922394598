//! `/admin/organizations`, on the socket.

use super::called::Change;
use super::door::{About, Body, Operator};
use super::organizations;
use super::page::Page;
use crate::audit::Event;
use crate::error::Result;
use crate::http::answer;
use crate::id::OrganizationId;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

/// `user?` (id, address or username), `limit?`, `cursor?`: newest first.
///
/// # Errors
/// `invalid_parameter`, `user_not_found`.
pub async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["user", "limit", "cursor"])?;
    let is_id = |text: &str| OrganizationId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let member = super::http::asked_for(&operator).await?;
    let deployment = operator.site.config.id.clone();
    let list = operator.app.db.read(move |on| {
        let found = organizations::page(on, &deployment, &page, member.as_ref())?;
        Ok(page.list(found, |organization| &organization.id))
    });
    Ok(answer::ok(list.await?))
}

/// One of them, by id or slug.
///
/// # Errors
/// As [`organizations::named`].
pub async fn show(operator: Operator, Path(organization): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let id = organizations::named(&operator.app, &operator.site, &organization).await?;
    let deployment = operator.site.config.id.clone();
    let shown = operator.app.db.read(move |on| organizations::one(on, &deployment, &id));
    Ok(answer::ok(shown.await?))
}

/// What is said of one that is to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    name: String,
    slug: Option<String>,
    description: Option<String>,
    public_metadata: Option<Map<String, Value>>,
    owner: String,
}

/// `name`, `slug?`, `description?`, `public_metadata?`, `owner`, who gets the creator's role.
///
/// # Errors
/// As [`organizations::create`], and what is wrong with name and slug.
pub async fn create(operator: Operator, Body(new): Body<New>) -> Result<Response> {
    operator.says_only(&[])?;
    let New { name, slug, description, public_metadata, .. } = &new;
    let said = Change {
        name: Some(name.clone()),
        slug: slug.clone(),
        description: description.clone(),
        public_metadata: public_metadata.clone(),
    };
    let said = said.said()?;
    let owner = super::http::named(&operator, &new.owner).await?;
    let by = operator.by();
    let made = organizations::create(&operator.app, &operator.site, (said, owner), by).await?;
    operator.log(Event::OrganizationCreated, About { place: Some(&made.id), ..About::default() });
    Ok(answer::ok(made))
}

/// `name?`, `slug?`, `description?`, `public_metadata?`.
///
/// # Errors
/// As [`organizations::change`], and what is wrong with them.
pub async fn update(
    operator: Operator,
    Path(organization): Path<String>,
    Body(change): Body<Change>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let said = change.said()?;
    let (app, site) = (&operator.app, &operator.site);
    let id = organizations::named(app, site, &organization).await?;
    let changed = organizations::change(app, site, (id, said), operator.saying()?).await?;
    operator.log(Event::OrganizationChanged, About { place: Some(&changed.id), ..About::default() });
    Ok(answer::ok(changed))
}

/// Deletes an organization with everything in it.
///
/// # Errors
/// As [`organizations::delete`].
pub async fn delete(operator: Operator, Path(organization): Path<String>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (app, site) = (&operator.app, &operator.site);
    let id = organizations::named(app, site, &organization).await?;
    let deleted = organizations::delete(app, site, id, operator.saying()?).await?;
    operator.log(Event::OrganizationDeleted, About { place: Some(&deleted.id), ..About::default() });
    Ok(answer::ok(deleted))
}
