//! Domains whose record is to be looked for again: by one node at a time, and never while the sweep waits for it, because
//! strangers' name servers take their time.

use super::lease::Lease;
use super::told;
use crate::app::{Shared, Site};
use crate::domain::check::{self, Looked};
use crate::error::Result;
use std::sync::Arc;

/// Looks in a row that nobody answers, after which the fault is near: the rest waits for the next tick.
const SILENT: usize = 3;

/// Looks for every record that is due, in every deployment. What fails is told, and keeps nothing else from being done.
///
/// # Errors
/// The first that the database said.
pub async fn check(app: &Shared) -> Result<()> {
    let mut outcome = Ok(());
    for site in &app.sites {
        let checked = check_all(app, site).await;
        outcome = outcome.and(told(&site.config.id, "prove domains again", checked));
    }
    outcome
}

async fn check_all(app: &Shared, site: &Arc<Site>) -> Result<()> {
    if !site.config.organizations.enabled {
        return Ok(());
    }
    let Some(mut lease) = Lease::take(app, &site.config.id, "domains").await? else { return Ok(()) };
    let mut silent = 0;
    loop {
        let mut looked = false;
        let due = check::due(app, &site.config.id).await?;
        for domain in due {
            if app.room.is_left() || silent >= SILENT || !lease.keep().await? {
                return Ok(());
            }
            let found = check::again(app, site, domain).await?;
            looked |= found != Looked::Gone;
            silent = if found == Looked::Unanswered { silent + 1 } else { 0 };
        }
        if !looked {
            return Ok(());
        }
    }
}
