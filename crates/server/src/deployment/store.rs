//! Starting a deployment, and noticing one that is gone.

use crate::app::Site;
use crate::config::{Config, Deployment, Retention};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::carriage::Carriage;
use crate::params;
use crate::token;
use crate::token::ring::Keys;
use crate::vault::{Purpose, Vault};
use crate::world::World;
use std::sync::Arc;

/// Starts a deployment: makes its row and its signing key where they are not there yet, and remembers how long its
/// rows stay, for a time when it is retired.
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
    remember_retention(db, config).await?;
    let algorithms = config.signing_algorithms();
    let signs = (config.id.as_str(), algorithms.as_slice(), config.longest_token_ms());
    let lives = token::lives::note(db, &config.id, config.longest_token_ms(), now).await?;
    token::store::ensure(db, vault, world, signs).await?;
    let keys = Keys::of(token::store::read(db, vault, &config.id).await?);
    let settings = vault.hash(Purpose::Check, &config.id, format!("{config:?}").as_bytes());
    Ok(Site {
        updated_at: changed_at(db, config.id.clone(), settings, now).await?,
        issuer: config.base(),
        carriage: Carriage::of(config),
        config: config.clone(),
        created_at,
        keys,
        lives,
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

async fn remember_retention(db: &Db, config: &Deployment) -> Result<()> {
    let kept = serde_json::to_string(&config.retention);
    let (id, kept) =
        (config.id.clone(), kept.map_err(|cause| Error::internal("write its retention", cause))?);
    db.write(move |tx| {
        tx.execute(
            "insert into facts (deployment_id, name, value) values ($1, 'retention', $2)
             on conflict (deployment_id, name) do update set value = excluded.value
             where facts.value <> excluded.value",
            params![&id, &kept],
        )
    })
    .await
    .map(drop)
}

/// How long the rows of a deployment stay that does not run: as when it was started last. Of one that no keyrack
/// has started which remembers it, nothing goes earlier than any configuration may say.
///
/// # Errors
/// What the database says, or when what it holds is no retention.
pub async fn retention(db: &Db, id: &str) -> Result<Retention> {
    let id = id.to_owned();
    let sql = "select value from facts where deployment_id = $1 and name = 'retention'";
    let kept =
        db.read(move |on| on.query_one(sql, params![&id])?.map(|row| row.cells().text()).transpose()).await?;
    kept.map_or_else(
        || Ok(Retention::longest()),
        |kept| serde_json::from_str(&kept).map_err(|cause| Error::internal("read its retention", cause)),
    )
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
