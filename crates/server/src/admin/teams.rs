//! `/admin/organizations`, on the socket.

use super::door::{About, Body, Operator};
use super::members::{self, Whom};
use super::organizations;
use super::page::Page;
use super::view::List;
use crate::audit::Event;
use crate::error::Result;
use crate::http::answer;
use crate::id::OrganizationId;
use crate::membership::list::{Asked, Cursor};
use crate::membership::{description, words};
use crate::organization::said::Said;
use crate::organization::{self, slug};
use axum::extract::Path;
use axum::response::Response;
use keyrack_protocol::Code;
use serde::Deserialize;
use std::sync::Arc;

/// `user?` (id, address or username), `limit?`, `cursor?`: newest first.
///
/// # Errors
/// [`Code::InvalidParameter`], [`Code::UserNotFound`].
pub async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["user", "limit", "cursor"])?;
    let is_id = |text: &str| OrganizationId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let member = match operator.query("user") {
        Some(user) => Some(super::http::named(&operator, user).await?),
        None => None,
    };
    let deployment = operator.site.config.id.clone();
    let list = operator.app.db.read(move |on| {
        let found = organizations::page(on, &deployment, &page, member.as_ref())?;
        Ok(page.list(found, |organization| &organization.id))
    });
    Ok(answer::ok(list.await?))
}

/// What is said of one that is to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    name: String,
    slug: Option<String>,
    owner: String,
}

/// `name`, `slug?`, `owner`, who gets the creator's role.
///
/// # Errors
/// As [`organizations::create`], and what is wrong with name and slug.
pub async fn create(operator: Operator, Body(new): Body<New>) -> Result<Response> {
    operator.says_only(&[])?;
    let said = Said {
        name: Some(organization::name(&new.name)?),
        slug: new.slug.as_deref().map(slug::parse).transpose()?,
        ..Said::default()
    };
    let owner = super::http::named(&operator, &new.owner).await?;
    let by = operator.by();
    let made = organizations::create(&operator.app, &operator.site, (said, owner), by).await?;
    operator.log(Event::OrganizationCreated, About { place: Some(&made.id), ..About::default() });
    Ok(answer::ok(made))
}

/// Who is to be let in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    user: String,
    role: Option<String>,
}

/// `user`, `role?` (its id or its key in the file): lets the user in with this role, or gives it to a member.
///
/// # Errors
/// As [`members::add`].
pub async fn add_member(
    operator: Operator,
    Path(organization): Path<String>,
    Body(member): Body<Member>,
) -> Result<Response> {
    operator.says_only(&[])?;
    let (app, site) = (&operator.app, &operator.site);
    let id = organizations::named(app, site, &organization).await?;
    let user = super::http::named(&operator, &member.user).await?;
    let whom = Whom { organization: id.clone(), user: user.clone() };
    members::add(app, site, (whom, member.role), operator.by()).await?;
    let about = About { user: Some(user.as_str()), place: Some(&id), ..About::default() };
    operator.log(Event::MemberJoined, about);
    let deployment = site.config.id.clone();
    let now = app.db.read(move |on| organizations::one(on, &deployment, &id));
    Ok(answer::ok(now.await?))
}

/// `search?`, `limit?` (1 to 200), `cursor?`: its members, the oldest first.
///
/// # Errors
/// As [`members::page`], and [`Code::InvalidParameter`].
pub async fn members(operator: Operator, Path(organization): Path<String>) -> Result<Response> {
    operator.says_only(&["search", "limit", "cursor"])?;
    let (app, site) = (&operator.app, Arc::clone(&operator.site));
    let id = organizations::named(app, &site, &organization).await?;
    let cursor = operator.query("cursor").map(|text| Cursor::parse(text).ok_or(Code::InvalidParameter));
    let limit = Page::read(operator.query("limit"), None, |_| false)?.limit;
    let asked = Asked {
        search: words::word(operator.query("search").unwrap_or_default()),
        page: 1,
        limit: u32::try_from(limit).unwrap_or(1),
        after: cursor.transpose()?,
    };
    let list = app.db.read(move |on| {
        let (items, next) = members::page(on, &site, &id, &asked)?;
        Ok(List { items, next_cursor: next.map(|next| next.to_text()) })
    });
    Ok(answer::ok(list.await?))
}

/// What is said of one; what is not stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    slug: Option<String>,
    description: Option<String>,
}

/// `name?`, `slug?`, `description?`.
///
/// # Errors
/// As [`organizations::change`], and what is wrong with them.
pub async fn update(
    operator: Operator,
    Path(organization): Path<String>,
    Body(change): Body<Change>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let said = Said {
        name: change.name.as_deref().map(organization::name).transpose()?,
        slug: change.slug.as_deref().map(slug::parse).transpose()?,
        description: change.description.as_deref().map(description).transpose()?,
        ..Said::default()
    };
    let (app, site) = (&operator.app, &operator.site);
    let id = organizations::named(app, site, &organization).await?;
    let changed = organizations::change(app, site, (id, said), operator.saying()?).await?;
    operator.log(Event::OrganizationChanged, About { place: Some(&changed.id), ..About::default() });
    Ok(answer::ok(changed))
}

/// `{user}`, `{role}` (its id or its key in the file): takes the role, also from the last administrator.
///
/// # Errors
/// As [`members::take`].
pub async fn take_role(
    operator: Operator,
    Path((organization, user, role)): Path<(String, String, String)>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (app, site) = (&operator.app, &operator.site);
    let id = organizations::named(app, site, &organization).await?;
    let user = super::http::named(&operator, &user).await?;
    let whom = Whom { organization: id.clone(), user: user.clone() };
    let taken = members::take(app, site, (whom, role), operator.saying()?).await?;
    let about = About { user: Some(user.as_str()), place: Some(&id), ..About::default() };
    operator.log(Event::RoleTaken, about);
    Ok(answer::ok(taken))
}

/// `user` (id, address or username): puts the member out.
///
/// # Errors
/// As [`members::remove`].
pub async fn remove_member(
    operator: Operator,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (app, site) = (&operator.app, &operator.site);
    let id = organizations::named(app, site, &organization).await?;
    let user = super::http::named(&operator, &user).await?;
    let whom = Whom { organization: id.clone(), user: user.clone() };
    let removed = members::remove(app, site, whom, operator.saying()?).await?;
    let about = About { user: Some(user.as_str()), place: Some(&id), ..About::default() };
    operator.log(Event::MemberRemoved, about);
    Ok(answer::ok(removed))
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
