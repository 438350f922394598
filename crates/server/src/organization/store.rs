//! Organizations in the database.

use super::Organization;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{OrganizationId, UserId};
use crate::membership::restriction;
use crate::membership::store::metadata;
use crate::params;

/// What an organization is called.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it says about itself.
    pub description: &'a str,
}

/// An organization that was not deleted.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Option<Organization>> {
    let row = on.query_one(
        "select o.id, o.name, o.description, o.image_url, o.public_metadata, coalesce(c.members, 0), o.created_at,
             o.updated_at, o.requires_second_factor, o.restricts_addresses, o.allowed_addresses
         from organizations o left join member_counts c on c.place_id = o.id
         where o.id = $1 and o.deployment_id = $2 and o.deleted_at is null order by o.id",
        params![id, deployment],
    )?;
    row.map(|row| read(&mut row.cells())).transpose()
}

/// The same of one that must be there.
///
/// # Errors
/// What the database says.
pub fn present(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Organization> {
    load(on, deployment, id)?.ok_or_else(|| Error::internal("read an organization", "it is not there"))
}

/// Reads the columns that [`load`] selects.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Organization> {
    Ok(Organization {
        id: OrganizationId::stored(cells.text()?),
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

/// Makes an organization without members.
///
/// # Errors
/// What the database says.
pub fn create(
    tx: &mut Tx<'_>,
    (deployment, id): (&str, &OrganizationId),
    words: Words<'_>,
    maker: &UserId,
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into organizations (id, deployment_id, version, gate, unsettled, name, description, image_url,
             public_metadata, private_metadata, created_by, created_at, updated_at)
         values ($1, $2, 1, 1, 0, $3, $4, '', '{}', '{}', $5, $6, $6)",
        params![id.as_str(), deployment, words.name, words.description, maker.as_str(), now],
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
        "update organizations set name = coalesce($2, name), description = coalesce($3, description),
             updated_at = $4 where id = $1",
        params![id, name, description, now],
    )?;
    Ok(())
}

/// Deletes an organization: from now on nobody is in it, and of what it said nothing is left. Its members and
/// workspaces are removed by [`super::settle`]. The caller holds its lock.
///
/// # Errors
/// What the database says.
pub fn delete(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<()> {
    tx.execute(
        "update organizations set gate = gate + 1, unsettled = 1, name = '', description = '', image_url = '',
             public_metadata = '{}', private_metadata = '{}', allowed_addresses = '[]', deleted_at = $2,
             updated_at = $2
         where id = $1",
        params![id, now],
    )?;
    tx.touch_gate(id);
    Ok(())
}

/// How many organizations a user is in, and how many that there are the user has made.
///
/// # Errors
/// What the database says.
pub fn counts(on: &mut Snapshot<'_>, user: &UserId) -> Result<(i64, i64)> {
    let row = on.query_one(
        "select (select count(*) from memberships m join organizations o on o.id = m.place_id
                 where m.user_id = $1 and o.deleted_at is null),
             (select count(*) from organizations o where o.created_by = $1 and o.deleted_at is null)",
        params![user.as_str()],
    )?;
    let Some(row) = row else { return Ok((0, 0)) };
    let mut cells = row.cells();
    Ok((cells.int()?, cells.int()?))
}
