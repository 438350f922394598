//! Workspaces in the database.

use super::Workspace;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{OrganizationId, UserId, WorkspaceId};
use crate::membership::restriction;
use crate::membership::store::metadata;
use crate::organization::said::Said;
use crate::organization::store::{Drawn, first_free, organization_columns, picture_of};
use crate::organization::{self, Organization};
use crate::{params, picture};
use keyrack_protocol::Code;

/// The columns that [`read`] reads, of a workspace `w` whose members `c` counts.
macro_rules! workspace_columns {
    () => {
        "w.id, w.organization_id, w.name, w.slug, w.description, w.picture_id, w.public_metadata,
             coalesce(c.members, 0), w.created_at, w.updated_at, w.requires_second_factor, w.restricts_addresses,
             w.allowed_addresses"
    };
}
pub(crate) use workspace_columns;

/// A workspace that was not deleted, nor its organization, with that.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Option<(Workspace, Organization)>> {
    let row = on.query_one(
        concat!(
            "select ",
            workspace_columns!(),
            ", ",
            organization_columns!("t"),
            " from workspaces w join organizations o on o.id = w.organization_id
                 left join member_counts c on c.place_id = w.id
                 left join member_counts t on t.place_id = o.id
             where w.id = $1 and w.deployment_id = $2 and w.deleted_at is null and o.deleted_at is null
             order by w.id"
        ),
        params![id, deployment],
    )?;
    let both = |row: crate::db::Row| {
        let mut cells = row.cells();
        Ok((read(&mut cells)?, organization::store::read(&mut cells)?))
    };
    row.map(both).transpose()
}

/// The same of one that must be there.
///
/// # Errors
/// What the database says.
pub fn present(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<(Workspace, Organization)> {
    load(on, deployment, id)?.ok_or_else(|| Error::internal("read a workspace", "it is not there"))
}

/// Reads the columns of a workspace.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Workspace> {
    Ok(Workspace {
        id: WorkspaceId::stored(cells.text()?),
        organization: OrganizationId::stored(cells.text()?),
        name: cells.text()?,
        slug: cells.text()?,
        description: cells.text()?,
        picture: cells.text()?,
        public_metadata: metadata(&cells.text()?)?,
        members: cells.int()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
        asks: restriction::read(cells)?,
    })
}

/// Makes a workspace without members. The caller holds its organization's lock.
///
/// # Errors
/// [`Code::SlugTaken`].
pub fn create(
    tx: &mut Tx<'_>,
    (deployment, organization): (&str, &OrganizationId),
    drawn: &Drawn<'_>,
    (said, maker): (&Said, &UserId),
    now: i64,
) -> Result<()> {
    let made = first_free(said, drawn.id, |slug| {
        tx.execute(
            "insert into workspaces (id, deployment_id, organization_id, version, gate, unsettled, name, slug,
                 description, picture_id, public_metadata, created_by, created_at, updated_at)
             values ($1, $2, $3, 1, 1, 0, $4, $5, $6, '', $7, $8, $9, $9)
             on conflict (organization_id, slug) where deleted_at is null do nothing",
            params![
                drawn.id,
                deployment,
                organization.as_str(),
                said.name.as_deref().unwrap_or_default(),
                slug,
                said.description.as_deref().unwrap_or_default(),
                said.public_metadata.as_deref().unwrap_or("{}"),
                maker.as_str(),
                now
            ],
        )
    });
    made?;
    let picture = Said { picture: said.picture.clone(), ..Said::default() };
    update(tx, (deployment, organization), drawn, &picture, now)
}

/// Changes what is said; what is not stays. The caller holds the organization's lock.
///
/// # Errors
/// [`Code::SlugTaken`].
pub fn update(
    tx: &mut Tx<'_>,
    (deployment, organization): (&str, &OrganizationId),
    drawn: &Drawn<'_>,
    said: &Said,
    now: i64,
) -> Result<()> {
    let id = drawn.id;
    if let Some(slug) = &said.slug {
        let taken = tx.query_one(
            "select id from workspaces where organization_id = $1 and slug = $2 and id <> $3 and deleted_at is null",
            params![organization.as_str(), slug, id],
        )?;
        if taken.is_some() {
            return Err(Code::SlugTaken.into());
        }
    }
    let picture = picture_of(tx, deployment, drawn, said, now)?;
    tx.execute(
        "update workspaces set version = version + 1, name = coalesce($2, name), slug = coalesce($3, slug),
             description = coalesce($4, description), public_metadata = coalesce($5, public_metadata),
             picture_id = coalesce($6, picture_id), updated_at = $7 where id = $1",
        params![
            id,
            said.name.as_deref(),
            said.slug.as_deref(),
            said.description.as_deref(),
            said.public_metadata.as_deref(),
            picture.as_deref(),
            now
        ],
    )?;
    Ok(())
}

/// Deletes a workspace, as [`crate::organization::store::delete`] does an organization. New members of its organization
/// are put into it no more.
///
/// # Errors
/// What the database says.
pub fn delete(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<()> {
    picture::store::forget(tx, id)?;
    tx.execute(
        "update workspaces set version = version + 1, gate = gate + 1, unsettled = 1, name = '', slug = '',
             description = '', picture_id = '', public_metadata = '{}', allowed_addresses = '[]', deleted_at = $2,
             updated_at = $2
         where id = $1",
        params![id, now],
    )?;
    tx.execute(
        "update organizations set auto_assigned_workspace_id = null
         where id = (select organization_id from workspaces where id = $1) and auto_assigned_workspace_id = $1",
        params![id],
    )?;
    tx.touch_gate(id);
    Ok(())
}

/// How many workspaces an organization has.
///
/// # Errors
/// What the database says.
pub fn count(on: &mut Snapshot<'_>, organization: &OrganizationId) -> Result<i64> {
    let row = on.query_one(
        "select count(*) from workspaces where organization_id = $1 and deleted_at is null",
        params![organization.as_str()],
    )?;
    row.map_or(Ok(0), |row| row.cells().int())
}
