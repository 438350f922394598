//! Putting something into a session: finding it or making it, and opening a sign-in in it.

pub use super::arrival::Arrival;
use super::rack::{Key, Rack};
use super::{LiveSignIn, Loaded, Opened, Plan, crowd, read, retire_old, scope, store};
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SessionId, SignInId};
use crate::membership::Scope;
use crate::params;
use crate::vault::Purpose;
use keyrack_protocol::{ChangeReason, Code};

/// A session that a transaction has locked, and what has been put into it.
pub struct Room {
    /// As it was when it was entered, expired things ended.
    pub loaded: Loaded,
    /// What the rack of the request opens of it.
    pub opened: Opened,
    /// The sign-in that acts, where the request names one; then nothing is stored of where it stands.
    pub(super) tab: Option<SignInId>,
    pub(super) rack: Rack,
    pub(super) keys: Vec<Key>,
}

/// A session after a mutation, and the rack to hand out for it.
#[derive(Debug)]
pub struct Left {
    /// As everybody reads it now.
    pub loaded: Loaded,
    /// What the request carried, less what is dead, plus what is new.
    pub rack: Rack,
    /// What that rack opens.
    pub opened: Opened,
}

/// An attempt to be put into a session.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    /// `sign_in`, `sign_up` or `passkey`.
    pub kind: &'static str,
    /// What the flow knows, as JSON.
    pub stage: String,
    /// Until then it is shown.
    pub listed_until: i64,
    /// When it ends by itself.
    pub expires_at: i64,
}

/// The session whose key the rack has; the rack's word for it is not enough. Takes no lock: a session's key
/// never changes.
///
/// # Errors
/// What the database says.
pub fn own_session<'a>(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    arrival: &'a Arrival,
) -> Result<Option<&'a SessionId>> {
    let Some(rack) = &arrival.rack else { return Ok(None) };
    let id = rack.session();
    let kept = store::kept_key(tx, &site.config.id, id)?;
    let fits = rack
        .key(id.as_str())
        .zip(kept)
        .is_some_and(|(key, kept)| app.vault.fits(Purpose::RackKey, id.as_str(), key.secret(), &kept));
    Ok(fits.then_some(id))
}

/// Enters the session that the rack opens; none when it opens none. Takes the locks of it and of `others`.
///
/// # Errors
/// What the database says.
pub fn existing(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    arrival: &Arrival,
    others: &[&SessionId],
) -> Result<Option<Room>> {
    let Some(rack) = &arrival.rack else {
        store::lock(tx, &site.config.id, others)?;
        return Ok(None);
    };
    store::lock(tx, &site.config.id, &[others, &[rack.session()]].concat())?;
    let Some(loaded) = read::settle(tx, site, rack.session(), arrival.now)? else { return Ok(None) };
    let opened = loaded.opened_by(rack, &app.vault).filter(|_| loaded.ended_at.is_none());
    let Some(opened) = opened else { return Ok(None) };
    let used = retire_old(tx, site, &loaded, (rack, &app.vault), arrival.now)?;
    let loaded = used.unwrap_or(loaded);
    // Not what the request is about, but what its answer must not show.
    let kept_out = read::keep_out(tx, site, &loaded, (opened, arrival.address), arrival.now)?;
    let loaded = kept_out.unwrap_or(loaded);
    let rack = rack.without_dead(|key| loaded.opens(&app.vault, key));
    Ok(Some(Room { loaded, opened, tab: None, rack, keys: Vec::new() }))
}

/// Enters the session that the rack opens, or a new one. Takes the locks of it and of `others`.
///
/// # Errors
/// What the database says.
pub fn existing_or_new(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    arrival: &Arrival,
    others: &[&SessionId],
) -> Result<Room> {
    if let Some(room) = existing(tx, (app, site), arrival, others)? {
        return Ok(room);
    }
    let (id, key) = &arrival.new_session;
    let session = store::NewSession { id: id.clone(), key_hash: store::key_hash(&app.vault, key) };
    store::create(tx, &site.config.id, &session, arrival.now)?;
    let rack = Rack::new(id.clone(), key.clone());
    let loaded = store::load(tx, &site.config.id, id)?;
    let opened = loaded.as_ref().and_then(|loaded| loaded.opened_by(&rack, &app.vault));
    match (loaded, opened) {
        (Some(loaded), Some(opened)) => Ok(Room { loaded, opened, tab: None, rack, keys: Vec::new() }),
        _ => Err(Error::internal("make a session", "it is not there")),
    }
}

impl Room {
    /// The sign-in that acts: the one that the request names, else the active one.
    #[must_use]
    pub fn acting(&self) -> Option<&LiveSignIn> {
        match &self.tab {
            Some(named) => self.loaded.visible_sign_in(self.opened, named.as_str()).ok(),
            None => self.loaded.active_for(self.opened),
        }
    }

    /// Lets the sign-in that acts stand elsewhere; where the request names it, its tab does so by itself.
    #[must_use]
    pub fn move_to(&self, to: Option<Scope>) -> Plan {
        match self.acting().filter(|_| self.tab.is_none()) {
            Some(acting) => scope::move_to(acting, to),
            None => Plan::default(),
        }
    }

    /// Whether the rack leaves room for one more account.
    ///
    /// # Errors
    /// [`Code::TooManyAccounts`].
    pub fn has_place(&self, site: &Site) -> std::result::Result<(), Code> {
        let held = self.loaded.visible(self.opened).count();
        let places = site.config.max_accounts_per_session as usize;
        if held < places { Ok(()) } else { Err(Code::TooManyAccounts) }
    }

    /// Puts an attempt into the session; the oldest gives way when there are too many. It is the last that is
    /// listed, also where another node's clock was ahead when it began the one before.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_attempt(
        &mut self,
        tx: &mut Tx<'_>,
        (app, site): (&App, &Site),
        attempt: &NewAttempt,
        shown: &str,
        arrival: &Arrival,
    ) -> Result<()> {
        let (id, key) = &arrival.new_attempt;
        tx.execute(
            "insert into attempts (id, deployment_id, session_id, version, kind, key_hash, stage, shown,
                 listed_until, expires_at, created_at)
             values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, coalesce(
                 (select max(created_at) + 1 from attempts where session_id = $3 and created_at >= $10), $10))",
            params![
                id.as_str(),
                &site.config.id,
                self.loaded.id.as_str(),
                attempt.kind,
                &store::key_hash(&app.vault, key),
                &attempt.stage,
                shown,
                attempt.listed_until,
                attempt.expires_at,
                arrival.now
            ],
        )?;
        let end_attempts = crowd::surplus_attempts(&self.loaded, self.opened);
        let plan = Plan { end_attempts, ..Plan::default() };
        store::apply(tx, site, &self.loaded, &plan, &arrival.by())?;
        self.keys.push(key.clone());
        Ok(())
    }

    /// Ends the transaction's work on the session: raises its revision and makes the rack to hand out.
    ///
    /// # Errors
    /// What the database says.
    pub fn leave(self, tx: &mut Tx<'_>, site: &Site, reason: ChangeReason, now: i64) -> Result<Left> {
        let loaded = store::raise(tx, site, &self.loaded.id, reason, now)?;
        Ok(self.left(loaded))
    }

    /// Leaves without having changed anything: no revision is raised.
    #[must_use]
    pub fn leave_unchanged(self) -> Left {
        let loaded = self.loaded.clone();
        self.left(loaded)
    }

    fn left(self, loaded: Loaded) -> Left {
        let before = &self.loaded;
        let opened = self.opened;
        // A key is kept if it opened its thing before and the thing still lives.
        let lives = |id: &str| {
            before.visible(opened).any(|s| s.id.as_str() == id)
                && loaded.sign_ins.iter().any(|s| s.id.as_str() == id)
                || before.visible_attempt(opened, id).is_ok()
                    && loaded.attempts.iter().any(|a| a.id.as_str() == id)
        };
        let rack = self.rack.renewed(self.keys, lives);
        // What it opened before it still opens, and the new keys were made for what they open.
        let opened = loaded.opened_where(|id| rack.key(id).is_some());
        Left { loaded, rack, opened }
    }
}
