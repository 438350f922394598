//! Reading a session for a request: from memory where that is certain, from the database otherwise, and
//! never before what has expired was ended.

use super::activity;
use super::cache::Cached;
use super::rack::Rack;
use super::{Opened, expire, store};
use crate::app::{App, Site};
use crate::audit::By;
use crate::db::Tx;
use crate::error::Result;
use keyrack_protocol::EndReason;
use std::sync::Arc;

/// What a credential opens.
#[derive(Clone, Debug)]
pub enum Reading {
    /// Nothing; why it once opened more, if that is still told.
    Empty(Option<EndReason>),
    /// A live session.
    Live(Arc<Cached>, Opened),
}

/// Reads the session that `rack` opens.
///
/// # Errors
/// What the database says.
pub async fn read(app: &Arc<App>, site: &Arc<Site>, rack: Option<&Rack>) -> Result<Reading> {
    let Some(rack) = rack else { return Ok(Reading::Empty(None)) };
    let now = app.world.clock.now_ms();
    let mut cached = fetch(app, site, rack).await?;
    if let Some(due) = &cached
        && due.loaded.ended_at.is_none()
        && now >= due.loaded.valid_until
        && due.opened_by(rack, &app.vault).is_some()
    {
        end_expired(app, site, rack.session().clone()).await?;
        cached = fetch(app, site, rack).await?;
    }
    let Some(cached) = cached else { return Ok(Reading::Empty(None)) };
    Ok(match cached.opened_by(rack, &app.vault) {
        None => Reading::Empty(None),
        Some(_) if cached.loaded.ended_at.is_some() => {
            Reading::Empty(cached.loaded.end_reason.filter(|_| now < cached.loaded.outer_until))
        }
        Some(opened) => Reading::Live(cached, opened),
    })
}

/// Reads the session for a request that counts as activity of its active sign-in.
///
/// # Errors
/// What the database says.
pub async fn read_active(app: &Arc<App>, site: &Arc<Site>, rack: Option<&Rack>) -> Result<Reading> {
    let reading = read(app, site, rack).await?;
    let (Reading::Live(cached, opened), Some(rack)) = (&reading, rack) else { return Ok(reading) };
    let Some(active) = cached.loaded.active_for(*opened) else { return Ok(reading) };
    let now = app.world.clock.now_ms();
    app.activity.note(site, &active.id, now);
    if activity::step_is_due(&cached.loaded, *opened, site.config.lifetimes.sign_in_idle_ms, now) {
        activity::step(app, site, rack).await?;
        return read(app, site, Some(rack)).await;
    }
    Ok(reading)
}

/// The session, from memory if that is certainly what the database holds.
async fn fetch(app: &Arc<App>, site: &Arc<Site>, rack: &Rack) -> Result<Option<Arc<Cached>>> {
    let id = rack.session();
    // A session of another deployment is none of this one's, whatever credential opens it.
    if let Some(cached) =
        app.cache.get(id.as_str()).filter(|cached| cached.loaded.deployment == site.config.id)
        && (!app.db.is_shared() || confirmed(app, &cached).await?)
    {
        return Ok(Some(cached));
    }
    let ticket = app.cache.ticket(id);
    let (deployment, wanted) = (site.config.id.clone(), id.clone());
    let loaded = app.db.read(move |on| store::load(on, &deployment, &wanted)).await?;
    app.world.failpoints.pass("session.read.insert").await;
    let cached = loaded.map(|loaded| Arc::new(Cached::new(loaded)));
    if let Some(cached) = &cached {
        app.cache.insert(ticket, Arc::clone(cached));
    }
    Ok(cached)
}

/// Whether no other node has changed what is remembered.
///
/// # Errors
/// What the database says.
pub async fn confirmed(app: &Arc<App>, cached: &Cached) -> Result<bool> {
    let revision =
        app.db.present_revision(&cached.loaded.deployment, &cached.loaded.id, cached.loaded.stands()).await?;
    Ok(revision == Some(cached.loaded.revision))
}

/// Ends what has expired in a session. The sweep calls it too.
///
/// # Errors
/// What the database says.
pub async fn end_expired(app: &Arc<App>, site: &Arc<Site>, id: crate::id::SessionId) -> Result<()> {
    let (site, now) = (Arc::clone(site), app.world.clock.now_ms());
    app.db
        .write(move |tx| {
            store::lock(tx, &site.config.id, &[&id])?;
            settle(tx, &site, &id, now).map(drop)
        })
        .await
}

/// Loads a locked session after ending what has expired in it.
///
/// # Errors
/// What the database says.
pub fn settle(
    tx: &mut Tx<'_>,
    site: &Site,
    id: &crate::id::SessionId,
    now: i64,
) -> Result<Option<super::Loaded>> {
    let loaded = store::load(tx, &site.config.id, id)?;
    let Some(due) = loaded.as_ref().filter(|loaded| loaded.ended_at.is_none() && now >= loaded.valid_until)
    else {
        return Ok(loaded);
    };
    let plan = expire(due, site.config.lifetimes.sign_in_max_age_ms, now);
    store::apply(tx, site, due, &plan, &By::system(now))?;
    store::raise(tx, site, id, plan.reason(), now).map(Some)
}
