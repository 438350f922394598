//! Workspaces: see them, make, change and delete them. The deployment's caps bind users, not whoever runs the application.

use super::page::Page;
use super::places::{self, absent, lock};
use super::view::Workspace;
use crate::app::{App, Shared, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::{Row, Snapshot};
use crate::error::{Error, Result};
use crate::id::{MembershipId, OrganizationId, PictureId, UserId, WorkspaceId};
use crate::membership::{Place, are_there, store};
use crate::organization::said::Said;
use crate::organization::settle;
use crate::organization::store::Drawn;
use crate::params;
use crate::time::rfc3339;
use crate::workspace::store as workspaces;
use keyrack_protocol::Code;
use std::sync::Arc;

/// Which workspaces are asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Only those of this organization.
    pub organization: Option<OrganizationId>,
    /// Only those that this user is in.
    pub member: Option<UserId>,
}

/// The workspaces of one page, newest first, and one more if there is one.
///
/// # Errors
/// What the database says.
pub fn page(on: &mut Snapshot<'_>, deployment: &str, page: &Page, asked: &Asked) -> Result<Vec<Workspace>> {
    let rows = on.query(
        "select w.id, w.organization_id, w.name, w.slug, w.description, w.public_metadata, coalesce(c.members, 0),
             w.created_at, w.updated_at
         from workspaces w join organizations o on o.id = w.organization_id
             left join member_counts c on c.place_id = w.id
         where w.deployment_id = $1 and w.deleted_at is null and o.deleted_at is null and ($2 = '' or w.id < $2)
             and ($4 = '' or w.organization_id = $4) and ($5 = '' or exists (
             select 1 from memberships m where m.place_id = w.id and m.user_id = $5))
         order by w.id desc limit $3",
        params![
            deployment,
            &page.after,
            page.rows(),
            asked.organization.as_ref().map_or("", OrganizationId::as_str),
            asked.member.as_ref().map_or("", UserId::as_str)
        ],
    )?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Workspace> {
    let mut cells = row.cells();
    Ok(Workspace {
        id: cells.text()?,
        organization_id: cells.text()?,
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
/// [`Code::WorkspaceNotFound`].
pub fn one(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Workspace> {
    let (it, _) = workspaces::load(on, deployment, id)?.ok_or_else(|| absent(Kind::Workspace))?;
    Ok(Workspace {
        id: it.id.to_string(),
        organization_id: it.organization.to_string(),
        name: it.name,
        slug: it.slug,
        description: it.description,
        public_metadata: it.public_metadata,
        members: it.members,
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
    })
}

/// Makes a workspace in an organization, whose member `owner` gets the creator's role.
///
/// # Errors
/// [`Code::OrganizationsDisabled`], [`Code::WorkspacesDisabled`], [`Code::OrganizationNotFound`],
/// [`Code::MembershipNotFound`], [`Code::SlugTaken`].
pub async fn create(
    app: &App,
    site: &Arc<Site>,
    (organization, said, owner): (String, Said, UserId),
    by: By,
) -> Result<Workspace> {
    are_there(&site.config, Kind::Workspace)?;
    let (site, world) = (Arc::clone(site), &app.world);
    let (id, member, picture) = (WorkspaceId::draw(world), MembershipId::draw(world), PictureId::draw(world));
    let made = app.db.write(move |tx| {
        let above = lock(tx, &site, (Kind::Organization, &organization))?;
        store::member(tx, &above, owner.as_str())?.ok_or_else(|| {
            let text = "Whoever is to own it is not a member of its organization; add them there first.";
            Error::refused(Code::MembershipNotFound, text)
        })?;
        let (deployment, organization) = (site.config.id.as_str(), above.organization);
        let drawn = Drawn { id: id.as_str(), picture: &picture };
        workspaces::create(tx, (deployment, &organization), &drawn, (&said, &owner), by.now)?;
        let place = Place { kind: Kind::Workspace, id: id.to_string(), organization };
        places::begin(tx, (&site, &place), (&member, &owner), &by)?;
        one(tx, deployment, &place.id)
    });
    made.await
}

/// Changes what a workspace is called and says of itself; what is not said stays.
///
/// # Errors
/// As [`lock`], [`Code::SlugTaken`].
pub async fn change(app: &App, site: &Arc<Site>, (id, said): (String, Said), by: By) -> Result<Workspace> {
    let (site, picture) = (Arc::clone(site), PictureId::draw(&app.world));
    let changed = app.db.write(move |tx| {
        let place = lock(tx, &site, (Kind::Workspace, &id))?;
        let (of, drawn) =
            ((site.config.id.as_str(), &place.organization), Drawn { id: &id, picture: &picture });
        workspaces::update(tx, of, &drawn, &said, by.now)?;
        let about = About { reason: &id, ..About::default() };
        audit::record(tx, &site, &by, Event::WorkspaceChanged, about)?;
        one(tx, &site.config.id, &id)
    });
    changed.await
}

/// Deletes a workspace, whether or not its administrators may; says what it was.
///
/// # Errors
/// [`Code::WorkspaceNotFound`].
pub async fn delete(app: &Shared, site: &Arc<Site>, id: String, by: By) -> Result<Workspace> {
    let to = Arc::clone(site);
    let deleted = app.db.write(move |tx| {
        let deployment = to.config.id.as_str();
        let absent = || absent(Kind::Workspace);
        store::lock(tx, deployment, (Kind::Workspace, &id))?.ok_or_else(absent)?;
        let last = one(tx, deployment, &id)?;
        workspaces::delete(tx, &id, by.now)?;
        let about = About { reason: &id, ..About::default() };
        audit::record(tx, &to, &by, Event::WorkspaceDeleted, about)?;
        Ok(last)
    });
    let deleted = deleted.await?;
    settle::soon(app, site);
    Ok(deleted)
}

/// The workspace that a text names, by its id.
///
/// # Errors
/// [`Code::WorkspaceNotFound`].
pub async fn named(app: &App, site: &Site, id: String) -> Result<String> {
    let deployment = site.config.id.clone();
    let found = app.db.read_single(move |on| store::find(on, &deployment, (Kind::Workspace, &id)));
    Ok(found.await?.ok_or_else(|| absent(Kind::Workspace))?.id)
}
