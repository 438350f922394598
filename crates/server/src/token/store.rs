//! Signing keys in the database.

use super::ring::{Dated, Ring};
use super::signer::{Algorithm, Signer};
use crate::audit::{self, About, By, Event};
use crate::db::{Db, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::params;
use crate::vault::Vault;
use crate::world::World;
use std::sync::Arc;

/// A key as it is stored.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// How it signs.
    pub algorithm: Algorithm,
    sealed: String,
    /// When it was made.
    pub created_at: i64,
    /// When it begins to sign.
    pub signs_at: i64,
    /// The longest life of a token that it may have signed.
    pub longest_ms: i64,
    /// From when on others may have it.
    pub withdrawn_at: Option<i64>,
}

/// A key that may be stored.
#[derive(Clone)]
pub struct New {
    /// Its id.
    pub id: KeyId,
    /// How it signs.
    pub algorithm: Algorithm,
    jwk: String,
    sealed: String,
}

impl New {
    /// Draws one.
    ///
    /// # Errors
    /// When the cryptographic library cannot make one.
    pub fn draw(vault: &Vault, world: &World, algorithm: Algorithm) -> Result<Self> {
        let (id, pkcs8) = (KeyId::draw(world), algorithm.new_key(&world.random)?);
        let signer = Signer::new(algorithm, Some(id.as_str()), &pkcs8)?;
        let jwk = serde_json::to_string(&signer.jwk)
            .map_err(|cause| Error::internal("write a public key", cause))?;
        let sealed = vault.seal(world, id.as_str(), &pkcs8)?;
        Ok(Self { id, algorithm, jwk, sealed })
    }
}

/// Takes the lock under which the keys of a deployment change.
///
/// # Errors
/// What the database says.
pub fn lock(tx: &mut Tx<'_>, deployment: &str) -> Result<()> {
    tx.execute("update deployments set version = version where id = $1", params![deployment]).map(drop)
}

/// Every key of a deployment, by when it begins to sign.
///
/// # Errors
/// What the database says.
pub fn all(on: &mut Snapshot<'_>, deployment: &str) -> Result<Vec<Row>> {
    let rows = on.query(
        "select id, alg, sealed, created_at, signs_at, longest_ms, withdrawn_at from signing_keys
         where deployment_id = $1 order by signs_at, id",
        params![deployment],
    )?;
    let read = rows.into_iter().map(|row| {
        let mut cells = row.cells();
        let (id, word) = (cells.text()?, cells.text()?);
        let algorithm = Algorithm::parse(&word);
        Ok(Row {
            id,
            algorithm: algorithm.ok_or_else(|| Error::internal("read a signing key", "its algorithm"))?,
            sealed: cells.text()?,
            created_at: cells.int()?,
            signs_at: cells.int()?,
            longest_ms: cells.int()?,
            withdrawn_at: cells.optional_int()?,
        })
    });
    read.collect()
}

/// Stores a key that signs from `signs_at` on. The caller holds the lock.
///
/// # Errors
/// What the database says.
pub fn insert(
    tx: &mut Tx<'_>,
    (deployment, world): (&str, &World),
    new: &New,
    (signs_at, longest_ms): (i64, i64),
    by: &By,
) -> Result<()> {
    tx.execute(
        "insert into signing_keys (id, deployment_id, alg, public_jwk, sealed, active, created_at, signs_at, longest_ms)
         values ($1, $2, $3, $4, $5, 0, $6, $7, $8)",
        params![
            new.id.as_str(),
            deployment,
            new.algorithm.as_str(),
            &new.jwk,
            &new.sealed,
            by.now,
            signs_at,
            longest_ms
        ],
    )?;
    let about = About { reason: new.id.as_str(), ..About::default() };
    audit::record_in(tx, (deployment, world), by, Event::SigningKeyMade, about)
}

/// Makes the keys of a deployment that are not there yet, one for each algorithm, and notes how long the tokens live that
/// they sign from now on. Of two nodes that start at once, both use the one that was stored first.
///
/// # Errors
/// What the database says.
pub async fn ensure(
    db: &Db,
    vault: &Vault,
    world: &Arc<World>,
    (deployment, algorithms, longest_ms): (&str, &[Algorithm], i64),
) -> Result<()> {
    let id = deployment.to_owned();
    let known = db.read(move |on| all(on, &id)).await?;
    let of = |rows: &[Row], algorithm: Algorithm| {
        rows.iter().any(|row| row.algorithm == algorithm && row.withdrawn_at.is_none())
    };
    let missing = algorithms.iter().filter(|algorithm| !of(&known, **algorithm));
    // Drawn before the transaction: an RSA key takes a while.
    let drawn = missing.map(|algorithm| New::draw(vault, world, *algorithm)).collect::<Result<Vec<_>>>()?;
    let (id, world) = (deployment.to_owned(), Arc::clone(world));
    let made = db.write(move |tx| {
        lock(tx, &id)?;
        let (known, by) = (all(tx, &id)?, By::system(world.clock.now_ms()));
        for new in drawn.iter().filter(|new| !of(&known, new.algorithm)) {
            insert(tx, (&id, &world), new, (by.now, longest_ms), &by)?;
        }
        tx.execute(
            "update signing_keys set longest_ms = $2 where deployment_id = $1 and longest_ms < $2",
            params![&id, longest_ms],
        )?;
        Ok(())
    });
    made.await
}

/// The ring that these rows are.
///
/// # Errors
/// When another master key sealed one.
pub fn ring(vault: &Vault, rows: Vec<Row>) -> Result<Ring> {
    let opened = rows.into_iter().map(|row| {
        let pkcs8 = vault.open(&row.id, &row.sealed)?;
        let signer = Arc::new(Signer::new(row.algorithm, Some(&row.id), &pkcs8)?);
        let Row { created_at, signs_at, longest_ms, withdrawn_at, .. } = row;
        Ok(Dated { signer, created_at, signs_at, longest_ms, withdrawn_at })
    });
    Ok(Ring::of(opened.collect::<Result<_>>()?))
}

/// The ring of a deployment as it is stored.
///
/// # Errors
/// What the database says; when another master key sealed it.
pub async fn read(db: &Db, vault: &Vault, deployment: &str) -> Result<Ring> {
    let id = deployment.to_owned();
    ring(vault, db.read(move |on| all(on, &id)).await?)
}
