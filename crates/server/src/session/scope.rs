//! Where sign-ins stand: in an organization and, inside of it, in a workspace, or in neither.
//!
//! A choice is kept with the sign-in, and with the user for the next one. It ends with the membership, in the same
//! transaction; what concerns all members of a place at once raises the place's gate instead, and whoever finds a
//! sign-in at an older gate puts it out (see [`super::store::load`]).

use super::{LiveSignIn, Loaded, Plan, read as reading, store};
use crate::app::Site;
use crate::audit::By;
use crate::config::Deployment;
use crate::db::{Cells, Db, Tx};
use crate::error::Result;
use crate::id::{MembershipId, SessionId, SignInId, UserId};
use crate::membership::{self, Scope, Standing};
use crate::params;
use keyrack_protocol::ChangeReason;

/// A sign-in stands elsewhere from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The sign-in.
    pub sign_in: SignInId,
    /// Where it stands.
    pub to: Option<Scope>,
    /// Why: [`ChangeReason::Switched`] when it was chosen, which is remembered for the next sign-in.
    pub reason: ChangeReason,
}

/// Where a sign-in stands that enters an organization: a workspace inside of it is kept, any other is left.
#[must_use]
pub fn in_organization(now: Option<&Scope>, to: Option<Standing>) -> Option<Scope> {
    to.map(|organization| {
        let same = now.filter(|now| now.organization.place == organization.place);
        Scope { workspace: same.and_then(|same| same.workspace.clone()), organization }
    })
}

/// Moves a sign-in; nothing when it stands there already.
#[must_use]
pub fn move_to(sign_in: &LiveSignIn, to: Option<Scope>) -> Plan {
    if sign_in.scope == to {
        return Plan::default();
    }
    let moved = Moved { sign_in: sign_in.id.clone(), to, reason: ChangeReason::Switched };
    Plan { moved: vec![moved], ..Plan::default() }
}

/// Where a sign-in still stands that a gate may have put out; none when nothing has changed.
#[must_use]
pub fn put_out(sign_in: &LiveSignIn) -> Option<Moved> {
    let scope = sign_in.scope.as_ref()?;
    let is_out = |standing: &Standing| standing.is_out;
    let to = match scope.organization.is_out {
        true => None,
        false if scope.workspace.as_ref().is_some_and(is_out) => {
            Some(Scope { organization: scope.organization.clone(), workspace: None })
        }
        false => return None,
    };
    Some(Moved { sign_in: sign_in.id.clone(), to, reason: ChangeReason::MembershipEnded })
}

/// Where the sign-ins of `user` stand after the user has left a place.
#[must_use]
pub fn leave_place(loaded: &Loaded, user: &UserId, place: &str) -> Plan {
    let mut moved = Vec::new();
    for sign_in in loaded.sign_ins.iter().filter(|sign_in| sign_in.user.id == *user) {
        let Some(scope) = &sign_in.scope else { continue };
        let to = if scope.organization.place == place {
            None
        } else if scope.workspace.as_ref().is_some_and(|workspace| workspace.place == place) {
            Some(Scope { organization: scope.organization.clone(), workspace: None })
        } else {
            continue;
        };
        moved.push(Moved { sign_in: sign_in.id.clone(), to, reason: ChangeReason::MembershipEnded });
    }
    Plan { moved, ..Plan::default() }
}

/// Ends where the sign-ins of `user` stand in a place, and raises the revisions of their sessions. The caller holds
/// the user's lock, and that of no session.
///
/// # Errors
/// What the database says.
pub fn end(tx: &mut Tx<'_>, site: &Site, (user, place): (&UserId, &str), by: &By) -> Result<()> {
    let rows = tx.query(
        "select distinct session_id from sign_ins
         where user_id = $1 and ended_at is null and (organization_id = $2 or workspace_id = $2)
         order by session_id",
        params![user.as_str(), place],
    )?;
    let sessions: Result<Vec<SessionId>> =
        rows.into_iter().map(|row| Ok(SessionId::stored(row.cells().text()?))).collect();
    let sessions = sessions?;
    store::lock(tx, &site.config.id, &sessions.iter().collect::<Vec<_>>())?;
    for session in &sessions {
        let Some(loaded) = reading::settle(tx, site, session, by.now)? else { continue };
        let plan = leave_place(&loaded, user, place);
        if !plan.is_empty() {
            store::apply(tx, site, &loaded, &plan, by)?;
            store::raise(tx, site, session, plan.reason(), by.now)?;
        }
    }
    Ok(())
}

/// Writes where a sign-in stands, and, when it was chosen, where the user's next one begins.
///
/// # Errors
/// What the database says.
pub fn write(tx: &mut Tx<'_>, loaded: &Loaded, moved: &Moved, now: i64) -> Result<()> {
    stand(tx, &moved.sign_in, moved.to.as_ref(), now)?;
    let chosen = moved.reason == ChangeReason::Switched;
    let user = loaded.sign_ins.iter().find(|sign_in| sign_in.id == moved.sign_in).filter(|_| chosen);
    match user {
        Some(sign_in) => {
            let user = &sign_in.user.id;
            membership::standing::remember(tx, &loaded.deployment, user, moved.to.as_ref())
        }
        None => Ok(()),
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

/// Reads the columns `organization_membership_id, organization_id, organization_gate`, whether that gate has risen,
/// and the same four of a workspace.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Option<Scope>> {
    let (organization, workspace) = (read_standing(cells)?, read_standing(cells)?);
    Ok(organization.map(|organization| Scope { organization, workspace }))
}

fn read_standing(cells: &mut Cells) -> Result<Option<Standing>> {
    let (membership, place, gate) = (cells.optional_text()?, cells.optional_text()?, cells.optional_int()?);
    let is_out = cells.int()? == 1;
    let (Some(membership), Some(place), Some(gate)) = (membership, place, gate) else { return Ok(None) };
    Ok(Some(Standing { membership: MembershipId::stored(membership), place, gate, is_out }))
}
