//! What the application's endpoints are told, sent: signed, once it is committed, again after pauses that grow until it was
//! taken, one after the other to each endpoint, so that a slow one keeps no other waiting.
//!
//! The rows are written by [`crate::audit::hooks`]. A row is claimed by a lease, as mail is: two nodes do not send it at once,
//! and a node that dies leaves it to the next. So a message may come twice, with the same id, and may come after one that
//! happened later; what it says of an account or a place is how that is when it is sent ([`payload`], adr/0032).

mod payload;

use crate::app::{App, Site};
use crate::audit::hooks::store::{self, Leased};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::world::{Called, Webhook};
use std::collections::HashMap;
use std::sync::Arc;

/// How long a row is a node's alone, in milliseconds: longer than a call can take.
const LEASE_MS: i64 = 60_000;
/// Pauses before each further try, in milliseconds: the last is followed by none. Three days and a half in all.
const PAUSES_MS: [i64; 9] = [
    5_000,
    5 * 60_000,
    30 * 60_000,
    2 * 3_600_000,
    5 * 3_600_000,
    10 * 3_600_000,
    14 * 3_600_000,
    20 * 3_600_000,
    30 * 3_600_000,
];

/// The endpoints that can be called: by deployment and name.
pub type Endpoints = HashMap<(String, String), Webhook>;

/// The endpoints of a configuration.
///
/// # Errors
/// One that names the endpoint that cannot be called.
pub fn endpoints(config: &Config) -> Result<Endpoints> {
    let all = config.deployments.iter().flat_map(|deployment| {
        deployment.webhooks.iter().map(|it| {
            let endpoint = Webhook::new(&it.url, &it.key, it.private_addresses)
                .map_err(|why| Error::internal(&format!("set up the webhook {}", it.name), why))?;
            Ok(((deployment.id.clone(), it.name.clone()), endpoint))
        })
    });
    all.collect()
}

/// When what failed for the `tries`th time is tried again; none when it is given up.
fn next_at(tries: i64, asked_ms: i64, now: i64) -> Option<i64> {
    let nth = usize::try_from(tries - 1).ok()?;
    PAUSES_MS.get(nth).map(|pause| now + (*pause).max(asked_ms))
}

/// Sends what is due, to every endpoint of every deployment; returns when nothing is.
///
/// # Errors
/// What the database says. An endpoint that does not take a message is no error: it is tried again later.
pub async fn deliver_due(app: &Arc<App>) -> Result<()> {
    let mut sending = tokio::task::JoinSet::new();
    for site in &app.sites {
        for endpoint in &site.config.webhooks {
            let (app, site, name) = (Arc::clone(app), Arc::clone(site), endpoint.name.clone());
            sending.spawn(async move { deliver_to(&app, &site, &name).await });
        }
    }
    let mut outcome = Ok(());
    while let Some(sent) = sending.join_next().await {
        let sent = sent.map_err(|cause| Error::internal("send webhooks", cause));
        outcome = outcome.and(sent.and_then(|sent| sent));
    }
    outcome
}

async fn deliver_to(app: &App, site: &Site, name: &str) -> Result<()> {
    let key = (site.config.id.clone(), name.to_owned());
    let Some(endpoint) = app.endpoints.get(&key) else { return Ok(()) };
    while !app.room.is_left() {
        let Some(row) = store::lease(app, (&site.config.id, name), LEASE_MS).await? else { break };
        deliver(app, site, endpoint, row).await?;
    }
    Ok(())
}

async fn deliver(app: &App, site: &Site, endpoint: &Webhook, row: Leased) -> Result<()> {
    let body = payload::of(app, site, &row).await?;
    let called = endpoint.call(&row.id, app.world.clock.now_ms(), body).await;
    let now = app.world.clock.now_ms();
    let (event, kind, to) = (row.id.as_str(), row.kind.as_str(), row.endpoint.as_str());
    let counted = &app.metrics.webhooks;
    match called {
        Called::Taken(status) => {
            counted.delivered.one();
            store::settle(app, &row, ("sent", format!("answered with {status}")), now).await
        }
        Called::Gone(why) => {
            counted.given_up.one();
            tracing::error!(event, kind, endpoint = to, why, "a webhook's endpoint is gone");
            store::settle(app, &row, ("dead", why), now).await
        }
        Called::Later(why, asked_ms) => match next_at(row.tries, asked_ms, now) {
            Some(at) => {
                counted.failed.one();
                tracing::warn!(
                    event,
                    kind,
                    endpoint = to,
                    why,
                    tries = row.tries,
                    "a webhook was not taken yet"
                );
                store::retry(app, &row, (at, why)).await
            }
            None => {
                counted.given_up.one();
                tracing::error!(event, kind, endpoint = to, why, "a webhook was given up");
                store::settle(app, &row, ("dead", why), now).await
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_it_is_given_up_and_an_endpoint_may_ask_for_longer_ones() {
        let pauses: Vec<i64> = (1..=9).map(|tries| next_at(tries, 0, 0).unwrap()).collect();
        assert!(pauses.is_sorted() && pauses[0] == 5_000, "{pauses:?}");
        assert_eq!(next_at(10, 0, 0), None);
        assert_eq!(next_at(1, 60_000, 7), Some(60_007));
        assert_eq!(next_at(9, 60_000, 0), Some(30 * 3_600_000));
    }
}
