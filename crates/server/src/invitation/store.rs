//! Invitations in the database.

use super::{Invitation, Wanted};
use crate::db::{Cells, Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{InvitationId, OrganizationId, UserId};
use crate::params;
use crate::user::email::EmailAddress;

/// Writes a new invitation. The caller holds the organization's lock, and has ended one that the address had.
///
/// # Errors
/// What the database says.
pub fn create(tx: &mut Tx<'_>, deployment: &str, it: &Invitation) -> Result<()> {
    tx.execute(
        "insert into invitations (id, deployment_id, organization_id, workspace_id, email, role_id, workspace_role_id,
             inviter_id, created_at, updated_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            it.id.as_str(),
            deployment,
            it.wanted.organization.as_str(),
            it.wanted.workspace.as_deref(),
            it.email.as_str(),
            it.wanted.role.as_deref().unwrap_or_default(),
            it.wanted.workspace_role.as_deref().unwrap_or_default(),
            it.inviter.as_str(),
            it.created_at,
            it.updated_at,
            it.expires_at
        ],
    )?;
    Ok(())
}

/// An invitation, ended or not.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &InvitationId) -> Result<Option<Invitation>> {
    let row = on.query_one(
        "select id, organization_id, workspace_id, email, role_id, workspace_role_id, inviter_id, created_at,
             updated_at, expires_at, ended_at, accepted_by from invitations where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )?;
    row.map(read).transpose()
}

/// One of an organization that has not ended, by its id.
///
/// # Errors
/// What the database says.
pub fn of_place(
    on: &mut Snapshot<'_>,
    organization: &OrganizationId,
    id: &str,
) -> Result<Option<Invitation>> {
    let row = on.query_one(
        "select id, organization_id, workspace_id, email, role_id, workspace_role_id, inviter_id, created_at,
             updated_at, expires_at, ended_at, accepted_by from invitations
         where id = $1 and organization_id = $2 and ended_at is null",
        params![id, organization.as_str()],
    )?;
    row.map(read).transpose()
}

/// The same, by its address.
///
/// # Errors
/// What the database says.
pub fn of_address(
    on: &mut Snapshot<'_>,
    organization: &OrganizationId,
    email: &EmailAddress,
) -> Result<Option<Invitation>> {
    let row = on.query_one(
        "select id, organization_id, workspace_id, email, role_id, workspace_role_id, inviter_id, created_at,
             updated_at, expires_at, ended_at, accepted_by from invitations
         where organization_id = $1 and email = $2 and ended_at is null",
        params![organization.as_str(), email.as_str()],
    )?;
    row.map(read).transpose()
}

/// Those of an organization that have not ended, the newest first; with a workspace only those to it.
///
/// # Errors
/// What the database says.
pub fn list(
    on: &mut Snapshot<'_>,
    organization: &OrganizationId,
    workspace: Option<&str>,
    (before, limit): (&str, u32),
) -> Result<Vec<Invitation>> {
    let rows = on.query(
        "select id, organization_id, workspace_id, email, role_id, workspace_role_id, inviter_id, created_at,
             updated_at, expires_at, ended_at, accepted_by from invitations
         where organization_id = $1 and ended_at is null and ($2 = '' or workspace_id = $2)
             and ($3 = '' or id < $3)
         order by id desc limit $4",
        params![organization.as_str(), workspace.unwrap_or_default(), before, i64::from(limit)],
    )?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Invitation> {
    let mut cells = row.cells();
    let (id, organization) = (InvitationId::stored(cells.text()?), OrganizationId::stored(cells.text()?));
    let (workspace, email) = (cells.optional_text()?, cells.text()?);
    let wanted =
        Wanted { organization, workspace, role: named(&mut cells)?, workspace_role: named(&mut cells)? };
    Ok(Invitation {
        id,
        wanted,
        email: EmailAddress::parse(&email)
            .map_err(|_| Error::internal("read an invitation", "its address"))?,
        inviter: UserId::stored(cells.text()?),
        created_at: cells.int()?,
        updated_at: cells.int()?,
        expires_at: cells.int()?,
        ended_at: cells.optional_int()?,
        accepted_by: cells.optional_text()?.map(UserId::stored),
    })
}

fn named(cells: &mut Cells) -> Result<Option<String>> {
    Ok(Some(cells.text()?).filter(|id| !id.is_empty()))
}

/// How many of an organization have not ended.
///
/// # Errors
/// What the database says.
pub fn count(on: &mut Snapshot<'_>, organization: &OrganizationId) -> Result<i64> {
    let row = on.query_one(
        "select count(*) from invitations where organization_id = $1 and ended_at is null",
        params![organization.as_str()],
    )?;
    row.map_or(Ok(0), |row| row.cells().int())
}

/// Notes that an invitation was sent anew. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn renew(tx: &mut Tx<'_>, it: &Invitation) -> Result<()> {
    tx.execute(
        "update invitations set inviter_id = $2, updated_at = $3, expires_at = $4 where id = $1",
        params![it.id.as_str(), it.inviter.as_str(), it.updated_at, it.expires_at],
    )?;
    Ok(())
}

/// Ends an invitation, which `by` has accepted or somebody withdrawn; `false` when it had ended before, or is gone. The
/// caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn end(tx: &mut Tx<'_>, id: &InvitationId, by: Option<&UserId>, now: i64) -> Result<bool> {
    let ended = tx.execute(
        "update invitations set ended_at = $2, expires_at = $2, accepted_by = $3
         where id = $1 and ended_at is null",
        params![id.as_str(), now, by.map(UserId::as_str)],
    )?;
    Ok(ended == 1)
}
