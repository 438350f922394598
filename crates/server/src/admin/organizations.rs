//! Organizations: see them, make, change and delete them. The deployment's caps bind users, not whoever runs the
//! application.

use super::page::Page;
use super::places::{self, absent, lock};
use super::view::Organization;
use crate::app::{App, Shared, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::{Row, Snapshot, Tx};
use crate::error::Result;
use crate::id::{MembershipId, OrganizationId, PictureId, UserId};
use crate::membership::{Place, are_there, store};
use crate::organization::said::Said;
use crate::organization::{settle, store as organizations};
use crate::time::rfc3339;
use crate::{params, user};
use keyrack_protocol::Code;
use std::sync::Arc;

/// The organizations of one page, newest first, and one more if there is one; with `member` only those that this user is in.
///
/// # Errors
/// What the database says.
pub fn page(
    on: &mut Snapshot<'_>,
    deployment: &str,
    page: &Page,
    member: Option<&UserId>,
) -> Result<Vec<Organization>> {
    let rows = on.query(
        "select o.id, o.name, o.slug, o.description, o.public_metadata, coalesce(c.members, 0), o.created_at,
             o.updated_at
         from organizations o left join member_counts c on c.place_id = o.id
         where o.deployment_id = $1 and o.deleted_at is null and ($2 = '' or o.id < $2) and ($4 = '' or exists (
             select 1 from memberships m where m.place_id = o.id and m.user_id = $4))
         order by o.id desc limit $3",
        params![deployment, &page.after, page.rows(), member.map_or("", UserId::as_str)],
    )?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Organization> {
    let mut cells = row.cells();
    Ok(Organization {
        id: cells.text()?,
        name: cells.text()?,
        slug: cells.text()?,
        description: cells.text()?,
        public_metadata: store::metadata(&cells.text()?)?,
        members: cells.int()?,
        created_at: rfc3339(cells.int()?),
        updated_at: rfc3339(cells.int()?),
    })
}

/// One of them.
///
/// # Errors
/// [`Code::OrganizationNotFound`].
pub fn one(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Organization> {
    let it = organizations::load(on, deployment, id)?.ok_or_else(|| absent(Kind::Organization))?;
    Ok(Organization {
        id: it.id.to_string(),
        name: it.name,
        slug: it.slug,
        description: it.description,
        public_metadata: it.public_metadata,
        members: it.members,
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
    })
}

/// Makes an organization whose `owner` gets the creator's role.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::UserNotFound`], [`Code::SlugTaken`].
pub async fn create(
    app: &App,
    site: &Arc<Site>,
    (said, owner): (Said, UserId),
    by: By,
) -> Result<Organization> {
    are_there(&site.config, Kind::Organization)?;
    let (site, world) = (Arc::clone(site), &app.world);
    let (id, member, picture) =
        (OrganizationId::draw(world), MembershipId::draw(world), PictureId::draw(world));
    let made = app.db.write(move |tx| {
        let deployment = site.config.id.as_str();
        present_user(tx, deployment, &owner)?;
        let drawn = organizations::Drawn { id: id.as_str(), picture: &picture };
        organizations::create(tx, deployment, &drawn, (&said, &owner), by.now)?;
        let place = Place { kind: Kind::Organization, id: id.to_string(), organization: id.clone() };
        places::begin(tx, (&site, &place), (&member, &owner), &by)?;
        one(tx, deployment, &place.id)
    });
    made.await
}

/// Takes the lock of a user who was not deleted.
///
/// # Errors
/// [`Code::UserNotFound`].
pub fn present_user(tx: &mut Tx<'_>, deployment: &str, id: &UserId) -> Result<()> {
    let locked = user::store::lock(tx, deployment, id)?.map(|(user, _)| user);
    match locked.filter(|user| user.deleted_at.is_none()) {
        Some(_) => Ok(()),
        None => Err(Code::UserNotFound.into()),
    }
}

/// Changes what an organization is called and says of itself; what is not said stays.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::OrganizationNotFound`], [`Code::SlugTaken`].
pub async fn change(app: &App, site: &Arc<Site>, (id, said): (String, Said), by: By) -> Result<Organization> {
    let (site, picture) = (Arc::clone(site), PictureId::draw(&app.world));
    let changed = app.db.write(move |tx| {
        lock(tx, &site, (Kind::Organization, &id))?;
        let drawn = organizations::Drawn { id: &id, picture: &picture };
        organizations::update(tx, &site.config.id, &drawn, &said, by.now)?;
        let about = About { reason: &id, ..About::default() };
        audit::record(tx, &site, &by, Event::OrganizationChanged, about)?;
        one(tx, &site.config.id, &id)
    });
    changed.await
}

/// Deletes an organization with everything in it, whether or not its administrators may; says what it was.
///
/// # Errors
/// [`Code::OrganizationNotFound`].
pub async fn delete(app: &Shared, site: &Arc<Site>, id: String, by: By) -> Result<Organization> {
    let to = Arc::clone(site);
    let deleted = app.db.write(move |tx| {
        let deployment = to.config.id.as_str();
        store::lock(tx, deployment, (Kind::Organization, &id))?.ok_or_else(|| absent(Kind::Organization))?;
        let last = one(tx, deployment, &id)?;
        organizations::delete(tx, &id, by.now)?;
        let about = About { reason: &id, ..About::default() };
        audit::record(tx, &to, &by, Event::OrganizationDeleted, about)?;
        Ok(last)
    });
    let deleted = deleted.await?;
    settle::soon(app, site);
    Ok(deleted)
}

/// The organization that a text names: by id or slug.
///
/// # Errors
/// [`Code::OrganizationNotFound`].
pub async fn named(app: &App, site: &Site, text: &str) -> Result<String> {
    let (deployment, text) = (site.config.id.clone(), text.to_owned());
    let found = app.db.read_single(move |on| {
        let row = on.query_one(
            "select id from organizations where deployment_id = $1 and (id = $2 or slug = $2) and deleted_at is null
             order by id",
            params![&deployment, &text],
        )?;
        row.map(|row| row.cells().text()).transpose()
    });
    found.await?.ok_or_else(|| absent(Kind::Organization))
}
