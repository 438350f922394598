//! Where users stand, would stand, and stood last.

use super::restriction::{self, Restriction};
use super::store;
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::{MembershipId, UserId};
use crate::params;

/// Where a sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// In which organization.
    pub organization: Standing,
    /// In which workspace of it, if in one.
    pub workspace: Option<Standing>,
}

/// Standing in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The membership by which.
    pub membership: MembershipId,
    /// The place's id.
    pub place: String,
    /// The place's gate when it was passed.
    pub gate: i64,
    /// How the gate is now.
    pub now: Gate,
    /// What the place asks of whoever stands in it.
    pub asks: Restriction,
}

/// A place's gate, as somebody finds it who has passed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// As it was.
    Same,
    /// It has risen to this: what the place asks is something else, and it has to be passed again.
    Risen(i64),
    /// There is no such place any more.
    Gone,
}

impl Standing {
    /// Standing in a place that asks nothing: a new one.
    #[must_use]
    pub fn in_new(place: &str, membership: &MembershipId) -> Self {
        Self {
            membership: membership.clone(),
            place: place.to_owned(),
            gate: 1,
            now: Gate::Same,
            asks: Restriction::default(),
        }
    }
}

/// Where a user would stand in a place, whether or not what it asks is met; none when the user is no member, or there is
/// no such place.
///
/// # Errors
/// What the database says.
pub fn find(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (kind, place): (Kind, &str),
    user: &UserId,
) -> Result<Option<Standing>> {
    let row = match kind {
        Kind::Organization => on.query_one(
            "select m.id, o.id, o.gate, o.requires_second_factor, o.restricts_addresses, o.allowed_addresses
             from memberships m join organizations o on o.id = m.place_id
             where m.place_id = $1 and m.user_id = $2 and o.deployment_id = $3 and o.deleted_at is null
             order by m.id",
            params![place, user.as_str(), deployment],
        )?,
        Kind::Workspace => on.query_one(
            "select m.id, w.id, w.gate, w.requires_second_factor, w.restricts_addresses, w.allowed_addresses
             from memberships m join workspaces w on w.id = m.place_id
             where m.place_id = $1 and m.user_id = $2 and w.deployment_id = $3 and w.deleted_at is null
             order by m.id",
            params![place, user.as_str(), deployment],
        )?,
    };
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    Ok(Some(Standing {
        membership: MembershipId::stored(cells.text()?),
        place: cells.text()?,
        gate: cells.int()?,
        now: Gate::Same,
        asks: restriction::read_asked(&mut cells)?,
    }))
}

/// The place that a membership of this user is in.
///
/// # Errors
/// What the database says.
pub fn place_of(
    on: &mut Snapshot<'_>,
    deployment: &str,
    membership: &MembershipId,
    user: &UserId,
) -> Result<Option<String>> {
    let row = on.query_one(
        "select place_id from memberships where id = $1 and user_id = $2 and deployment_id = $3",
        params![membership.as_str(), user.as_str(), deployment],
    )?;
    row.map(|row| row.cells().text()).transpose()
}

/// Where a user would stand in a workspace, and with it in its organization.
///
/// # Errors
/// What the database says.
pub fn in_workspace(
    on: &mut Snapshot<'_>,
    deployment: &str,
    workspace: &str,
    user: &UserId,
) -> Result<Option<Scope>> {
    let Some(place) = store::find(on, deployment, (Kind::Workspace, workspace))? else { return Ok(None) };
    let organization = (Kind::Organization, place.organization.as_str());
    let Some(organization) = find(on, deployment, organization, user)? else { return Ok(None) };
    let workspace = find(on, deployment, (Kind::Workspace, workspace), user)?;
    Ok(workspace.map(|workspace| Scope { organization, workspace: Some(workspace) }))
}

/// Remembers where the next sign-in of a user begins.
///
/// # Errors
/// What the database says.
pub fn remember(tx: &mut Tx<'_>, deployment: &str, user: &UserId, scope: Option<&Scope>) -> Result<()> {
    let workspace = scope.and_then(|scope| scope.workspace.as_ref());
    tx.execute(
        "insert into user_scopes (user_id, deployment_id, organization_membership_id, workspace_membership_id)
         values ($1, $2, $3, $4) on conflict (user_id) do update
         set organization_membership_id = excluded.organization_membership_id,
             workspace_membership_id = excluded.workspace_membership_id",
        params![
            user.as_str(),
            deployment,
            scope.map(|scope| scope.organization.membership.as_str()),
            workspace.map(|standing| standing.membership.as_str())
        ],
    )?;
    Ok(())
}

/// Where a new sign-in of a user begins: where the last one stood, if the user is still a member there. The caller
/// holds the user's lock.
///
/// # Errors
/// What the database says.
pub fn last_scope(tx: &mut Tx<'_>, deployment: &str, user: &UserId) -> Result<Option<Scope>> {
    let row = tx.query_one(
        "select o.place_id, w.place_id from user_scopes s
             join memberships o on o.id = s.organization_membership_id
             left join memberships w on w.id = s.workspace_membership_id
         where s.user_id = $1 order by s.user_id",
        params![user.as_str()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let (organization, workspace) = (cells.text()?, cells.optional_text()?);
    if let Some(workspace) = workspace
        && let Some(scope) = in_workspace(tx, deployment, &workspace, user)?
    {
        return Ok(Some(scope));
    }
    let standing = find(tx, deployment, (Kind::Organization, &organization), user)?;
    Ok(standing.map(|organization| Scope { organization, workspace: None }))
}
