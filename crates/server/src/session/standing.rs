//! Where sign-ins stand, in the database: what [`super::scope`] decides is written and read here.

use super::scope::Moved;
use super::{Loaded, revoked};
use crate::app::Site;
use crate::audit::{self, About, By, Event};
use crate::config::Deployment;
use crate::db::{Cells, Db, Tx};
use crate::error::Result;
use crate::id::{MembershipId, SignInId};
use crate::membership::{self, Gate, Scope, Standing, restriction};
use crate::params;
use keyrack_protocol::ChangeReason;

/// Writes where a sign-in stands, and, when it was chosen, where the user's next one begins. That it may not be used where
/// it stood is recorded.
///
/// # Errors
/// What the database says.
pub fn write(tx: &mut Tx<'_>, site: &Site, loaded: &Loaded, moved: &Moved, by: &By) -> Result<()> {
    stand(tx, &moved.sign_in, moved.to.as_ref(), by.now)?;
    let sign_in = loaded.sign_ins.iter().find(|sign_in| sign_in.id == moved.sign_in);
    let Some(sign_in) = sign_in else { return Ok(()) };
    match moved.reason {
        // Where the user begins the next time is not for somebody else to say.
        ChangeReason::Switched if sign_in.bounds.act.is_some() => Ok(()),
        ChangeReason::Switched => {
            membership::standing::remember(tx, &loaded.deployment, &sign_in.user.id, moved.to.as_ref())
        }
        ChangeReason::MembershipEnded => revoked::revoke(tx, site, &moved.sign_in, by.now),
        ChangeReason::ScopeEnded => {
            revoked::revoke(tx, site, &moved.sign_in, by.now)?;
            let left = sign_in.scope.as_ref().map(|scope| match (&scope.workspace, &moved.to) {
                (Some(workspace), Some(_)) => workspace.place.as_str(),
                _ => scope.organization.place.as_str(),
            });
            let about = About {
                reason: left.unwrap_or_default(),
                user: Some(&sign_in.user.id),
                session: Some(&loaded.id),
                sign_in: Some(&sign_in.id),
                identifier: None,
                invitation: None,
            };
            audit::record(tx, site, by, Event::ScopeEnded, about)
        }
        _ => Ok(()),
    }
}

/// Lets a sign-in stand somewhere.
///
/// # Errors
/// What the database says.
pub fn stand(tx: &mut Tx<'_>, sign_in: &SignInId, to: Option<&Scope>, now: i64) -> Result<()> {
    let organization = to.map(|to| &to.organization);
    let workspace = to.and_then(|to| to.workspace.as_ref());
    tx.execute(
        "update sign_ins set organization_id = $2, organization_membership_id = $3, organization_gate = $4,
             workspace_id = $5, workspace_membership_id = $6, workspace_gate = $7, updated_at = $8
         where id = $1",
        params![
            sign_in.as_str(),
            organization.map(|standing| standing.place.as_str()),
            organization.map(|standing| standing.membership.as_str()),
            organization.map(|standing| standing.gate),
            workspace.map(|standing| standing.place.as_str()),
            workspace.map(|standing| standing.membership.as_str()),
            workspace.map(|standing| standing.gate),
            now
        ],
    )?;
    Ok(())
}

/// Ends where the sign-ins of a deployment stand that has organizations or workspaces no more. Whoever remembers one of
/// its sessions confirms it, or has just started.
///
/// # Errors
/// What the database says.
pub async fn end_what_is_off(db: &Db, config: &Deployment) -> Result<()> {
    if config.organizations.enabled && config.workspaces.enabled {
        return Ok(());
    }
    let (deployment, stays) = (config.id.clone(), i64::from(config.organizations.enabled));
    db.write(move |tx| {
        tx.execute(
            "update sessions set version = version + 1, revision = revision + 1
             where deployment_id = $1 and id in (select session_id from sign_ins
                 where deployment_id = $1 and organization_id is not null and ended_at is null
                     and ($2 = 0 or workspace_id is not null))",
            params![&deployment, stays],
        )?;
        tx.execute(
            "update sign_ins set workspace_id = null, workspace_membership_id = null, workspace_gate = null
             where deployment_id = $1 and workspace_id is not null and ended_at is null",
            params![&deployment],
        )?;
        tx.execute(
            "update sign_ins set organization_id = null, organization_membership_id = null,
                 organization_gate = null
             where deployment_id = $1 and organization_id is not null and ended_at is null and $2 = 0",
            params![&deployment, stays],
        )
    })
    .await
    .map(drop)
}

/// Reads the columns `organization_membership_id, organization_id, organization_gate`, the organization's gate and what
/// it asks, and the same of a workspace.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Option<Scope>> {
    let (organization, workspace) = (read_standing(cells)?, read_standing(cells)?);
    Ok(organization.map(|organization| Scope { organization, workspace }))
}

fn read_standing(cells: &mut Cells) -> Result<Option<Standing>> {
    let (membership, place, gate) = (cells.optional_text()?, cells.optional_text()?, cells.optional_int()?);
    let (present, asks) = (cells.optional_int()?, restriction::read_asked(cells)?);
    let (Some(membership), Some(place), Some(gate)) = (membership, place, gate) else { return Ok(None) };
    let now = match present {
        None => Gate::Gone,
        Some(present) if present == gate => Gate::Same,
        Some(present) => Gate::Risen(present),
    };
    Ok(Some(Standing { membership: MembershipId::stored(membership), place, gate, now, asks }))
}
