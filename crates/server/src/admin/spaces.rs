//! `/admin/workspaces`, on the socket.

use super::called::Change;
use super::door::{About, Body, Operator};
use super::page::Page;
use super::workspaces::{self, Asked};
use super::{organizations, view};
use crate::audit::Event;
use crate::error::Result;
use crate::http::answer;
use crate::id::{OrganizationId, WorkspaceId};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

/// `organization?` (id or slug), `user?` (id, address or username), `limit?`, `cursor?`: newest first.
pub(super) async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["organization", "user", "limit", "cursor"])?;
    let is_id = |text: &str| WorkspaceId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let organization = match operator.query("organization") {
        Some(text) => Some(organizations::named(&operator.app, &operator.site, text).await?),
        None => None,
    };
    let member = super::http::asked_for(&operator).await?;
    let asked = Asked { organization: organization.map(OrganizationId::stored), member };
    let deployment = operator.site.config.id.clone();
    let list = operator.app.db.read(move |on| {
        let found = workspaces::page(on, &deployment, &page, &asked)?;
        Ok(page.list(found, |workspace| &workspace.id))
    });
    let list: view::List<view::Workspace> = list.await?;
    Ok(answer::ok(list))
}

/// One of them, by its id.
pub(super) async fn show(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let deployment = operator.site.config.id.clone();
    let shown = operator.app.db.read(move |on| workspaces::one(on, &deployment, &id));
    Ok(answer::ok(shown.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    organization: String,
    name: String,
    slug: Option<String>,
    description: Option<String>,
    public_metadata: Option<Map<String, Value>>,
    owner: String,
}

/// `organization`, `name`, `slug?`, `description?`, `public_metadata?`, `owner`, a member of the organization who gets the creator's role.
pub(super) async fn create(operator: Operator, Body(new): Body<New>) -> Result<Response> {
    operator.says_only(&[])?;
    let New { name, slug, description, public_metadata, .. } = &new;
    let said = Change {
        name: Some(name.clone()),
        slug: slug.clone(),
        description: description.clone(),
        public_metadata: public_metadata.clone(),
    };
    let said = said.said()?;
    let (app, site) = (&operator.app, &operator.site);
    let above = organizations::named(app, site, &new.organization).await?;
    let owner = super::http::named(&operator, &new.owner).await?;
    let made = workspaces::create(app, site, (above, said, owner), operator.by()).await?;
    operator.log(Event::WorkspaceCreated, About { place: Some(&made.id), ..About::default() });
    Ok(answer::ok(made))
}

/// `name?`, `slug?`, `description?`, `public_metadata?`.
pub(super) async fn update(
    operator: Operator,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let said = change.said()?;
    let changed = workspaces::change(&operator.app, &operator.site, (id, said), operator.saying()?).await?;
    operator.log(Event::WorkspaceChanged, About { place: Some(&changed.id), ..About::default() });
    Ok(answer::ok(changed))
}

/// Deletes a workspace.
pub(super) async fn delete(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let deleted = workspaces::delete(&operator.app, &operator.site, id, operator.saying()?).await?;
    operator.log(Event::WorkspaceDeleted, About { place: Some(&deleted.id), ..About::default() });
    Ok(answer::ok(deleted))
}
