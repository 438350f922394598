//! When a sign-in was last active: exact times are collected in memory and written in batches; what a session
//! shows moves in steps of a tenth of the idle time, and a step raises its revision.

use super::rack::Rack;
use super::{LiveSignIn, Loaded, Opened, Plan, store};
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::id::SignInId;
use crate::params;
use crate::world::SKEW_MS;
use keyrack_protocol::ChangeReason;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const SHARDS: usize = 16;

/// The activity seen since the last flush.
#[derive(Debug, Default)]
pub struct Activity {
    seen: [Mutex<Seen>; SHARDS],
}

/// When each sign-in was last seen, and in which deployment.
type Seen = HashMap<SignInId, (Arc<Site>, i64)>;

impl Activity {
    /// Notes that a sign-in was active.
    pub fn note(&self, site: &Arc<Site>, sign_in: &SignInId, now: i64) {
        // Ids end in random letters.
        let shard = sign_in.as_str().bytes().next_back().map_or(0, usize::from) % SHARDS;
        let mut seen = self.seen[shard].lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get_mut(sign_in.as_str()) {
            Some((_, at)) => *at = now,
            None => drop(seen.insert(sign_in.clone(), (Arc::clone(site), now))),
        }
    }

    fn take(&self) -> impl Iterator<Item = (SignInId, (Arc<Site>, i64))> {
        let shards = self.seen.iter().map(|seen| seen.lock().unwrap_or_else(PoisonError::into_inner));
        shards.flat_map(|mut seen| std::mem::take(&mut *seen))
    }
}

/// Writes what was noted since the last time.
///
/// # Errors
/// What the database says; what could not be written is lost, and with it some seconds of exactness.
pub async fn flush(app: &App) -> Result<()> {
    let mut seen: Vec<_> = app.activity.take().collect();
    seen.sort_by(|(one, _), (other, _)| one.cmp(other));
    for batch in seen.chunks(200) {
        let batch = batch.to_vec();
        app.db
            .write(move |tx| {
                for (id, (site, at)) in &batch {
                    tx.execute(
                        "insert into sign_in_activity (sign_in_id, deployment_id, last_active_at)
                         values ($1, $2, $3) on conflict (sign_in_id) do update
                         set last_active_at = excluded.last_active_at
                         where sign_in_activity.last_active_at < excluded.last_active_at",
                        params![id.as_str(), &site.config.id, *at],
                    )?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// The sign-in that a mutation is an activity of, if its shown activity is a step behind: the one that `plan`
/// activates, else the active one, unless it ends.
#[must_use]
pub fn due_after<'a>(
    loaded: &'a Loaded,
    opened: Opened,
    plan: &Plan,
    idle_ms: i64,
    now: i64,
) -> Option<&'a LiveSignIn> {
    let activated = loaded.visible(opened).find(|sign_in| Some(&sign_in.id) == plan.activate.as_ref());
    let used = activated.or_else(|| loaded.active_for(opened))?;
    let ends = plan.end.iter().any(|(id, _)| *id == used.id);
    (!ends && is_behind(used, idle_ms, now)).then_some(used)
}

/// Whether a sign-in's shown activity is a step behind.
#[must_use]
pub fn is_behind(sign_in: &LiveSignIn, idle_ms: i64, now: i64) -> bool {
    // A step that a clock took which was ahead is corrected as well: it would keep the sign-in alive until then.
    let behind = now - sign_in.last_active_at;
    behind >= idle_ms / 10 || behind < -SKEW_MS
}

/// Moves the shown activity of a sign-in, and with it its end, to now.
///
/// # Errors
/// What the database says.
pub async fn step(app: &Arc<App>, site: &Arc<Site>, rack: &Rack, used: &SignInId) -> Result<()> {
    let (vault_of, site, rack, used) = (Arc::clone(app), Arc::clone(site), rack.clone(), used.clone());
    let now = app.world.clock.now_ms();
    app.db
        .write(move |tx| {
            let (deployment, lifetimes) = (&site.config.id, &site.config.lifetimes);
            store::lock(tx, deployment, &[rack.session()])?;
            let Some(loaded) = store::load(tx, deployment, rack.session())? else { return Ok(()) };
            let Some(opened) = loaded.opened_by(&rack, &vault_of.vault) else { return Ok(()) };
            // Another request may have taken the step meanwhile, and what has expired stays expired.
            let due =
                |used: &&LiveSignIn| is_behind(used, lifetimes.sign_in_idle_ms, now) && now < used.expires_at;
            let used = loaded.visible_sign_in(opened, used.as_str()).ok().filter(due);
            let Some(used) = used.filter(|_| loaded.ended_at.is_none()) else { return Ok(()) };
            take_step(tx, &site, used, now)?;
            store::raise(tx, &site, &loaded.id, ChangeReason::Renewed, now).map(drop)
        })
        .await
}

/// Moves the shown activity of a live sign-in, and with it its end, to now. The caller holds the session's
/// lock and raises its revision afterwards.
///
/// # Errors
/// What the database says.
pub fn take_step(tx: &mut Tx<'_>, site: &Site, sign_in: &LiveSignIn, now: i64) -> Result<()> {
    tx.execute(
        "update sign_ins set last_active_at = $2, expires_at = $3, updated_at = $2 where id = $1",
        params![sign_in.id.as_str(), now, sign_in.bounds.cut(site.expires_at(sign_in.created_at, now))],
    )?;
    Ok(())
}
