//! A browser holds one session; a session holds the accounts signed in on it; one of them is active.
//!
//! The credential is a rack of keys ([`rack`]): the session's and one for each sign-in and attempt that this browser
//! made. What the rack does not open is not there for the request. Only HMACs of the keys are kept.
//!
//! The rules are pure: here, what a rack opens and which sign-in is active; in [`plan`], what a switch, a
//! sign-out or the passing of time changes. [`store`] reads and writes, [`enter`] puts things into a session, [`scope`] is
//! where sign-ins stand, [`tab`] where a request says that it acts, [`cache`] remembers sessions, [`read`] brings store
//! and cache together for `GET /session`, [`events`] tells those who follow a session.

pub mod acting;
pub mod activity;
pub mod agent;
mod arrival;
mod attempts;
mod bounds;
pub mod cache;
pub mod crowd;
pub mod enter;
pub mod events;
pub mod http;
pub mod mark;
pub mod open;
pub mod plan;
mod proof;
pub mod rack;
pub mod read;
mod revoked;
pub mod scope;
mod sign_ins;
pub mod standing;
pub mod store;
pub mod tab;
pub mod view;
pub mod warm;

use crate::id::{AttemptId, SessionId, SignInId};
use crate::membership::Scope;
use crate::user::User;
use crate::vault::{Purpose, Vault};
pub use bounds::{Bounds, acted_by, end_vouched};
use keyrack_protocol::{ChangeReason, Code, EndReason, SigninAttempt, SignupAttempt};
pub use plan::{Plan, end, expire, sign_out_all, sign_out_one, switch_to};
pub use proof::{FRESH_MS, Old, Proof, has_second_factor, retire_old};
use rack::Rack;

/// Attempts under way in one session; a further one ends the oldest.
pub const MAX_ATTEMPTS: usize = 7;

/// A session and everything live in it, at one revision.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its id.
    pub id: SessionId,
    /// The deployment that it belongs to.
    pub deployment: String,
    /// Orders its states.
    pub revision: i64,
    /// HMAC of its key.
    pub key_hash: String,
    /// The active sign-in as stored; a rack that does not open it sees another.
    pub active: Option<SignInId>,
    /// Why the last active sign-in ended.
    pub end_reason: Option<EndReason>,
    /// The first expiry in it; 0 when a sign-in stands where it may not any more.
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
    /// What was proved for it.
    pub proof: Proof,
    /// The key that it had before, while that works beside the present one.
    pub old: Option<Old>,
    /// The account.
    pub user: User,
    /// What it is bound to, if a ticket made it.
    pub bounds: Bounds,
    /// Where it stands; in no organization if nowhere.
    pub scope: Option<Scope>,
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
    /// A browser that was asked for a passkey: nothing is shown of it.
    Passkey,
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

    /// How many things it opens.
    #[must_use]
    pub fn count(self) -> u32 {
        self.sign_ins.count_ones() + self.attempts.count_ones()
    }

    /// Both masks, as they stand in an `ETag`.
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
            rack.keys_to(id).any(|key| vault.fits(Purpose::RackKey, id, key.secret(), hash))
        };
        if !fits(self.id.as_str(), &self.key_hash) {
            return None;
        }
        Some(self.opened_with(&fits))
    }

    /// What is opened when nothing but the id decides.
    fn opened_where(&self, opens: impl Fn(&str) -> bool) -> Opened {
        self.opened_with(&|id, _| opens(id))
    }

    fn opened_with(&self, opens: &dyn Fn(&str, &str) -> bool) -> Opened {
        let mask = |opened: &mut dyn Iterator<Item = bool>| {
            opened.take(64).enumerate().fold(0, |mask, (index, open)| mask | (u64::from(open) << index))
        };
        Opened {
            sign_ins: mask(&mut self.sign_ins.iter().map(|s| {
                let by_old = |old: &Old| opens(s.id.as_str(), &old.key_hash);
                opens(s.id.as_str(), &s.key_hash) || s.old.as_ref().is_some_and(by_old)
            })),
            attempts: mask(&mut self.attempts.iter().map(|a| opens(a.id.as_str(), &a.key_hash))),
        }
    }

    /// The sign-ins that are there for a rack.
    pub fn visible(&self, opened: Opened) -> impl Iterator<Item = &LiveSignIn> {
        self.sign_ins.iter().enumerate().filter(move |(index, _)| opened.sign_in(*index)).map(|(_, s)| s)
    }

    /// The active one among some of its live sign-ins: the stored one, else the last active one. Nothing else
    /// says which one is: who takes over from one that ended is not stored until somebody chooses.
    pub fn active_among<'a>(&self, sign_ins: impl Iterator<Item = &'a LiveSignIn>) -> Option<&'a LiveSignIn> {
        let stored = |sign_in: &LiveSignIn| Some(&sign_in.id) == self.active.as_ref();
        sign_ins.max_by(|a, b| (stored(a), a.activated_at, &a.id).cmp(&(stored(b), b.activated_at, &b.id)))
    }

    /// The active sign-in of a rack: the session's, if it opens it, else the last active one that it opens.
    #[must_use]
    pub fn active_for(&self, opened: Opened) -> Option<&LiveSignIn> {
        self.active_among(self.visible(opened))
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

    /// Why this session, which has ended, did so: why its last active sign-in ended, or, if it held none, what the
    /// `last` change was.
    #[must_use]
    pub fn why_it_ended(&self, last: ChangeReason) -> ChangeReason {
        self.end_reason.map_or_else(|| last.of_an_end(), ChangeReason::from)
    }

    /// Whether one of its sign-ins stands in an organization.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.sign_ins.iter().any(|sign_in| sign_in.scope.is_some())
    }

    /// Whether one of its sign-ins stands where only some addresses may.
    #[must_use]
    pub fn asks_for_addresses(&self) -> bool {
        let scopes = self.sign_ins.iter().filter_map(|sign_in| sign_in.scope.as_ref());
        let mut standings =
            scopes.flat_map(|scope| std::iter::once(&scope.organization).chain(&scope.workspace));
        standings.any(|standing| standing.asks.by_address)
    }

    /// The first moment at which something in it expires; none when nothing lives in it.
    #[must_use]
    pub fn first_expiry(&self) -> Option<i64> {
        let sign_ins = self.sign_ins.iter().map(|sign_in| sign_in.expires_at);
        sign_ins.chain(self.attempts.iter().map(|attempt| attempt.listed_until)).min()
    }
}

#[cfg(test)]
mod tests;
