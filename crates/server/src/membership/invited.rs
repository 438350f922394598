//! What becomes of open invitations when memberships, users and places end. What invitations are and who sends and
//! accepts them is [`crate::invitation`]'s.

use super::Place;
use crate::db::{Row, Snapshot, Tx};
use crate::error::Result;
use crate::id::UserId;
use crate::params;
use crate::user::email::EmailAddress;

/// The member of a place who has proved an address.
///
/// # Errors
/// What the database says.
pub fn member_with(
    on: &mut Snapshot<'_>,
    deployment: &str,
    place: &Place,
    email: &EmailAddress,
) -> Result<Option<UserId>> {
    let row = on.query_one(
        "select m.user_id from email_addresses e join memberships m on m.user_id = e.user_id
         where e.deployment_id = $1 and e.email = $2 and e.verified_at is not null and m.place_id = $3
         order by e.id",
        params![deployment, email.as_str(), &place.id],
    )?;
    row.map(|row| Ok(UserId::stored(row.cells().text()?))).transpose()
}

/// Withdraws what would let a user who leaves a place, or is removed from it, come back into it by an invitation from
/// before; the ids of those, of which the user may have been told. The caller holds the locks of the organization and of
/// the user.
///
/// # Errors
/// What the database says.
pub fn withdraw_of(tx: &mut Tx<'_>, place: &Place, user: &UserId, now: i64) -> Result<Vec<String>> {
    let rows = tx.query(
        "select id from invitations
         where organization_id = $1 and ended_at is null and ($1 = $2 or workspace_id = $2)
             and email in (select email from email_addresses where user_id = $3 and verified_at is not null)
         order by id",
        params![place.organization.as_str(), &place.id, user.as_str()],
    )?;
    let withdrawn = ids(rows)?;
    for id in &withdrawn {
        tx.execute("update invitations set ended_at = $2, expires_at = $2 where id = $1", params![id, now])?;
    }
    Ok(withdrawn)
}

/// Some of the invitations to a place, at most `most`, ended or not: of one that was deleted there come no more.
///
/// # Errors
/// What the database says.
pub fn some_to(on: &mut Snapshot<'_>, place: &str, most: i64) -> Result<Vec<String>> {
    let rows = on.query(
        "select id from invitations where organization_id = $1
         union select id from invitations where workspace_id = $1 order by 1 limit $2",
        params![place, most],
    )?;
    ids(rows)
}

fn ids(rows: Vec<Row>) -> Result<Vec<String>> {
    rows.into_iter().map(|row| row.cells().text()).collect()
}

/// Deletes an invitation. Whoever was told of it is told before that it is over.
///
/// # Errors
/// What the database says.
pub fn forget(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    tx.execute("delete from invitations where id = $1", params![id]).map(drop)
}

/// Deletes the invitations of the addresses of a user who is deleted. The caller holds the user's lock, and deletes the
/// addresses afterwards.
///
/// # Errors
/// What the database says.
pub fn forget_user(tx: &mut Tx<'_>, user: &UserId) -> Result<()> {
    tx.execute(
        "delete from invitations where deployment_id = (select deployment_id from users where id = $1)
             and email in (select email from email_addresses where user_id = $1 and verified_at is not null)",
        params![user.as_str()],
    )?;
    Ok(())
}
