//! Starting a deployment, and noticing one that is gone.

use crate::app::Site;
use crate::config::{Config, Deployment};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::carriage::Carriage;
use crate::params;
use crate::token;
use crate::vault::{Purpose, Vault};
use crate::world::World;
use std::sync::Arc;

/// Starts a deployment: makes its row and its signing key where they are not there yet.
///
/// # Errors
/// What the database says.
pub async fn start(db: &Db, vault: &Vault, world: &Arc<World>, config: &Deployment) -> Result<Site> {
    let (id, now) = (config.id.clone(), world.clock.now_ms());
    let created_at = db
        .write(move |tx| {
            tx.execute(
                "insert into deployments (id, version, created_at) values ($1, 1, $2) on conflict (id) do nothing",
                params![&id, now],
            )?;
            let row = tx.query_one("select created_at from deployments where id = $1", params![&id])?;
            row.ok_or_else(|| Error::internal("make a deployment", "it is not there"))?.cells().int()
        })
        .await?;
    let signer = token::store::signer(db, vault, world, &config.id).await?;
    let settings = vault.hash(Purpose::Check, &config.id, format!("{config:?}").as_bytes());
    Ok(Site {
        updated_at: changed_at(db, config.id.clone(), settings, now).await?,
        issuer: config.base(),
        carriage: Carriage::of(config),
        config: config.clone(),
        created_at,
        signer,
        world: Arc::clone(world),
    })
}

/// When the settings of a deployment became what they are: now, if they differ from those of the last start.
async fn changed_at(db: &Db, id: String, settings: String, now: i64) -> Result<i64> {
    db.write(move |tx| {
        let sql = "select value from facts where deployment_id = $1 and name = 'settings'";
        let kept = tx.query_one(sql, params![&id])?.map(|row| row.cells().text()).transpose()?;
        let kept = kept.as_deref().and_then(|kept| kept.split_once(' '));
        if let Some((_, at)) = kept.filter(|(before, _)| *before == settings) {
            return at.parse().map_err(|cause| Error::internal("read when the settings changed", cause));
        }
        tx.execute(
            "insert into facts (deployment_id, name, value) values ($1, 'settings', $2)
             on conflict (deployment_id, name) do update set value = excluded.value",
            params![&id, &format!("{settings} {now}")],
        )?;
        Ok(now)
    })
    .await
}

/// The deployments that the database knows although the configuration neither has them nor calls them retired,
/// by id.
///
/// # Errors
/// What the database says.
pub async fn unknown(db: &Db, config: &Config) -> Result<Vec<String>> {
    let known: Vec<String> = config.deployments.iter().map(|deployment| deployment.id.clone()).collect();
    let known = [known, config.retired.clone()].concat();
    let rows = db.read(|on| on.query("select id from deployments order by id", &[])).await?;
    let ids: Result<Vec<String>> = rows.into_iter().map(|row| row.cells().text()).collect();
    Ok(ids?.into_iter().filter(|id| !known.contains(id)).collect())
}
