//! Workspaces in the database.

use super::Workspace;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{OrganizationId, UserId, WorkspaceId};
use crate::membership::restriction;
use crate::membership::store::metadata;
use crate::organization::store::Words;
use crate::params;

/// A workspace that was not deleted, nor its organization.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Option<Workspace>> {
    let row = on.query_one(
        "select w.id, w.organization_id, w.name, w.description, w.image_url, w.public_metadata,
             coalesce(c.members, 0), w.created_at, w.updated_at, w.requires_second_factor, w.restricts_addresses,
             w.allowed_addresses
         from workspaces w join organizations o on o.id = w.organization_id
             left join member_counts c on c.place_id = w.id
         where w.id = $1 and w.deployment_id = $2 and w.deleted_at is null and o.deleted_at is null
         order by w.id",
        params![id, deployment],
    )?;
    row.map(|row| read(&mut row.cells())).transpose()
}

/// The same of one that must be there.
///
/// # Errors
/// What the database says.
pub fn present(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Workspace> {
    load(on, deployment, id)?.ok_or_else(|| Error::internal("read a workspace", "it is not there"))
}

/// Reads the columns that [`load`] selects.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Workspace> {
    Ok(Workspace {
        id: WorkspaceId::stored(cells.text()?),
        organization: OrganizationId::stored(cells.text()?),
        name: cells.text()?,
        description: cells.text()?,
        image_url: cells.text()?,
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
/// What the database says.
pub fn create(
    tx: &mut Tx<'_>,
    (deployment, organization, id): (&str, &OrganizationId, &WorkspaceId),
    words: Words<'_>,
    maker: &UserId,
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into workspaces (id, deployment_id, organization_id, version, gate, unsettled, name, description,
             image_url, public_metadata, private_metadata, created_by, created_at, updated_at)
         values ($1, $2, $3, 1, 1, 0, $4, $5, '', '{}', '{}', $6, $7, $7)",
        params![
            id.as_str(),
            deployment,
            organization.as_str(),
            words.name,
            words.description,
            maker.as_str(),
            now
        ],
    )?;
    Ok(())
}

/// Changes what is said; what is not stays. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn update(
    tx: &mut Tx<'_>,
    id: &str,
    (name, description): (Option<&str>, Option<&str>),
    now: i64,
) -> Result<()> {
    tx.execute(
        "update workspaces set version = version + 1, name = coalesce($2, name),
             description = coalesce($3, description), updated_at = $4 where id = $1",
        params![id, name, description, now],
    )?;
    Ok(())
}

/// Deletes a workspace, as [`crate::organization::store::delete`] does an organization.
///
/// # Errors
/// What the database says.
pub fn delete(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<()> {
    tx.execute(
        "update workspaces set version = version + 1, gate = gate + 1, unsettled = 1, name = '', description = '',
             image_url = '', public_metadata = '{}', private_metadata = '{}', allowed_addresses = '[]',
             deleted_at = $2, updated_at = $2
         where id = $1",
        params![id, now],
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
