//! The roles of a place: those that there are everywhere, then its own.

use super::{Permissions, Place, Role, Standing};
use crate::config::teams::{self, Kind, Roles};
use crate::db::{Cells, Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{MembershipId, RoleId};
use crate::params;

/// Roles of one place's own; more are refused.
pub const MOST_OF_ONES_OWN: usize = 50;

/// A role that there is everywhere, as it is in each place.
fn everywhere(kind: Kind, role: &teams::Role) -> Role {
    Role {
        id: kind.role_id(&role.key),
        own: false,
        name: role.name.clone(),
        permissions: role.permissions.clone(),
        created_at: 0,
        updated_at: 0,
    }
}

/// The role of all places that has this id.
#[must_use]
pub fn of_everywhere(known: &Roles, kind: Kind, id: &str) -> Option<Role> {
    let role = known.everywhere.iter().find(|role| kind.role_id(&role.key) == id);
    role.map(|role| everywhere(kind, role))
}

/// What a role of one's own allows, as it is stored, as far as the configuration knows it.
///
/// # Errors
/// When it is no list.
pub fn known_of(permissions: &str, known: &Roles) -> Result<Vec<String>> {
    let all = parse(permissions)?;
    Ok(all.into_iter().filter(|permission| known.knows(permission)).collect())
}

/// Every role of a place, at most [`MOST_OF_ONES_OWN`] and those of the configuration.
///
/// # Errors
/// What the database says.
pub fn all(on: &mut Snapshot<'_>, known: &Roles, place: &Place) -> Result<Vec<Role>> {
    let mut roles: Vec<Role> = known.everywhere.iter().map(|role| everywhere(place.kind, role)).collect();
    let rows = on.query(
        "select id, name, permissions, created_at, updated_at from roles
         where place_id = $1 and removed_at is null order by id",
        params![&place.id],
    )?;
    for row in rows {
        roles.push(read(&mut row.cells(), known)?);
    }
    Ok(roles)
}

fn read(cells: &mut Cells, known: &Roles) -> Result<Role> {
    let (id, name, permissions) = (cells.text()?, cells.text()?, known_of(&cells.text()?, known)?);
    Ok(Role { id, own: true, name, permissions, created_at: cells.int()?, updated_at: cells.int()? })
}

fn parse(permissions: &str) -> Result<Vec<String>> {
    serde_json::from_str(permissions).map_err(|cause| Error::internal("read a role", cause))
}

/// The role of a place that a text names.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, known: &Roles, place: &Place, id: &str) -> Result<Option<Role>> {
    if let Some(role) = of_everywhere(known, place.kind, id) {
        return Ok(Some(role));
    }
    let Some(id) = RoleId::parse(id) else { return Ok(None) };
    let row = on.query_one(
        "select id, name, permissions, created_at, updated_at from roles
         where id = $1 and place_id = $2 and removed_at is null",
        params![id.as_str(), &place.id],
    )?;
    row.map(|row| read(&mut row.cells(), known)).transpose()
}

/// Makes a role of the place's own; `false` when there are too many. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn create(tx: &mut Tx<'_>, (deployment, place): (&str, &Place), role: &Role) -> Result<bool> {
    let row = tx.query_one(
        "select count(*) from roles where place_id = $1 and removed_at is null",
        params![&place.id],
    )?;
    let there = row.map_or(Ok(0), |row| row.cells().int())?;
    if usize::try_from(there).is_ok_and(|there| there >= MOST_OF_ONES_OWN) {
        return Ok(false);
    }
    let permissions = written(&role.permissions)?;
    tx.execute(
        "insert into roles (id, deployment_id, place_id, name, permissions, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
        params![&role.id, deployment, &place.id, &role.name, &permissions, role.created_at],
    )?;
    Ok(true)
}

fn written(permissions: &[String]) -> Result<String> {
    serde_json::to_string(permissions).map_err(|cause| Error::internal("write a role", cause))
}

/// Writes what a role of the place's own is called and allows. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, role: &Role) -> Result<()> {
    let permissions = written(&role.permissions)?;
    tx.execute(
        "update roles set name = $2, permissions = $3, updated_at = $4 where id = $1",
        params![&role.id, &role.name, &permissions, role.updated_at],
    )?;
    Ok(())
}

/// Removes a role of the place's own: it allows nothing from now on, whoever has it. That they have it is forgotten in
/// batches, by [`forget_some`]. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn remove(tx: &mut Tx<'_>, place: &Place, id: &str, now: i64) -> Result<()> {
    tx.execute(
        "update roles set removed_at = $3, name = '', permissions = '[]' where id = $1 and place_id = $2",
        params![id, &place.id, now],
    )?;
    let unsettle = match place.kind {
        Kind::Organization => "update organizations set unsettled = 1 where id = $1",
        Kind::Workspace => "update workspaces set unsettled = 1 where id = $1",
    };
    tx.execute(unsettle, params![&place.id]).map(drop)
}

/// Forgets of at most `most` members of a place that they had a role that was removed, and then the role; whether there
/// may be more.
///
/// # Errors
/// What the database says.
pub fn forget_some(tx: &mut Tx<'_>, place: &str, most: i64) -> Result<bool> {
    let removed = tx.query_one(
        "select id from roles where place_id = $1 and removed_at is not null order by id limit 1",
        params![place],
    )?;
    let Some(row) = removed else { return Ok(false) };
    let role = row.cells().text()?;
    let forgotten = tx.execute(
        "delete from membership_roles where role_id = $2 and membership_id in (
             select membership_id from membership_roles where place_id = $1 and role_id = $2
             order by membership_id limit $3)",
        params![place, &role, most],
    )?;
    if forgotten == 0 {
        tx.execute("delete from roles where id = $1", params![&role])?;
    }
    Ok(true)
}

/// Gives a role to a member who need not lack it; whether that is something new.
///
/// # Errors
/// What the database says.
pub fn give(
    tx: &mut Tx<'_>,
    (deployment, place): (&str, &Place),
    member: &MembershipId,
    role: &str,
) -> Result<bool> {
    let given = tx.execute(
        "insert into membership_roles (membership_id, role_id, deployment_id, place_id)
         values ($1, $2, $3, $4) on conflict do nothing",
        params![member.as_str(), role, deployment, &place.id],
    )?;
    Ok(given == 1)
}

/// Takes a role from a member who need not have it; whether that is something new.
///
/// # Errors
/// What the database says.
pub fn take(tx: &mut Tx<'_>, member: &MembershipId, role: &str) -> Result<bool> {
    let taken = tx.execute(
        "delete from membership_roles where membership_id = $1 and role_id = $2",
        params![member.as_str(), role],
    )?;
    Ok(taken == 1)
}

/// What a user is in a place: the membership, and what its roles allow. One statement.
///
/// # Errors
/// What the database says.
pub fn of_user(
    on: &mut Snapshot<'_>,
    (known, kind): (&Roles, Kind),
    (place, user): (&str, &str),
) -> Result<Option<(MembershipId, Permissions)>> {
    let rows = on.query(
        "select m.id, r.role_id, o.permissions from memberships m
             left join membership_roles r on r.membership_id = m.id
             left join roles o on o.id = r.role_id and o.place_id = m.place_id and o.removed_at is null
         where m.place_id = $1 and m.user_id = $2 order by r.role_id",
        params![place, user],
    )?;
    gathered(rows, known, kind)
}

/// What somebody who stands in a place may do there; none when the membership has ended or the place's gate has risen.
/// One statement.
///
/// # Errors
/// What the database says.
pub fn of_standing(
    on: &mut Snapshot<'_>,
    (known, kind): (&Roles, Kind),
    standing: &Standing,
) -> Result<Option<Permissions>> {
    let rows = on.query(
        "select m.id, r.role_id, o.permissions from memberships m
             left join membership_roles r on r.membership_id = m.id
             left join roles o on o.id = r.role_id and o.place_id = m.place_id and o.removed_at is null
         where m.id = $1 and (
             exists (select 1 from organizations p where p.id = m.place_id and p.gate = $2)
             or exists (select 1 from workspaces w where w.id = m.place_id and w.gate = $2))
         order by r.role_id",
        params![standing.membership.as_str(), standing.gate],
    )?;
    Ok(gathered(rows, known, kind)?.map(|(_, permissions)| permissions))
}

fn gathered(rows: Vec<Row>, known: &Roles, kind: Kind) -> Result<Option<(MembershipId, Permissions)>> {
    let (mut member, mut all) = (None, Vec::new());
    for row in rows {
        let mut cells = row.cells();
        member = Some(MembershipId::stored(cells.text()?));
        let Some(id) = cells.optional_text()? else { continue };
        match of_everywhere(known, kind, &id) {
            Some(role) => all.extend(role.permissions),
            None => all.extend(cells.optional_text()?.map_or(Ok(Vec::new()), |text| parse(&text))?),
        }
    }
    Ok(member.map(|member| (member, Permissions::of(all.iter().map(String::as_str), known))))
}

/// Whether somebody administrates the place who is not `without`, by a role that is not `gone`.
///
/// # Errors
/// What the database says.
pub fn has_administrator(
    on: &mut Snapshot<'_>,
    (known, place): (&Roles, &Place),
    without: &MembershipId,
    gone: &str,
) -> Result<bool> {
    let administrate = place.kind.administrate();
    let roles = all(on, known, place)?;
    let grants = |role: &&Role| role.permissions.iter().any(|one| one == administrate) && role.id != gone;
    for role in roles.iter().filter(grants) {
        let row = on.query_one(
            "select membership_id from membership_roles
             where place_id = $1 and role_id = $2 and membership_id <> $3 order by membership_id limit 1",
            params![&place.id, &role.id, without.as_str()],
        )?;
        if row.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
