//! `/admin/organizations/{id}/members` and `/admin/workspaces/{id}/members`, on the socket.

use super::door::{About, Body, Operator};
use super::members::{self, Shown, Whom};
use super::page::Page;
use super::view::List;
use super::{organizations, workspaces};
use crate::audit::Event;
use crate::config::teams::Kind;
use crate::error::Result;
use crate::http::answer;
use crate::membership::list::{Asked, Cursor};
use crate::membership::words;
use axum::extract::Path;
use axum::response::Response;
use keyrack_protocol::{Code, OrganizationMember};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The place that a text names: an organization by id or slug, a workspace by id.
async fn place(operator: &Operator, kind: Kind, text: String) -> Result<String> {
    match kind {
        Kind::Organization => organizations::named(&operator.app, &operator.site, &text).await,
        Kind::Workspace => workspaces::named(&operator.app, &operator.site, text).await,
    }
}

async fn whom<M: Shown>(operator: &Operator, place: String, user: &str) -> Result<Whom> {
    let place = self::place(operator, M::KIND, place).await?;
    Ok(Whom { place, user: super::http::named(operator, user).await? })
}

fn log(operator: &Operator, event: Event, whom: &Whom) {
    let about = About { user: Some(whom.user.as_str()), place: Some(&whom.place), ..About::default() };
    operator.log(event, about);
}

/// Who is to be let in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    user: String,
    role: Option<String>,
}

/// `user`, `role?` (its id or its key in the file): lets the user into an organization with this role, or gives it to a
/// member; says how the organization is then.
///
/// # Errors
/// As [`members::add`].
pub async fn add_to_organization(
    operator: Operator,
    Path(organization): Path<String>,
    Body(member): Body<Member>,
) -> Result<Response> {
    operator.says_only(&[])?;
    let whom = whom::<OrganizationMember>(&operator, organization, &member.user).await?;
    let given = (whom.clone(), member.role);
    members::add::<OrganizationMember>(&operator.app, &operator.site, given, operator.by()).await?;
    log(&operator, Event::MemberJoined, &whom);
    let deployment = operator.site.config.id.clone();
    let now = operator.app.db.read(move |on| organizations::one(on, &deployment, &whom.place));
    Ok(answer::ok(now.await?))
}

/// The same of a workspace; says how the member is then.
///
/// # Errors
/// As [`members::add`].
pub async fn add<M: Shown + Serialize>(
    operator: Operator,
    Path(place): Path<String>,
    Body(member): Body<Member>,
) -> Result<Response> {
    operator.says_only(&[])?;
    let whom = whom::<M>(&operator, place, &member.user).await?;
    let given = (whom.clone(), member.role);
    let added = members::add::<M>(&operator.app, &operator.site, given, operator.by()).await?;
    log(&operator, Event::MemberJoined, &whom);
    Ok(answer::ok(added))
}

/// `search?`, `limit?` (1 to 200), `cursor?`: the members, the oldest first.
///
/// # Errors
/// As [`members::page`], and [`Code::InvalidParameter`].
pub async fn list<M: Shown + Serialize>(operator: Operator, Path(place): Path<String>) -> Result<Response> {
    operator.says_only(&["search", "limit", "cursor"])?;
    let id = self::place(&operator, M::KIND, place).await?;
    let cursor = operator.query("cursor").map(|text| Cursor::parse(text).ok_or(Code::InvalidParameter));
    let limit = Page::read(operator.query("limit"), None, |_| false)?.limit;
    let asked = Asked {
        search: words::word(operator.query("search").unwrap_or_default()),
        page: 1,
        limit: u32::try_from(limit).unwrap_or(1),
        after: cursor.transpose()?,
    };
    let site = Arc::clone(&operator.site);
    let list = operator.app.db.read(move |on| {
        let (items, next) = members::page::<M>(on, &site, &id, &asked)?;
        Ok(List { items, next_cursor: next.map(|next| next.to_text()) })
    });
    Ok(answer::ok(list.await?))
}

/// `{user}`, `{role}` (its id or its key in the file): takes the role, also from the last administrator.
///
/// # Errors
/// As [`members::take`].
pub async fn take_role<M: Shown + Serialize>(
    operator: Operator,
    Path((place, user, role)): Path<(String, String, String)>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let whom = whom::<M>(&operator, place, &user).await?;
    let taken = (whom.clone(), role);
    let taken = members::take::<M>(&operator.app, &operator.site, taken, operator.saying()?).await?;
    log(&operator, Event::RoleTaken, &whom);
    Ok(answer::ok(taken))
}

/// `user` (id, address or username): puts the member out.
///
/// # Errors
/// As [`members::remove`].
pub async fn remove<M: Shown + Serialize>(
    operator: Operator,
    Path((place, user)): Path<(String, String)>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let whom = whom::<M>(&operator, place, &user).await?;
    let removed = members::remove::<M>(&operator.app, &operator.site, whom.clone(), operator.saying()?);
    let removed = removed.await?;
    log(&operator, Event::MemberRemoved, &whom);
    Ok(answer::ok(removed))
}
