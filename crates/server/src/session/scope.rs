//! Where sign-ins stand: in an organization and, inside of it, in a workspace, or in neither.
//!
//! A choice is kept with the sign-in, and with the user for the next one. It ends with the membership, in the same
//! transaction; what concerns all members of a place at once raises the place's gate instead, and whoever finds a
//! sign-in at an older gate lets it pass, or puts it out if it may not (see [`super::store::load`]). From which address
//! somebody comes, only a request knows: each is judged by its own ([`super::read`]).

use super::{LiveSignIn, Loaded, Opened, Plan, read as reading, store};
use crate::app::Site;
use crate::audit::By;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{SessionId, SignInId, UserId};
use crate::membership::restriction::Visitor;
use crate::membership::{Gate, Scope, Standing};
use keyrack_protocol::ChangeReason;
use std::net::IpAddr;

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

/// Where a sign-in stands after somebody at this address has come (none where nobody has), if it stands elsewhere then:
/// out of what is gone and out of what it may not be used in; what it may be used in, it passes the risen gate of.
#[must_use]
pub fn settled(sign_in: &LiveSignIn, from: Option<IpAddr>) -> Option<Moved> {
    let scope = sign_in.scope.as_ref()?;
    let visitor = visitor(sign_in, from);
    let moved = |to, reason| Moved { sign_in: sign_in.id.clone(), to, reason };
    let organization = match pass(&scope.organization, visitor) {
        Ok(organization) => organization,
        Err(reason) => return Some(moved(None, reason)),
    };
    let (workspace, reason) = match scope.workspace.as_ref().map(|workspace| pass(workspace, visitor)) {
        None => (None, ChangeReason::Changed),
        Some(Ok(workspace)) => (Some(workspace), ChangeReason::Changed),
        Some(Err(reason)) => (None, reason),
    };
    let to = Scope { organization, workspace };
    (to != *scope).then(|| moved(Some(to), reason))
}

/// The same standing behind the gate as it is now, or why there is none.
fn pass(standing: &Standing, visitor: Visitor) -> std::result::Result<Standing, ChangeReason> {
    if standing.now == Gate::Gone {
        return Err(ChangeReason::MembershipEnded);
    }
    if standing.asks.judge(visitor).is_there() {
        return Err(ChangeReason::ScopeEnded);
    }
    let gate = match standing.now {
        Gate::Risen(gate) => gate,
        Gate::Same | Gate::Gone => standing.gate,
    };
    Ok(Standing { gate, now: Gate::Same, ..standing.clone() })
}

/// A sign-in that comes from this address, if it comes, as far as restrictions look at it.
#[must_use]
pub fn visitor(sign_in: &LiveSignIn, from: Option<IpAddr>) -> Visitor {
    Visitor { address: from, second_factor: sign_in.has_second_factor() }
}

/// Refuses a scope in which the user of a sign-in may do nothing, coming from this address.
///
/// # Errors
/// [`keyrack_protocol::Code::AddressNotAllowed`]; [`keyrack_protocol::Code::OrganizationRequiresMfa`] or
/// [`keyrack_protocol::Code::WorkspaceRequiresMfa`].
pub fn admit(sign_in: &LiveSignIn, to: Option<&Scope>, from: IpAddr) -> Result<()> {
    let Some(to) = to else { return Ok(()) };
    let visitor = visitor(sign_in, Some(from));
    to.organization.asks.judge(visitor).refuse(Kind::Organization)?;
    to.workspace.as_ref().map_or(Ok(()), |it| it.asks.judge(visitor).refuse(Kind::Workspace))
}

/// As much of a scope as a visitor may stand in.
#[must_use]
pub fn as_admitted(to: Scope, visitor: Visitor) -> Option<Scope> {
    let may = |standing: &Standing| !standing.asks.judge(visitor).is_there();
    let Scope { organization, workspace } = to;
    may(&organization).then(|| Scope { organization, workspace: workspace.filter(may) })
}

/// Puts out those of the sign-ins that a rack opens which may not be used where they stand, from this address.
#[must_use]
pub fn keep_out(loaded: &Loaded, opened: Opened, from: IpAddr) -> Plan {
    let moved = loaded.visible(opened).filter_map(|sign_in| settled(sign_in, Some(from)));
    Plan { moved: moved.collect(), ..Plan::default() }
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
    // Tokens of a moment ago may speak for a place that the sign-in has left since, or that only a tab stands in.
    let mut plan = lose(loaded, user);
    plan.revoke.retain(|id| !moved.iter().any(|moved| moved.sign_in == *id));
    Plan { moved, ..plan }
}

/// The sign-ins of `user` lose something that their tokens may say, wherever they stand.
#[must_use]
pub fn lose(loaded: &Loaded, user: &UserId) -> Plan {
    let theirs = loaded.sign_ins.iter().filter(|sign_in| sign_in.user.id == *user);
    Plan { revoke: theirs.map(|sign_in| sign_in.id.clone()).collect(), ..Plan::default() }
}

/// Ends where the sign-ins of `user` stand in a place, and raises the revisions of all the user's sessions, which show a
/// membership less. The caller holds the user's lock, and that of no session.
///
/// # Errors
/// What the database says.
pub fn end(tx: &mut Tx<'_>, site: &Site, (user, place): (&UserId, &str), by: &By) -> Result<()> {
    let leave = |loaded: &Loaded| leave_place(loaded, user, place);
    let sessions = reading::sessions_of(tx, user)?;
    in_each(tx, site, (&sessions, by), ChangeReason::MembershipEnded, &leave)
}

/// Raises the revisions of a user's sessions, of which a membership has changed. The caller holds the user's lock, and
/// that of no session.
///
/// # Errors
/// What the database says.
pub fn tell(tx: &mut Tx<'_>, site: &Site, user: &UserId, by: &By) -> Result<()> {
    let sessions = reading::sessions_of(tx, user)?;
    tell_in(tx, site, &sessions, by)
}

/// The same when they may do less than before.
///
/// # Errors
/// What the database says.
pub fn tell_of_loss(tx: &mut Tx<'_>, site: &Site, user: &UserId, by: &By) -> Result<()> {
    let sessions = reading::sessions_of(tx, user)?;
    in_each(tx, site, (&sessions, by), ChangeReason::Changed, &|loaded| lose(loaded, user))
}

/// The same in some of them, whose locks the caller may hold.
///
/// # Errors
/// What the database says.
pub fn tell_in(tx: &mut Tx<'_>, site: &Site, sessions: &[SessionId], by: &By) -> Result<()> {
    in_each(tx, site, (sessions, by), ChangeReason::Changed, &|_| Plan::default())
}

fn in_each(
    tx: &mut Tx<'_>,
    site: &Site,
    (sessions, by): (&[SessionId], &By),
    reason: ChangeReason,
    plan: &dyn Fn(&Loaded) -> Plan,
) -> Result<()> {
    store::lock(tx, &site.config.id, &sessions.iter().collect::<Vec<_>>())?;
    for session in sessions {
        let loaded = reading::settle(tx, site, session, by.now)?;
        let Some(loaded) = loaded.filter(|loaded| loaded.ended_at.is_none()) else { continue };
        store::apply(tx, site, &loaded, &plan(&loaded), by)?;
        store::raise(tx, site, session, reason, by.now)?;
    }
    Ok(())
}
