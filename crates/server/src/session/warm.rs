//! A session that is in memory, found for a credential that was verified before: no hash, no allocation, no waiting.
//!
//! Whatever is not plain is left to [`super::read`]: a credential that was not verified yet, something that has
//! expired, an activity that has to be written, a session that has ended, a key that was renewed and not used yet.

use super::cache::Cached;
use super::{LiveSignIn, Opened, activity, rack};
use crate::app::{App, Site};
use std::sync::Arc;

/// A live session in memory, and what the credential opens of it.
#[derive(Clone, Debug)]
pub struct Warm {
    /// The session.
    pub cached: Arc<Cached>,
    /// What the credential opens.
    pub opened: Opened,
}

impl Warm {
    /// The sign-in that the credential acts as.
    #[must_use]
    pub fn active(&self) -> Option<&LiveSignIn> {
        self.cached.loaded.active_for(self.opened)
    }
}

/// The session of a deployment that a credential opens, if all about it is in memory. On a database that other nodes
/// write to it has to be confirmed before it is used.
#[must_use]
pub fn find(app: &App, site: &Site, credential: &str, now: i64) -> Option<Warm> {
    let cached = app.cache.find(rack::session_named(credential)?)?;
    let loaded = &cached.loaded;
    if loaded.deployment != site.config.id || loaded.ended_at.is_some() || now >= loaded.valid_until {
        return None;
    }
    if loaded.sign_ins.iter().any(|sign_in| sign_in.old.is_some()) {
        return None;
    }
    let opened = cached.verified(&app.cache.mark(credential))?;
    Some(Warm { cached, opened })
}

/// Counts the read as activity; false where that has to be written, and the caller must go the long way.
#[must_use]
pub fn count_activity(app: &App, site: &Arc<Site>, warm: &Warm, now: i64) -> bool {
    let Some(active) = warm.active() else { return true };
    if activity::is_behind(active, site.config.lifetimes.sign_in_idle_ms, now) {
        return false;
    }
    app.activity.note(site, &active.id, now);
    true
}
