//! One key after the other: by command, by age, and at once when others may have it.

use super::ring::{APART_MS, Ring, State};
use super::signer::Algorithm;
use super::store::{self, New};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::params;
use keyrack_protocol::Code;
use std::sync::Arc;

/// How long the next key is published before it signs: whoever keeps keys for longer than they may be kept has a day.
pub const LEAD_MS: i64 = 24 * 3_600_000;
/// The shortest that an operator may ask for: longer than keys may be kept, and than nodes need to read it.
pub const SHORTEST_LEAD_MS: i64 = 10 * 60_000;
/// How long a new key waits where others may have the old one: until every node has read it (ten seconds), and then until
/// every backend may ask again for the keys (half a minute, API.md). One that asked just before the first token came would
/// else refuse everybody's. Those who have the old key lose nothing by it: backends believe that for minutes.
const NOTICE_MS: i64 = 40_000;

/// How the next key comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It is published now and signs after so many milliseconds.
    After(i64),
    /// It signs as soon as every node and every backend can have it; all others are withdrawn then, because somebody may have them.
    Now,
}

/// The algorithms of which a deployment makes the keys itself.
#[must_use]
pub fn algorithms(site: &Site) -> Vec<Algorithm> {
    site.config.signing_algorithms()
}

/// Makes the next key of each of these algorithms.
///
/// # Errors
/// [`Code::RotationUnderWay`] when the next one waits already; what the database says.
pub async fn rotate(app: &App, site: &Arc<Site>, asked: &[Algorithm], when: When, by: By) -> Result<()> {
    let drawn = asked.iter().map(|algorithm| New::draw(&app.vault, &app.world, *algorithm));
    let drawn = drawn.collect::<Result<Vec<_>>>()?;
    let of = Arc::clone(site);
    let made = app.db.write(move |tx| {
        store::lock(tx, &of.config.id)?;
        for new in &drawn {
            follow(tx, &of, new, when, &by)?;
        }
        Ok(())
    });
    made.await?;
    refresh(app, site).await
}

/// Lets one key follow those that there are. The caller holds the lock.
fn follow(tx: &mut Tx<'_>, site: &Site, new: &New, when: When, by: &By) -> Result<()> {
    let (deployment, longest_ms) = (site.config.id.as_str(), site.config.longest_token_ms());
    let all = store::all(tx, deployment)?;
    let good = all.iter().filter(|row| row.algorithm == new.algorithm && row.withdrawn_at.is_none());
    let signs_at = match when {
        When::Now => {
            let at = by.now + NOTICE_MS;
            for row in good {
                tx.execute("update signing_keys set withdrawn_at = $2 where id = $1", params![&row.id, at])?;
                let about = About { reason: &row.id, ..About::default() };
                audit::record(tx, site, by, Event::SigningKeyWithdrawn, about)?;
            }
            at
        }
        When::After(lead) => {
            if good.clone().any(|row| row.signs_at > by.now) {
                return Err(Code::RotationUnderWay.into());
            }
            by.now + lead
        }
    };
    store::insert(tx, (deployment, &site.world), new, (signs_at, longest_ms), by)
}

/// Reads the keys anew: what another node has made, or this one.
///
/// # Errors
/// What the database says.
pub async fn refresh(app: &App, site: &Site) -> Result<()> {
    site.keys.replace(store::read(&app.db, &app.vault, &site.config.id).await?);
    Ok(())
}

/// The same for every deployment.
///
/// # Errors
/// What the database says.
pub async fn refresh_all(app: &App) -> Result<()> {
    for site in &app.sites {
        refresh(app, site).await?;
    }
    Ok(())
}

/// Lets keys follow that have grown old, and deletes those that nobody needs. One node does it at a time.
///
/// # Errors
/// What the database says.
pub async fn settle(app: &App, site: &Arc<Site>) -> Result<()> {
    refresh(app, site).await?;
    let (ring, now) = (site.keys.ring(), app.world.clock.now_ms());
    let old: Vec<Algorithm> = algorithms(site)
        .into_iter()
        .filter(|algorithm| has_grown_old(&ring, site, *algorithm, now))
        .collect();
    if !old.is_empty() {
        match rotate(app, site, &old, When::After(LEAD_MS), By::system(now)).await {
            // Somebody was faster.
            Err(error) if error.code() == Code::RotationUnderWay => {}
            done => done?,
        }
    }
    let gone: Vec<String> = ring
        .all()
        .iter()
        .filter(|key| match ring.state(key, now) {
            State::Retired => true,
            State::Withdrawn => key.withdrawn_at.is_some_and(|at| at + key.longest_ms + APART_MS < now),
            _ => false,
        })
        .filter_map(|key| key.signer.kid().map(str::to_owned))
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    let id = site.config.id.clone();
    let deleted = app.db.write(move |tx| {
        store::lock(tx, &id)?;
        for kid in &gone {
            tx.execute("delete from signing_keys where id = $1 and deployment_id = $2", params![kid, &id])?;
        }
        Ok(())
    });
    deleted.await?;
    refresh(app, site).await
}

/// Whether the key that signs is as old as it may get before the next one begins, and no next one waits.
fn has_grown_old(ring: &Ring, site: &Site, algorithm: Algorithm, now: i64) -> bool {
    let (Some(most), Some(key)) = (site.config.signing_key_max_age_ms, ring.signing(algorithm, now)) else {
        return false;
    };
    let mut of_it = ring.all().iter().filter(|other| other.signer.algorithm == algorithm);
    !of_it.any(|other| ring.state(other, now) == State::Next) && now - key.signs_at >= most - LEAD_MS
}
