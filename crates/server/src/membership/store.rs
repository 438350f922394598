//! Memberships in the database.

use super::{Membership, Place, former, invited, words};
use crate::config::teams::Kind;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{MembershipId, OrganizationId, UserId};
use crate::params;
use serde_json::{Map, Value};

/// How a try to make somebody a member ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The user is a member now.
    Now,
    /// The user was one already.
    Before,
    /// There are as many members as there may be.
    Full,
}

/// Takes the lock of a place's organization; none when there is no such place in the deployment.
///
/// # Errors
/// What the database says.
pub fn lock(tx: &mut Tx<'_>, deployment: &str, (kind, id): (Kind, &str)) -> Result<Option<Place>> {
    let Some(place) = find(tx, deployment, (kind, id))? else { return Ok(None) };
    let locked = tx.execute(
        "update organizations set version = version + 1
         where id = $1 and deployment_id = $2 and deleted_at is null",
        params![place.organization.as_str(), deployment],
    )?;
    if locked == 0 {
        return Ok(None);
    }
    // Whoever deleted it meanwhile held the same lock.
    find(tx, deployment, (kind, id))
}

/// A place that was not deleted.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, deployment: &str, (kind, id): (Kind, &str)) -> Result<Option<Place>> {
    let row = match kind {
        Kind::Organization => on.query_one(
            "select o.id from organizations o
             where o.id = $1 and o.deployment_id = $2 and o.deleted_at is null",
            params![id, deployment],
        )?,
        Kind::Workspace => on.query_one(
            "select w.organization_id from workspaces w join organizations o on o.id = w.organization_id
             where w.id = $1 and w.deployment_id = $2 and w.deleted_at is null and o.deleted_at is null",
            params![id, deployment],
        )?,
    };
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Place { kind, id: id.to_owned(), organization: OrganizationId::stored(row.cells().text()?) }))
}

/// Makes a place ready for its first member.
///
/// # Errors
/// What the database says.
pub fn begin(tx: &mut Tx<'_>, deployment: &str, place: &Place) -> Result<()> {
    tx.execute(
        "insert into member_counts (place_id, deployment_id, members) values ($1, $2, 0)",
        params![&place.id, deployment],
    )?;
    Ok(())
}

/// Makes a user a member of a place that has at most `most` (0 for any number). The caller holds the locks of the
/// organization, if the place is not new, and of the user.
///
/// # Errors
/// What the database says.
pub fn add(
    tx: &mut Tx<'_>,
    (deployment, place): (&str, &Place),
    (id, user): (&MembershipId, &UserId),
    most: u32,
    now: i64,
) -> Result<Joined> {
    let added = tx.execute(
        "insert into memberships
             (id, deployment_id, place_id, organization_id, user_id, public_metadata, created_at, updated_at)
         values ($1, $2, $3, $4, $5, '{}', $6, $6) on conflict (place_id, user_id) do nothing",
        params![id.as_str(), deployment, &place.id, place.organization.as_str(), user.as_str(), now],
    )?;
    if added == 0 {
        return Ok(Joined::Before);
    }
    let counted = tx.execute(
        "update member_counts set members = members + 1
         where place_id = $1 and ($2 = 0 or members < $2)",
        params![&place.id, i64::from(most)],
    )?;
    if counted == 0 {
        tx.execute("delete from memberships where id = $1", params![id.as_str()])?;
        return Ok(Joined::Full);
    }
    if place.kind == Kind::Organization {
        former::forget(tx, &place.id, user)?;
    }
    let words = words::of_user(tx, user)?;
    words::write(tx, (deployment, &place.id), id, &words)?;
    Ok(Joined::Now)
}

/// Ends a membership. The caller holds the locks of the organization and the user, and ends where the user's
/// sign-ins stand.
///
/// # Errors
/// What the database says.
pub fn remove(tx: &mut Tx<'_>, place: &str, id: &MembershipId) -> Result<()> {
    for sql in [
        "delete from membership_roles where membership_id = $1",
        "delete from member_words where membership_id = $1",
    ] {
        tx.execute(sql, params![id.as_str()])?;
    }
    if tx.execute("delete from memberships where id = $1", params![id.as_str()])? == 1 {
        tx.execute("update member_counts set members = members - 1 where place_id = $1", params![place])?;
    }
    Ok(())
}

/// Where a user is a member, of one organization or, without one, everywhere: the place and the membership, in the
/// order of the places.
///
/// # Errors
/// What the database says.
pub fn of_user(
    on: &mut Snapshot<'_>,
    user: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<Vec<(String, MembershipId)>> {
    let rows = on.query(
        "select place_id, id from memberships where user_id = $1 and ($2 = '' or organization_id = $2)
         order by place_id",
        params![user.as_str(), organization.map_or("", OrganizationId::as_str)],
    )?;
    let read = |row: crate::db::Row| {
        let mut cells = row.cells();
        Ok((cells.text()?, MembershipId::stored(cells.text()?)))
    };
    rows.into_iter().map(read).collect()
}

/// The member of a place that a text names: by the membership's id or the user's.
///
/// # Errors
/// What the database says.
pub fn member(on: &mut Snapshot<'_>, place: &Place, text: &str) -> Result<Option<Membership>> {
    let row = match UserId::parse(text) {
        Some(user) => on.query_one(
            "select id, user_id, public_metadata, created_at, updated_at from memberships
             where place_id = $1 and user_id = $2 order by id",
            params![&place.id, user.as_str()],
        )?,
        None => on.query_one(
            "select id, user_id, public_metadata, created_at, updated_at from memberships
             where place_id = $1 and id = $2 order by id",
            params![&place.id, text],
        )?,
    };
    row.map(|row| read(&mut row.cells())).transpose()
}

/// Reads the columns `id, user_id, public_metadata, created_at, updated_at` of a membership.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Membership> {
    Ok(Membership {
        id: MembershipId::stored(cells.text()?),
        user: UserId::stored(cells.text()?),
        public_metadata: metadata(&cells.text()?)?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
    })
}

/// Metadata as it is stored.
///
/// # Errors
/// When it is no object.
pub fn metadata(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|cause| Error::internal("read metadata", cause))
}

/// Writes what the application stores with a membership, as JSON.
///
/// # Errors
/// What the database says.
pub fn set_metadata(tx: &mut Tx<'_>, id: &MembershipId, metadata: &str, now: i64) -> Result<()> {
    tx.execute(
        "update memberships set public_metadata = $2, updated_at = $3 where id = $1",
        params![id.as_str(), metadata, now],
    )?;
    Ok(())
}

/// Notes that a membership has changed.
///
/// # Errors
/// What the database says.
pub fn touch(tx: &mut Tx<'_>, id: &MembershipId, now: i64) -> Result<()> {
    tx.execute("update memberships set updated_at = $2 where id = $1", params![id.as_str(), now])?;
    Ok(())
}

/// How many members a place has.
///
/// # Errors
/// What the database says.
pub fn count(on: &mut Snapshot<'_>, place: &str) -> Result<i64> {
    let row = on.query_one("select members from member_counts where place_id = $1", params![place])?;
    row.map_or(Ok(0), |row| row.cells().int())
}

/// Ends every membership of a user who is deleted, and the invitations to one's addresses. The caller holds the user's lock and ends the sign-ins.
///
/// # Errors
/// What the database says.
pub fn forget_user(tx: &mut Tx<'_>, user: &UserId) -> Result<()> {
    for (place, member) in of_user(tx, user, None)? {
        remove(tx, &place, &member)?;
    }
    tx.execute("delete from former_members where user_id = $1", params![user.as_str()])?;
    tx.execute("delete from user_scopes where user_id = $1", params![user.as_str()])?;
    invited::forget_user(tx, user)
}
