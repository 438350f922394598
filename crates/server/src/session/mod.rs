//! A browser holds one session; a session holds the accounts signed in on it; one of them is active.
//!
//! The credential is a rack of keys ([`rack`]): the session's and one for each sign-in and attempt that this
//! browser made. What the rack does not open is not there for the request. Only HMACs of the keys are kept.
//!
//! This file holds the rules, pure: what a rack opens, which sign-in is active, and what a switch, a sign-out
//! or the passing of time changes. [`store`] reads and writes, [`cache`] remembers answers, [`read`] brings
//! the two together for `GET /session`.

pub mod activity;
pub mod agent;
pub mod cache;
pub mod enter;
pub mod http;
pub mod rack;
pub mod read;
pub mod store;
pub mod view;

use crate::id::{AttemptId, SessionId, SignInId};
use crate::user::User;
use crate::vault::{Purpose, Vault};
use keyrack_protocol::{Code, EndReason, SigninAttempt, SignupAttempt};
use rack::Rack;

/// Attempts under way in one session; a further one ends the oldest.
pub const MAX_ATTEMPTS: usize = 7;

/// A session and everything live in it, at one revision.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its id.
    pub id: SessionId,
    /// Orders its states.
    pub revision: i64,
    /// HMAC of its key.
    pub key_hash: String,
    /// The active sign-in as stored; a rack that does not open it sees another.
    pub active: Option<SignInId>,
    /// Why the last active sign-in ended.
    pub end_reason: Option<EndReason>,
    /// The first expiry in it.
    pub valid_until: i64,
    /// How long the credential of an ended session still says why it ended.
    pub outer_until: i64,
    /// When it was made.
    pub created_at: i64,
    /// When this revision was made.
    pub updated_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Its live sign-ins, oldest first.
    pub sign_ins: Vec<LiveSignIn>,
    /// Its attempts under way or just completed, oldest first.
    pub attempts: Vec<LiveAttempt>,
}

/// A sign-in that has not ended.
#[derive(Clone, Debug)]
pub struct LiveSignIn {
    /// Its id.
    pub id: SignInId,
    /// HMAC of its key.
    pub key_hash: String,
    /// The account.
    pub user: User,
    /// Where it was made from.
    pub ip_address: String,
    /// The browser's own words.
    pub user_agent: String,
    /// When it last became the active one.
    pub activated_at: i64,
    /// Last activity, in steps.
    pub last_active_at: i64,
    /// When it ends unless it is used.
    pub expires_at: i64,
    /// When it was made.
    pub created_at: i64,
    /// When what is shown of it last changed.
    pub updated_at: i64,
}

/// An attempt that is shown.
#[derive(Clone, Debug)]
pub struct LiveAttempt {
    /// Its id.
    pub id: AttemptId,
    /// HMAC of its key.
    pub key_hash: String,
    /// Until then it is shown.
    pub listed_until: i64,
    /// What is shown of it.
    pub shown: Shown,
}

/// What is shown of an attempt; the flow that it belongs to writes it.
#[derive(Clone, Debug)]
pub enum Shown {
    /// An attempt to sign in.
    SignIn(Box<SigninAttempt>),
    /// An attempt to sign up.
    SignUp(Box<SignupAttempt>),
}

/// What a rack opens of a session: one bit for each sign-in and attempt, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    sign_ins: u64,
    attempts: u64,
}

impl Opened {
    /// Whether it opens the sign-in at this place.
    #[must_use]
    pub fn sign_in(self, index: usize) -> bool {
        index < 64 && self.sign_ins & (1 << index) != 0
    }

    /// Whether it opens the attempt at this place.
    #[must_use]
    pub fn attempt(self, index: usize) -> bool {
        index < 64 && self.attempts & (1 << index) != 0
    }

    /// Whether it opens everything.
    #[must_use]
    pub fn is_all(self, loaded: &Loaded) -> bool {
        self.sign_ins.count_ones() as usize == loaded.sign_ins.len()
            && self.attempts.count_ones() as usize == loaded.attempts.len()
    }

    /// Both masks, as they stand in an ETag.
    #[must_use]
    pub fn tag(self) -> String {
        format!("{:x}.{:x}", self.sign_ins, self.attempts)
    }
}

impl Loaded {
    /// What `rack` opens of this session; none when the session's own key does not fit.
    #[must_use]
    pub fn opened_by(&self, rack: &Rack, vault: &Vault) -> Option<Opened> {
        let fits = |id: &str, hash: &str| {
            rack.key(id).is_some_and(|key| vault.fits(Purpose::RackKey, id, key.secret(), hash))
        };
        if !fits(self.id.as_str(), &self.key_hash) {
            return None;
        }
        let mask = |opened: &mut dyn Iterator<Item = bool>| {
            opened.take(64).enumerate().fold(0, |mask, (index, open)| mask | (u64::from(open) << index))
        };
        Some(Opened {
            sign_ins: mask(&mut self.sign_ins.iter().map(|s| fits(s.id.as_str(), &s.key_hash))),
            attempts: mask(&mut self.attempts.iter().map(|a| fits(a.id.as_str(), &a.key_hash))),
        })
    }

    /// The sign-ins that are there for a rack.
    pub fn visible(&self, opened: Opened) -> impl Iterator<Item = &LiveSignIn> {
        self.sign_ins.iter().enumerate().filter(move |(index, _)| opened.sign_in(*index)).map(|(_, s)| s)
    }

    /// The active sign-in of a rack: the session's, if it opens it, else the last active one that it opens.
    #[must_use]
    pub fn active_for(&self, opened: Opened) -> Option<&LiveSignIn> {
        let stored = self.visible(opened).find(|sign_in| Some(&sign_in.id) == self.active.as_ref());
        stored.or_else(|| last_active(self.visible(opened)))
    }

    /// Whether a rack may say which sign-in is active: it opens the present one, or that one has ended.
    #[must_use]
    pub fn may_activate(&self, opened: Opened) -> bool {
        let present = self.sign_ins.iter().position(|sign_in| Some(&sign_in.id) == self.active.as_ref());
        present.is_none_or(|index| opened.sign_in(index))
    }

    /// The sign-in that a text names and the rack opens; a foreign id and an unknown one look alike.
    ///
    /// # Errors
    /// [`Code::SignInNotFound`].
    pub fn visible_sign_in(&self, opened: Opened, id: &str) -> Result<&LiveSignIn, Code> {
        self.visible(opened).find(|sign_in| sign_in.id.as_str() == id).ok_or(Code::SignInNotFound)
    }

    /// The attempt that a text names and the rack opens.
    ///
    /// # Errors
    /// [`Code::BadAttempt`].
    pub fn visible_attempt(&self, opened: Opened, id: &str) -> Result<&LiveAttempt, Code> {
        let mut visible = self.attempts.iter().enumerate().filter(|(index, _)| opened.attempt(*index));
        visible
            .find(|(_, attempt)| attempt.id.as_str() == id)
            .map(|(_, attempt)| attempt)
            .ok_or(Code::BadAttempt)
    }

    /// The time that a sign-in which becomes active now gets: later than every other's, also within one
    /// millisecond or when the machine's clock was set back.
    #[must_use]
    pub fn next_activation(&self, now: i64) -> i64 {
        self.sign_ins.iter().map(|sign_in| sign_in.activated_at + 1).max().unwrap_or(now).max(now)
    }

    /// The first moment at which something in it expires; none when nothing lives in it.
    #[must_use]
    pub fn first_expiry(&self) -> Option<i64> {
        let sign_ins = self.sign_ins.iter().map(|sign_in| sign_in.expires_at);
        sign_ins.chain(self.attempts.iter().map(|attempt| attempt.listed_until)).min()
    }
}

fn last_active<'a>(sign_ins: impl Iterator<Item = &'a LiveSignIn>) -> Option<&'a LiveSignIn> {
    sign_ins.max_by(|a, b| (a.activated_at, &a.id).cmp(&(b.activated_at, &b.id)))
}

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
    /// What the session says of how its last active sign-in ended.
    pub end_reason: Option<Option<EndReason>>,
}

impl Plan {
    /// Whether it changes nothing: then no revision is raised.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Switches to the sign-in with this id.
///
/// # Errors
/// [`Code::SignInNotFound`] when the rack does not open one.
pub fn switch_to(loaded: &Loaded, opened: Opened, id: &str) -> Result<Plan, Code> {
    let target = loaded.visible_sign_in(opened, id)?;
    let active = loaded.active_for(opened).map(|sign_in| &sign_in.id);
    if active == Some(&target.id) && loaded.end_reason.is_none() {
        return Ok(Plan::default());
    }
    let may = loaded.may_activate(opened);
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
        end: vec![(target.id.clone(), EndReason::SignedOut)],
        active: was_active.then(|| last_active(others).map(|sign_in| sign_in.id.clone())),
        end_reason: was_active.then_some(Some(EndReason::SignedOut)),
        ..Plan::default()
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

/// Ends what has expired at `now`; `max_age_ms` is the longest life of a sign-in.
#[must_use]
pub fn expire(loaded: &Loaded, max_age_ms: i64, now: i64) -> Plan {
    let expired = loaded.sign_ins.iter().filter(|sign_in| sign_in.expires_at <= now);
    let reason = |sign_in: &LiveSignIn| {
        if sign_in.expires_at >= sign_in.created_at.saturating_add(max_age_ms) {
            EndReason::MaxAge
        } else {
            EndReason::Idle
        }
    };
    let end: Vec<_> = expired.map(|sign_in| (sign_in.id.clone(), reason(sign_in))).collect();
    let active = end.iter().find(|(id, _)| Some(id) == loaded.active.as_ref()).map(|(_, reason)| *reason);
    let lapsed = loaded.attempts.iter().filter(|attempt| attempt.listed_until <= now);
    Plan {
        end_attempts: lapsed.map(|attempt| attempt.id.clone()).collect(),
        active: active.map(|_| None),
        end_reason: active.map(Some),
        end,
        activate: None,
    }
}

#[cfg(test)]
mod tests;
