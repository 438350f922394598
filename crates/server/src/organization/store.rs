//! Organizations in the database.

use super::said::Said;
use super::{Organization, slug};
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{OrganizationId, PictureId, UserId};
use crate::membership::restriction;
use crate::membership::store::metadata;
use crate::params;
use crate::picture;
use keyrack_protocol::Code;

/// The columns that [`read`] reads, of an organization `o` whose members `$count` counts.
macro_rules! organization_columns {
    ($count:literal) => {
        concat!(
            "o.id, o.name, o.slug, o.description, o.picture_id, o.public_metadata, o.auto_assigned_workspace_id, ",
            "coalesce(",
            $count,
            ".members, 0), o.created_at, o.updated_at, o.requires_second_factor, o.restricts_addresses, ",
            "o.allowed_addresses"
        )
    };
}
pub(crate) use organization_columns;

/// An organization that was not deleted.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Option<Organization>> {
    let row = on.query_one(
        concat!(
            "select ",
            organization_columns!("c"),
            " from organizations o left join member_counts c on c.place_id = o.id
             where o.id = $1 and o.deployment_id = $2 and o.deleted_at is null order by o.id"
        ),
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
        slug: cells.text()?,
        description: cells.text()?,
        picture: cells.text()?,
        public_metadata: metadata(&cells.text()?)?,
        auto_assigned_workspace: cells.optional_text()?,
        members: cells.int()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
        asks: restriction::read(cells)?,
    })
}

/// What is drawn for one that is made.
#[derive(Clone, Debug)]
pub struct Drawn<'a> {
    /// Its id.
    pub id: &'a str,
    /// The id of its picture.
    pub picture: &'a PictureId,
}

/// Makes an organization without members.
///
/// # Errors
/// [`Code::SlugTaken`].
pub fn create(
    tx: &mut Tx<'_>,
    deployment: &str,
    drawn: &Drawn<'_>,
    (said, maker): (&Said, &UserId),
    now: i64,
) -> Result<()> {
    let made = first_free(said, drawn.id, |slug| {
        tx.execute(
            "insert into organizations (id, deployment_id, version, gate, unsettled, name, slug, description,
                 picture_id, public_metadata, created_by, created_at, updated_at)
             values ($1, $2, 1, 1, 0, $3, $4, $5, '', $6, $7, $8, $8)
             on conflict (deployment_id, slug) where deleted_at is null do nothing",
            params![
                drawn.id,
                deployment,
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
    update(tx, deployment, drawn, &picture, now)
}

/// Tries the slug that is said, or those that the name gives, one after another, until `make` says that it made one.
///
/// # Errors
/// [`Code::SlugTaken`], and what `make` says.
pub fn first_free(said: &Said, id: &str, mut make: impl FnMut(&str) -> Result<u64>) -> Result<()> {
    let of_name = || slug::of(said.name.as_deref().unwrap_or_default(), id).to_vec();
    let slugs = said.slug.clone().map_or_else(of_name, |slug| vec![slug]);
    for slug in &slugs {
        if make(slug)? == 1 {
            return Ok(());
        }
    }
    Err(Code::SlugTaken.into())
}

/// Changes what is said; what is not stays. The caller holds the organization's lock.
///
/// # Errors
/// [`Code::SlugTaken`].
pub fn update(tx: &mut Tx<'_>, deployment: &str, drawn: &Drawn<'_>, said: &Said, now: i64) -> Result<()> {
    let id = drawn.id;
    if let Some(slug) = &said.slug {
        let taken = tx.query_one(
            "select id from organizations where deployment_id = $1 and slug = $2 and id <> $3 and deleted_at is null",
            params![deployment, slug, id],
        )?;
        if taken.is_some() {
            return Err(Code::SlugTaken.into());
        }
    }
    let picture = picture_of(tx, deployment, drawn, said, now)?;
    tx.execute(
        "update organizations set name = coalesce($2, name), slug = coalesce($3, slug),
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

/// Keeps the picture that is said, or none; its id, when anything is said.
///
/// # Errors
/// What the database says.
pub fn picture_of(
    tx: &mut Tx<'_>,
    deployment: &str,
    drawn: &Drawn<'_>,
    said: &Said,
    now: i64,
) -> Result<Option<String>> {
    let Some(picture) = &said.picture else { return Ok(None) };
    let of = (drawn.picture, picture.as_ref());
    picture::store::replace(tx, (deployment, drawn.id), of, now).map(Some)
}

/// Writes which workspace new members are put into, or that it is none. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn put_new_members_into(tx: &mut Tx<'_>, id: &str, workspace: Option<&str>) -> Result<()> {
    tx.execute(
        "update organizations set auto_assigned_workspace_id = $2 where id = $1",
        params![id, workspace],
    )?;
    Ok(())
}

/// Deletes an organization: from now on nobody is in it, and of what it said nothing is left. Its members and
/// workspaces are removed by [`super::settle`]. The caller holds its lock.
///
/// # Errors
/// What the database says.
pub fn delete(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<()> {
    picture::store::forget(tx, id)?;
    tx.execute(
        "update organizations set gate = gate + 1, unsettled = 1, name = '', slug = '', description = '',
             picture_id = '', public_metadata = '{}', auto_assigned_workspace_id = null, allowed_addresses = '[]',
             deleted_at = $2, updated_at = $2
         where id = $1",
        params![id, now],
    )?;
    // Its domains may be another's at once.
    for sql in [
        "delete from domain_owners where organization_id = $1",
        "delete from organization_domains where organization_id = $1",
    ] {
        tx.execute(sql, params![id])?;
    }
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
