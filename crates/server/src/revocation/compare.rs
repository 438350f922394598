//! What no notice brought: the feeds that are followed here, compared with the database.

use super::store::{self, Dated};
use super::window_ms;
use crate::app::{App, Site};
use crate::error::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// How often what was made of late is compared.
const SOON: Duration = Duration::from_millis(500);
/// What is of late, in milliseconds: longer than a transaction takes.
const LATE_MS: i64 = 15_000;
/// Everything is compared once in so many times: clocks of nodes may be apart.
const WHOLE: u32 = 30;

/// Everything that there is to tell of a deployment.
///
/// # Errors
/// What the database says.
pub async fn whole(app: &App, site: &Site) -> Result<Vec<Dated>> {
    read(app, site, window_ms(site)).await
}

async fn read(app: &App, site: &Site, of_late_ms: i64) -> Result<Vec<Dated>> {
    let (deployment, since) = (site.config.id.clone(), app.world.clock.now_ms().saturating_sub(of_late_ms));
    app.db.read_single(move |on| store::since(on, &deployment, since)).await
}

/// Compares every feed that is followed, as far back as this, and forgets in them what no living token can be about.
///
/// # Errors
/// What the database says; the others are compared all the same.
pub async fn all(app: &App, of_late_ms: Option<i64>) -> Result<()> {
    let mut outcome = Ok(());
    for (id, feed) in app.feeds.followed() {
        let Some(site) = app.sites.iter().find(|site| site.config.id == id) else { continue };
        let window = window_ms(site);
        match read(app, site, of_late_ms.unwrap_or(window)).await {
            Ok(dated) => feed.hear(&dated),
            Err(error) => outcome = outcome.and(Err(error)),
        }
        feed.forget(app.world.clock.now_ms().saturating_sub(window));
    }
    outcome
}

/// Does it all the time, until the server is gone: where other nodes may change something, every half second and whenever
/// something may have been missed; elsewhere to forget.
pub fn keep(app: &Arc<App>) {
    let (feeds, shared) = (Arc::clone(&app.feeds), app.db.is_shared());
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(if shared { SOON } else { SOON * WHOLE });
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut owed = false;
        for tick in 0_u32.. {
            let missed = tokio::select! {
                () = feeds.missed() => true,
                _ = ticks.tick() => owed,
            };
            let Some(app) = app.upgrade() else { return };
            let is_whole = missed || !shared || tick.is_multiple_of(WHOLE);
            let compared = all(&app, (!is_whole).then_some(LATE_MS)).await;
            // Nodes listen again before the database takes their questions: then it is due at the next tick.
            owed = is_whole && compared.is_err();
            if let Err(error) = compared {
                tracing::debug!(%error, "revocations could not be compared");
            }
        }
    });
}
