//! `/admin/organizations`: see them, make and delete them, let users in where no administrator can. The deployment's caps
//! bind users, not whoever runs the server.

use super::door::{About, Body, Operator};
use super::page::Page;
use super::view::Organization;
use crate::app::Site;
use crate::audit::{self, Event};
use crate::config::teams::Kind;
use crate::db::{Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::{MembershipId, OrganizationId, PictureId, UserId};
use crate::membership::{Place, are_there, role, roles_of, store};
use crate::notification::{self, News};
use crate::organization::join::{Joined, Newcomer, join, tell};
use crate::organization::said::Said;
use crate::organization::{self, settle, slug, store as organizations};
use crate::session::scope;
use crate::time::rfc3339;
use crate::{params, user};
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
        Some(user) => super::http::named(&operator, user).await?.to_string(),
        None => String::new(),
    };
    let deployment = operator.site.config.id.clone();
    let list = operator.app.db.read(move |on| {
        let found = read_page(on, &deployment, &page, &member)?;
        Ok(page.list(found, |organization| &organization.id))
    });
    Ok(answer::ok(list.await?))
}

fn read_page(
    on: &mut Snapshot<'_>,
    deployment: &str,
    page: &Page,
    member: &str,
) -> Result<Vec<Organization>> {
    let rows = on.query(
        "select o.id, o.name, o.slug, coalesce(c.members, 0), o.created_at, o.updated_at
         from organizations o left join member_counts c on c.place_id = o.id
         where o.deployment_id = $1 and o.deleted_at is null and ($2 = '' or o.id < $2) and ($4 = '' or exists (
             select 1 from memberships m where m.place_id = o.id and m.user_id = $4))
         order by o.id desc limit $3",
        params![deployment, &page.after, page.rows(), member],
    )?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Organization> {
    let mut cells = row.cells();
    Ok(Organization {
        id: cells.text()?,
        name: cells.text()?,
        slug: cells.text()?,
        members: cells.int()?,
        created_at: rfc3339(cells.int()?),
        updated_at: rfc3339(cells.int()?),
    })
}

fn shown(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Organization> {
    let it = organizations::present(on, deployment, id)?;
    Ok(Organization {
        id: it.id.to_string(),
        name: it.name,
        slug: it.slug,
        members: it.members,
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
    })
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
/// [`Code::OrganizationsDisabled`], [`Code::UserNotFound`], [`Code::SlugTaken`], and what is wrong with name and slug.
pub async fn create(operator: Operator, Body(new): Body<New>) -> Result<Response> {
    operator.says_only(&[])?;
    are_there(&operator.site.config, Kind::Organization)?;
    let said = Said {
        name: Some(organization::name(&new.name)?),
        slug: new.slug.as_deref().map(slug::parse).transpose()?,
        ..Said::default()
    };
    let owner = super::http::named(&operator, &new.owner).await?;
    let (site, world, by) = (Arc::clone(&operator.site), &operator.app.world, operator.by());
    let (id, member, picture) =
        (OrganizationId::draw(world), MembershipId::draw(world), PictureId::draw(world));
    let made = operator.app.db.write(move |tx| {
        let deployment = site.config.id.as_str();
        present_user(tx, deployment, &owner)?;
        let drawn = organizations::Drawn { id: id.as_str(), picture: &picture };
        organizations::create(tx, deployment, &drawn, (&said, &owner), by.now)?;
        let place = Place { kind: Kind::Organization, id: id.to_string(), organization: id.clone() };
        store::begin(tx, deployment, &place)?;
        store::add(tx, (deployment, &place), (&member, &owner), 0, by.now)?;
        let creator = Kind::Organization.role_id(&site.config.organizations.roles.creator);
        role::give(tx, (deployment, &place), &member, &creator)?;
        let about = audit::About { reason: &place.id, user: Some(&owner), ..audit::About::default() };
        audit::record(tx, &site, &by, Event::OrganizationCreated, about)?;
        shown(tx, deployment, &place.id)
    });
    let made = made.await?;
    operator.log(Event::OrganizationCreated, About { place: Some(&made.id), ..About::default() });
    Ok(answer::ok(made))
}

/// Takes the lock of a user who was not deleted.
fn present_user(tx: &mut Tx<'_>, deployment: &str, id: &UserId) -> Result<()> {
    let locked = user::store::lock(tx, deployment, id)?.map(|(user, _)| user);
    match locked.filter(|user| user.deleted_at.is_none()) {
        Some(_) => Ok(()),
        None => Err(Code::UserNotFound.into()),
    }
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
/// [`Code::OrganizationsDisabled`], [`Code::OrganizationNotFound`], [`Code::UserNotFound`], [`Code::RoleNotFound`].
pub async fn add_member(
    operator: Operator,
    Path(organization): Path<String>,
    Body(member): Body<Member>,
) -> Result<Response> {
    operator.says_only(&[])?;
    are_there(&operator.site.config, Kind::Organization)?;
    let id = named(&operator, &organization).await?;
    let user = super::http::named(&operator, &member.user).await?;
    let (site, by, newcomer) = (Arc::clone(&operator.site), operator.by(), user.clone());
    let added = operator.app.db.write(move |tx| {
        let deployment = site.config.id.as_str();
        let place = store::lock(tx, deployment, (Kind::Organization, &id))?.ok_or_else(unknown)?;
        present_user(tx, deployment, &newcomer)?;
        let roles = given(tx, &site, &place, member.role.as_deref())?;
        let asked = Newcomer { user: &newcomer, roles: &roles, by: &by };
        match join(tx, &site, &place, asked)? {
            Joined::Now => tell(tx, &site, &place, (&newcomer, by.now))?,
            Joined::Before => one_more_role(tx, &site, &place, asked)?,
            Joined::Full | Joined::TooMany => {}
        }
        shown(tx, deployment, &place.id)
    });
    let added = added.await?;
    let about = About { user: Some(user.as_str()), place: Some(&added.id), ..About::default() };
    operator.log(Event::MemberJoined, about);
    Ok(answer::ok(added))
}

/// Gives roles to somebody who is a member.
fn one_more_role(tx: &mut Tx<'_>, site: &Site, place: &Place, asked: Newcomer<'_>) -> Result<()> {
    let Newcomer { user, roles, by } = asked;
    let member = store::member(tx, place, user.as_str())?.ok_or(Code::MembershipNotFound)?;
    for role in roles {
        if role::give(tx, (&site.config.id, place), &member.id, role)? {
            store::touch(tx, &member.id, by.now)?;
            scope::tell(tx, site, user, by)?;
            let about = audit::About { reason: &place.id, user: Some(user), ..audit::About::default() };
            audit::record(tx, site, by, Event::RoleGiven, about)?;
            if let Some(role) = role::find(tx, roles_of(&site.config, place.kind), place, role)? {
                let news = News::RoleGiven { at: place, membership: &member.id, role: &role };
                notification::write(tx, site, user, &news, by.now)?;
            }
        }
    }
    Ok(())
}

/// The id of the role that is named, by its id or its key in the file.
fn given(on: &mut Snapshot<'_>, site: &Site, place: &Place, named: Option<&str>) -> Result<Vec<String>> {
    let Some(named) = named else { return Ok(Vec::new()) };
    let known = roles_of(&site.config, place.kind);
    for id in [named, &place.kind.role_id(named)] {
        if let Some(role) = role::find(on, known, place, id)? {
            return Ok(vec![role.id]);
        }
    }
    Err(Code::RoleNotFound.into())
}

/// Deletes an organization with everything in it, whether or not its administrators may.
///
/// # Errors
/// [`Code::OrganizationNotFound`].
pub async fn delete(operator: Operator, Path(organization): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let id = named(&operator, &organization).await?;
    let (site, by) = (Arc::clone(&operator.site), operator.by());
    let deleted = operator.app.db.write(move |tx| {
        let deployment = site.config.id.as_str();
        store::lock(tx, deployment, (Kind::Organization, &id))?.ok_or_else(unknown)?;
        let last = shown(tx, deployment, &id)?;
        organizations::delete(tx, &id, by.now)?;
        let about = audit::About { reason: &id, ..audit::About::default() };
        audit::record(tx, &site, &by, Event::OrganizationDeleted, about)?;
        Ok(last)
    });
    let deleted = deleted.await?;
    settle::soon(&operator.app, &operator.site);
    operator.log(Event::OrganizationDeleted, About { place: Some(&deleted.id), ..About::default() });
    Ok(answer::ok(deleted))
}

/// The organization that a text names: by id or slug.
async fn named(operator: &Operator, text: &str) -> Result<String> {
    let (deployment, text) = (operator.site.config.id.clone(), text.to_owned());
    let found = operator.app.db.read_single(move |on| {
        let row = on.query_one(
            "select id from organizations where deployment_id = $1 and (id = $2 or slug = $2) and deleted_at is null
             order by id",
            params![&deployment, &text],
        )?;
        row.map(|row| row.cells().text()).transpose()
    });
    found.await?.ok_or_else(unknown)
}

fn unknown() -> Error {
    let text = "There is no such organization in this deployment; see `keyrack organization list`.";
    Error::refused(Code::OrganizationNotFound, text)
}
