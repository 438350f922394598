//! Sessions in the database.

use super::rack::Key;
use super::{Loaded, Plan, attempts, bounds, revoked, scope, sign_ins, standing};
use crate::app::Site;
use crate::audit::{self, About, By, Event, hooks};
use crate::db::{Change, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{SessionId, SignInId};
use crate::params;
use crate::user::User;
use crate::vault::{Purpose, Vault};
use keyrack_protocol::{ChangeReason, EndReason};

/// A session that does not exist yet.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// HMAC of its key.
    pub key_hash: String,
}

/// The hash that is kept of a key.
#[must_use]
pub fn key_hash(vault: &Vault, key: &Key) -> String {
    vault.hash(Purpose::RackKey, key.id(), key.secret())
}

/// Loads a session and everything live in it; none when there is no such session in the deployment.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &SessionId) -> Result<Option<Loaded>> {
    let row = on.query_one(
        "select revision, key_hash, active_sign_in_id, end_reason, valid_until, outer_until, created_at,
             updated_at, ended_at from sessions where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let mut loaded = Loaded {
        id: id.clone(),
        deployment: deployment.to_owned(),
        revision: cells.int()?,
        key_hash: cells.text()?,
        active: cells.optional_text()?.map(SignInId::stored),
        end_reason: cells.optional_text()?.as_deref().and_then(EndReason::parse),
        valid_until: cells.int()?,
        outer_until: cells.int()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
        ended_at: cells.optional_int()?,
        sign_ins: sign_ins::load(on, id)?,
        attempts: attempts::load(on, id)?,
    };
    // Whoever reads it ends that first, as what has expired.
    if loaded.sign_ins.iter().any(|sign_in| scope::settled(sign_in, None).is_some()) {
        loaded.valid_until = 0;
    }
    Ok(Some(loaded))
}

/// Takes the locks of sessions, in the order of their ids whatever order they are given in.
///
/// # Errors
/// What the database says.
pub fn lock(tx: &mut Tx<'_>, deployment: &str, sessions: &[&SessionId]) -> Result<()> {
    let mut sessions = sessions.to_vec();
    sessions.sort();
    sessions.dedup();
    for id in sessions {
        tx.execute(
            "update sessions set version = version + 1 where id = $1 and deployment_id = $2",
            params![id.as_str(), deployment],
        )?;
    }
    Ok(())
}

/// Makes a session with nothing in it yet.
///
/// # Errors
/// What the database says.
pub fn create(tx: &mut Tx<'_>, deployment: &str, session: &NewSession, now: i64) -> Result<()> {
    tx.execute(
        "insert into sessions
             (id, deployment_id, version, revision, key_hash, valid_until, outer_until, created_at, updated_at)
         values ($1, $2, 1, 0, $3, $4, $4, $4, $4)",
        params![session.id.as_str(), deployment, &session.key_hash, now],
    )?;
    Ok(())
}

/// Carries out a plan, and records what it ends. The caller holds the session's lock and calls [`raise`] afterwards.
///
/// # Errors
/// What the database says.
pub fn apply(tx: &mut Tx<'_>, site: &Site, loaded: &Loaded, plan: &Plan, by: &By) -> Result<()> {
    let (session, now) = (&loaded.id, by.now);
    for (id, reason) in &plan.end {
        let user = loaded.sign_ins.iter().find(|sign_in| sign_in.id == *id).map(|sign_in| &sign_in.user.id);
        let about = About { reason: reason.as_str(), user, session: Some(session), ..About::default() };
        let about = About { sign_in: Some(id), ..about };
        audit::record(tx, site, by, Event::SignInEnded, about)?;
        let ended = tx.query_one(
            "update sign_ins set ended_at = $2, end_reason = $3, updated_at = $2, revoked_at = $2,
                 not_before_rev = (select revision + 1 from sessions where sessions.id = sign_ins.session_id)
             where id = $1 and ended_at is null returning not_before_rev",
            params![id.as_str(), now, reason.as_str()],
        )?;
        revoked::told(tx, site, id, ended)?;
        tx.execute("delete from sign_in_activity where sign_in_id = $1", params![id.as_str()])?;
        bounds::end_handed(tx, site, id, (*reason, by))?;
    }
    for id in &plan.end_attempts {
        // A password's hash, an address, names: nobody needs them any more.
        tx.execute(
            "update attempts set ended_at = $2, stage = '', shown = '' where id = $1",
            params![id.as_str(), now],
        )?;
    }
    if let Some(id) = &plan.activate {
        tx.execute(
            "update sign_ins set activated_at = $2 where id = $1",
            params![id.as_str(), loaded.next_activation(now)],
        )?;
    }
    if let Some(active) = &plan.active {
        tx.execute(
            "update sessions set active_sign_in_id = $2 where id = $1",
            params![session.as_str(), active.as_ref().map(SignInId::as_str)],
        )?;
    }
    for moved in &plan.moved {
        standing::write(tx, site, loaded, moved, by)?;
    }
    for id in &plan.revoke {
        revoked::revoke(tx, site, id, now)?;
    }
    if let Some(reason) = &plan.end_reason {
        tx.execute(
            "update sessions set end_reason = $2 where id = $1",
            params![session.as_str(), reason.map(EndReason::as_str)],
        )?;
    }
    Ok(())
}

/// Raises a session's revision after a change: works out its first expiry, ends it when nothing lives in it,
/// and gives it as everybody will now read it. Who follows the session is told `reason`.
///
/// # Errors
/// What the database says.
pub fn raise(tx: &mut Tx<'_>, site: &Site, id: &SessionId, reason: ChangeReason, now: i64) -> Result<Loaded> {
    let (deployment, max_age_ms) = (&site.config.id, site.config.lifetimes.sign_in_max_age_ms);
    let Some(mut loaded) = load(tx, deployment, id)? else {
        return Err(Error::internal("raise a revision", "the session is gone"));
    };
    let sign_ins = loaded.sign_ins.iter().map(|sign_in| sign_in.created_at.saturating_add(max_age_ms));
    let outer = sign_ins.chain(loaded.attempts.iter().map(|attempt| attempt.listed_until)).max();
    loaded.outer_until = outer.unwrap_or(loaded.outer_until).max(loaded.outer_until);
    loaded.valid_until = loaded.first_expiry().unwrap_or(loaded.outer_until);
    let lived = loaded.ended_at.is_none();
    loaded.ended_at = loaded.ended_at.or_else(|| loaded.first_expiry().is_none().then_some(now));
    loaded.revision += 1;
    // Never backwards, also when the machine's clock is.
    loaded.updated_at = now.max(loaded.updated_at);
    tx.execute(
        "update sessions set revision = $2, valid_until = $3, outer_until = $4, updated_at = $5, ended_at = $6
         where id = $1",
        params![
            id.as_str(),
            loaded.revision,
            loaded.valid_until,
            loaded.outer_until,
            loaded.updated_at,
            loaded.ended_at
        ],
    )?;
    let ended = loaded.ended_at.is_some();
    if lived && ended {
        hooks::session_ended(tx, site, id, now)?;
    }
    let reason = if ended { loaded.why_it_ended(reason) } else { reason };
    tx.touch(Change { session: id.clone(), revision: loaded.revision, reason, ended });
    Ok(loaded)
}

/// The hash that is kept of a session's key.
///
/// # Errors
/// What the database says.
pub fn kept_key(on: &mut Snapshot<'_>, deployment: &str, id: &SessionId) -> Result<Option<String>> {
    let row = on.query_one(
        "select key_hash from sessions where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )?;
    row.map(|row| row.cells().text()).transpose()
}

/// A sign-in of a user, as the cap on sessions an account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfUser {
    /// The sign-in.
    pub id: SignInId,
    /// The session that it is in.
    pub session: SessionId,
}

/// The sign-ins of a user that live at `now`, least recently active first; at 0 also those that have expired and
/// wait for the sweep.
///
/// # Errors
/// What the database says.
pub fn sign_ins_of(tx: &mut Tx<'_>, deployment: &str, user: &User, now: i64) -> Result<Vec<OfUser>> {
    let rows = tx.query(
        "select s.id, s.session_id, s.last_active_at, coalesce(a.last_active_at, 0)
         from sign_ins s left join sign_in_activity a on a.sign_in_id = s.id
         where s.user_id = $1 and s.deployment_id = $2 and s.ended_at is null and s.expires_at > $3 order by s.id",
        params![user.id.as_str(), deployment, now],
    )?;
    let mut found = Vec::new();
    for row in rows {
        let mut cells = row.cells();
        let (id, session) = (SignInId::stored(cells.text()?), SessionId::stored(cells.text()?));
        found.push((cells.int()?.max(cells.int()?), OfUser { id, session }));
    }
    found.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    Ok(found.into_iter().map(|(_, sign_in)| sign_in).collect())
}
