//! Reading a session for a request: from memory where that is certain, from the database otherwise, and never before
//! what has expired was ended and what may not be used from the request's address was put out.

use super::activity;
use super::cache::Cached;
use super::rack::Rack;
use super::tab::TabScope;
use super::{Loaded, Opened, expire, retire_old, scope, store};
use crate::app::{App, Site};
use crate::audit::{self, By};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SessionId, UserId};
use crate::params;
use crate::vault::Vault;
use keyrack_protocol::EndReason;
use std::net::IpAddr;
use std::sync::Arc;

/// What a credential opens.
#[derive(Clone, Debug)]
pub enum Reading {
    /// Nothing; why it once opened more, if that is still told.
    Empty(Option<EndReason>),
    /// A live session.
    Live(Arc<Cached>, Opened),
}

/// Reads the session that `rack` opens, for somebody who comes `from` this address, if anybody does.
///
/// # Errors
/// What the database says.
pub async fn read(
    app: &Arc<App>,
    site: &Arc<Site>,
    rack: Option<&Rack>,
    from: Option<IpAddr>,
) -> Result<Reading> {
    Ok(judged(app, site, rack, from).await?.0)
}

/// The same, and the refusal of what asks where the active sign-in stood, if this was what put it out.
async fn judged(
    app: &Arc<App>,
    site: &Arc<Site>,
    rack: Option<&Rack>,
    from: Option<IpAddr>,
) -> Result<(Reading, Option<Error>)> {
    let nothing = || Ok((Reading::Empty(None), None));
    let Some(rack) = rack else { return nothing() };
    let now = app.world.clock.now_ms();
    let Some(mut cached) = fetch(app, site, rack).await? else { return nothing() };
    let (mut opened, mut refusal) = (cached.opened_by(rack, &app.vault), None);
    if let Some(all) = opened
        && is_due(&cached.loaded, (rack, &app.vault), (all, from), now)
    {
        let active = cached.loaded.active_for(all).filter(|active| now < active.expires_at);
        refusal = active.zip(from).and_then(|(it, from)| scope::admit(it, it.scope.as_ref(), from).err());
        end_due(app, site, (rack, from), now).await?;
        let Some(again) = fetch(app, site, rack).await? else { return nothing() };
        cached = again;
        opened = cached.opened_by(rack, &app.vault);
    }
    let reading = match opened {
        None => Reading::Empty(None),
        Some(_) if cached.loaded.ended_at.is_some() => {
            Reading::Empty(cached.loaded.end_reason.filter(|_| now < cached.loaded.outer_until))
        }
        Some(opened) => Reading::Live(cached, opened),
    };
    Ok((reading, refusal))
}

/// Whether something in it has expired, may not be used where it stands, from where somebody comes, or has a new key that
/// is used for the first time.
fn is_due(
    loaded: &Loaded,
    (rack, vault): (&Rack, &Vault),
    (opened, from): (Opened, Option<IpAddr>),
    now: i64,
) -> bool {
    let kept_out = |from: IpAddr| {
        loaded.visible(opened).any(|sign_in| scope::admit(sign_in, sign_in.scope.as_ref(), from).is_err())
    };
    let renewed = || loaded.renewed_in(rack, vault).next().is_some();
    loaded.ended_at.is_none() && (now >= loaded.valid_until || from.is_some_and(kept_out) || renewed())
}

/// Ends what has expired in a session that a rack opens, and puts out what of that may not be used where it stands.
async fn end_due(
    app: &Arc<App>,
    site: &Arc<Site>,
    (rack, from): (&Rack, Option<IpAddr>),
    now: i64,
) -> Result<()> {
    let (vault_of, site, rack) = (Arc::clone(app), Arc::clone(site), rack.clone());
    let ended = app.db.write(move |tx| {
        store::lock(tx, &site.config.id, &[rack.session()])?;
        let loaded = settle(tx, &site, rack.session(), now)?.filter(|loaded| loaded.ended_at.is_none());
        let Some(loaded) = loaded else { return Ok(()) };
        let used = retire_old(tx, &site, &loaded, (&rack, &vault_of.vault), now)?;
        let (loaded, Some(from)) = (used.unwrap_or(loaded), from) else { return Ok(()) };
        match loaded.opened_by(&rack, &vault_of.vault) {
            Some(opened) => keep_out(tx, &site, &loaded, (opened, from), now).map(drop),
            None => Ok(()),
        }
    });
    ended.await
}

/// Puts out those of the sign-ins that a rack opens which may not be used where they stand, from the address that somebody
/// comes from; the session as it is then, if there were any. The caller holds its lock.
///
/// # Errors
/// What the database says.
pub fn keep_out(
    tx: &mut Tx<'_>,
    site: &Site,
    loaded: &Loaded,
    (opened, from): (Opened, IpAddr),
    now: i64,
) -> Result<Option<Loaded>> {
    let plan = scope::keep_out(loaded, opened, from);
    if plan.is_empty() {
        return Ok(None);
    }
    let by = By::client(audit::Actor::User, &from.to_string(), now);
    store::apply(tx, site, loaded, &plan, &by)?;
    store::raise(tx, site, &loaded.id, plan.reason(), now).map(Some)
}

/// Reads the session for a request that counts as activity of the sign-in that `tab` names, else of the active one; with
/// it the refusal of what asks where the active one stood, if this put it out.
///
/// # Errors
/// What the database says.
pub async fn read_active(
    app: &Arc<App>,
    site: &Arc<Site>,
    (rack, tab): (Option<&Rack>, Option<&TabScope>),
    from: IpAddr,
) -> Result<(Reading, Option<Error>)> {
    let (reading, refusal) = judged(app, site, rack, Some(from)).await?;
    let (Reading::Live(cached, opened), Some(rack)) = (&reading, rack) else { return Ok((reading, refusal)) };
    let used = match tab {
        Some(tab) => tab.sign_in(&cached.loaded, *opened).ok(),
        None => cached.loaded.active_for(*opened),
    };
    let Some(used) = used else { return Ok((reading, refusal)) };
    let now = app.world.clock.now_ms();
    app.activity.note(site, &used.id, now);
    if activity::is_behind(used, site.config.lifetimes.sign_in_idle_ms, now) {
        activity::step(app, site, rack, &used.id).await?;
        return Ok((read(app, site, Some(rack), Some(from)).await?, refusal));
    }
    Ok((reading, refusal))
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
pub fn settle(tx: &mut Tx<'_>, site: &Site, id: &crate::id::SessionId, now: i64) -> Result<Option<Loaded>> {
    let loaded = store::load(tx, &site.config.id, id)?;
    let Some(due) = loaded.as_ref().filter(|loaded| loaded.ended_at.is_none() && now >= loaded.valid_until)
    else {
        return Ok(loaded);
    };
    let plan = expire(due, site.config.lifetimes.sign_in_max_age_ms, now);
    store::apply(tx, site, due, &plan, &By::system(now))?;
    store::raise(tx, site, id, plan.reason(), now).map(Some)
}

/// The sessions that a user is signed in on, in the order in which they are locked. Whoever changes them by it holds the
/// user's lock, so that none is added meanwhile.
///
/// # Errors
/// What the database says.
pub fn sessions_of(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<SessionId>> {
    let rows = tx.query(
        "select distinct session_id from sign_ins where user_id = $1 and ended_at is null order by session_id",
        params![user.as_str()],
    )?;
    rows.into_iter().map(|row| Ok(SessionId::stored(row.cells().text()?))).collect()
}
