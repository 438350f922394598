//! What a switch, a sign-out or the passing of time changes in a session: worked out here, carried out by the
//! store.

use super::scope::{self, Moved};
use super::{LiveSignIn, Loaded, Opened};
use crate::id::{AttemptId, SignInId};
use keyrack_protocol::{ChangeReason, Code, EndReason};

/// What a mutation changes in a session; nothing, unless it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Sign-ins that end, and why.
    pub end: Vec<(SignInId, EndReason)>,
    /// Attempts that end.
    pub end_attempts: Vec<AttemptId>,
    /// The sign-in that becomes the last active one.
    pub activate: Option<SignInId>,
    /// What the session's active sign-in becomes.
    pub active: Option<Option<SignInId>>,
    /// Sign-ins that stand elsewhere from now on.
    pub moved: Vec<Moved>,
    /// Sign-ins that stay, and whose tokens say what is theirs no more.
    pub revoke: Vec<SignInId>,
    /// What the session says of how its last active sign-in ended.
    pub end_reason: Option<Option<EndReason>>,
}

impl Plan {
    /// Whether it changes nothing: then no revision is raised.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What those who follow the session are told of it. A plan that changes nothing is carried out only to move
    /// the end of a sign-in that was used.
    #[must_use]
    pub fn reason(&self) -> ChangeReason {
        match self.end.last() {
            Some((_, reason)) => (*reason).into(),
            None if self.activate.is_some() || self.active.is_some() => ChangeReason::Switched,
            None if !self.end_attempts.is_empty() => ChangeReason::Attempt,
            None => self.why_moved().unwrap_or(ChangeReason::Renewed),
        }
    }
}

impl Plan {
    /// Why sign-ins stand elsewhere, rather than that one passed a gate again.
    fn why_moved(&self) -> Option<ChangeReason> {
        let mut reasons = self.moved.iter().map(|moved| moved.reason);
        let last = self.moved.last().map(|moved| moved.reason);
        reasons.rfind(|reason| *reason != ChangeReason::Changed).or(last)
    }
}

/// Switches to the sign-in with this id.
///
/// # Errors
/// [`Code::SignInNotFound`] when the rack does not open one.
pub fn switch_to(loaded: &Loaded, opened: Opened, id: &str) -> Result<Plan, Code> {
    let target = loaded.visible_sign_in(opened, id)?;
    let active = loaded.active_for(opened).map(|sign_in| &sign_in.id);
    let may = loaded.may_activate(opened);
    let is_stored = loaded.active.as_ref() == Some(&target.id) && loaded.end_reason.is_none();
    if active == Some(&target.id) && (is_stored || !may) {
        return Ok(Plan::default());
    }
    Ok(Plan {
        activate: Some(target.id.clone()),
        active: may.then(|| Some(target.id.clone())),
        end_reason: may.then_some(None),
        ..Plan::default()
    })
}

/// Signs out the sign-in with this id; the last active of the others takes over from the active one.
///
/// # Errors
/// [`Code::SignInNotFound`] when the rack does not open one.
pub fn sign_out_one(loaded: &Loaded, opened: Opened, id: &str) -> Result<Plan, Code> {
    let target = loaded.visible_sign_in(opened, id)?;
    let shown_active = loaded.active_for(opened).is_some_and(|active| active.id == target.id);
    let was_active = shown_active && loaded.may_activate(opened);
    let others = loaded.visible(opened).filter(|sign_in| sign_in.id != target.id);
    Ok(Plan {
        active: was_active.then(|| loaded.active_among(others).map(|sign_in| sign_in.id.clone())),
        end_reason: was_active.then_some(Some(EndReason::SignedOut)),
        ..end(loaded, vec![(target.id.clone(), EndReason::SignedOut)])
    })
}

/// Ends everything that the rack opens.
#[must_use]
pub fn sign_out_all(loaded: &Loaded, opened: Opened) -> Plan {
    let end: Vec<_> = loaded.visible(opened).map(|s| (s.id.clone(), EndReason::SignedOut)).collect();
    let attempts = loaded.attempts.iter().enumerate().filter(|(index, _)| opened.attempt(*index));
    let was_active = !end.is_empty() && loaded.may_activate(opened);
    Plan {
        end,
        end_attempts: attempts.map(|(_, attempt)| attempt.id.clone()).collect(),
        active: was_active.then_some(None),
        end_reason: was_active.then_some(Some(EndReason::SignedOut)),
        ..Plan::default()
    }
}

/// Ends what has expired at `now`, and puts out what stands where it may not any more; `max_age_ms` is the longest life
/// of a sign-in.
#[must_use]
pub fn expire(loaded: &Loaded, max_age_ms: i64, now: i64) -> Plan {
    let expired = loaded.sign_ins.iter().filter(|sign_in| sign_in.expires_at <= now);
    let mut expired: Vec<&LiveSignIn> = expired.collect();
    // As if somebody had looked at each end: the answer must not depend on when the sweep came by.
    expired.sort_by_key(|sign_in| sign_in.expires_at);
    let reason = |sign_in: &LiveSignIn| {
        if sign_in.expires_at >= sign_in.bounds.cut(sign_in.created_at.saturating_add(max_age_ms)) {
            EndReason::MaxAge
        } else {
            EndReason::Idle
        }
    };
    let end = expired.into_iter().map(|sign_in| (sign_in.id.clone(), reason(sign_in))).collect();
    let lapsed = loaded.attempts.iter().filter(|attempt| attempt.listed_until <= now);
    let mut plan = self::end(loaded, end);
    for attempt in lapsed.filter(|attempt| !plan.end_attempts.contains(&attempt.id)).collect::<Vec<_>>() {
        plan.end_attempts.push(attempt.id.clone());
    }
    let lives = loaded.sign_ins.iter().filter(|sign_in| sign_in.expires_at > now);
    plan.moved = lives.filter_map(|sign_in| scope::settled(sign_in, None)).collect();
    plan
}

/// Ends sign-ins, one after the other, and with them the completed attempts that led to them: who comes next must
/// not find them. The session says why the one ended that was active last, be it as successor of an earlier one.
#[must_use]
pub fn end(loaded: &Loaded, sign_ins: Vec<(SignInId, EndReason)>) -> Plan {
    let ending = loaded.sign_ins.iter().filter(|live| sign_ins.iter().any(|(id, _)| *id == live.id));
    let ending: Vec<&LiveSignIn> = ending.collect();
    let led = loaded.attempts.iter().filter(|attempt| ending.iter().any(|sign_in| attempt.led_to(sign_in)));
    let end_reason = last_reason(loaded, &sign_ins);
    Plan {
        end_attempts: led.map(|attempt| attempt.id.clone()).collect(),
        active: end_reason.map(|_| None),
        end_reason: end_reason.map(Some),
        end: sign_ins,
        ..Plan::default()
    }
}

/// Why the last of the sign-ins ended that was active when its turn came; none when the active one stays.
fn last_reason(loaded: &Loaded, ending: &[(SignInId, EndReason)]) -> Option<EndReason> {
    let mut left: Vec<&LiveSignIn> = loaded.sign_ins.iter().collect();
    let mut last = None;
    for (id, reason) in ending {
        let active = loaded.active_among(left.iter().copied());
        last = active.filter(|active| active.id == *id).map(|_| *reason).or(last);
        left.retain(|sign_in| sign_in.id != *id);
    }
    last
}
