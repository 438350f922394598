//! Starting a deployment.

use crate::app::Site;
use crate::config::Deployment;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::carriage::Carriage;
use crate::params;
use crate::token;
use crate::vault::Vault;
use crate::world::World;

/// Starts a deployment: makes its row and its signing key where they are not there yet.
///
/// # Errors
/// What the database says.
pub async fn start(db: &Db, vault: &Vault, world: &World, config: &Deployment) -> Result<Site> {
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
    Ok(Site {
        issuer: config.base(),
        carriage: Carriage::of(config),
        config: config.clone(),
        created_at,
        signer,
    })
}
