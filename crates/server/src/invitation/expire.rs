//! Invitations that nobody accepted in time: whoever was told of one is told no more that they are invited.

use super::store;
use crate::app::{Shared, Site};
use crate::config::teams::Kind;
use crate::db::Row;
use crate::error::Result;
use crate::id::{InvitationId, OrganizationId};
use crate::membership;
use crate::notification;
use crate::params;
use std::sync::Arc;

/// How far back is looked: what expired earlier was seen then, unless nothing ran for so long.
const BACK_MS: i64 = 48 * 3_600_000;
const BATCH: i64 = 100;

/// An invitation that has expired, and its organization.
type Expired = (InvitationId, OrganizationId);

/// Puts away what told of invitations of a deployment that have expired. May be done by several nodes at once.
///
/// # Errors
/// What the database says.
pub async fn settle(app: &Shared, site: &Arc<Site>) -> Result<()> {
    let mut last = String::new();
    loop {
        let found = some_told_of(app, &site.config.id, last).await?;
        let Some((id, _)) = found.last() else { return Ok(()) };
        last = id.to_string();
        for expired in found {
            put_away(app, site, expired).await?;
        }
    }
}

/// Some that have expired and are still told of, behind the one with the id `last`.
async fn some_told_of(app: &Shared, deployment: &str, last: String) -> Result<Vec<Expired>> {
    let (deployment, now) = (deployment.to_owned(), app.world.clock.now_ms());
    let read = |row: Row| {
        let mut cells = row.cells();
        Ok((InvitationId::stored(cells.text()?), OrganizationId::stored(cells.text()?)))
    };
    let found = app.db.read(move |on| {
        let rows = on.query(
            "select i.id, i.organization_id from invitations i
             where i.deployment_id = $1 and i.expires_at > $2 and i.expires_at <= $3 and i.ended_at is null and i.id > $4
                 and exists (select 1 from notifications n
                     where n.subject = i.id and n.subject <> '' and n.state <> 'archived')
             order by i.id limit $5",
            params![&deployment, now - BACK_MS, now, &last, BATCH],
        )?;
        rows.into_iter().map(read).collect()
    });
    found.await
}

async fn put_away(app: &Shared, site: &Arc<Site>, (id, organization): Expired) -> Result<()> {
    let (site, now) = (Arc::clone(site), app.world.clock.now_ms());
    let put = app.db.write(move |tx| {
        let place = (Kind::Organization, organization.as_str());
        if membership::store::lock(tx, &site.config.id, place)?.is_none() {
            return Ok(());
        }
        // Whoever sent it anew meanwhile held the same lock.
        match store::load(tx, &site.config.id, &id)? {
            Some(it) if !it.is_open(now) => notification::settle(tx, &site, &[id.to_string()], now),
            _ => Ok(()),
        }
    });
    put.await
}
