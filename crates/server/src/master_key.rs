//! Finding the master key, noticing a wrong one, and taking another ([`rotation`]).

pub mod rotation;

use crate::config::{Config, MasterKeySource};
use crate::db::{Db, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::params;
use crate::vault::Vault;
use crate::world::World;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::io::Write;
use std::path::Path;

/// The fact that notices a wrong master key.
const CHECK: &str = "master_key_check";
/// The fact that keeps what hashes are made with since there was another master key, sealed.
const HASH_KEYS: &str = "hash_keys";
/// The fact that says which master key a change has begun to give.
const NEXT: &str = "master_key_next";

/// The master key: given, or made earlier. None where the configuration says that one is made, and none has been.
///
/// # Errors
/// When it cannot be read, or is not 32 bytes in base64url.
pub fn find(config: &Config) -> Result<Option<[u8; 32]>> {
    match &config.master_key {
        MasterKeySource::Value(text) => parse(text).map(Some),
        MasterKeySource::File(path) => parse(&read(path)?).map(Some),
        MasterKeySource::MadeIn(path) if path.exists() => parse(&read(path)?).map(Some),
        MasterKeySource::MadeIn(_) => Ok(None),
    }
}

/// Makes the master key of a database that has none yet. For any other it would be a wrong one, which somebody could
/// take for the right one.
///
/// # Errors
/// When the database was made with one, the configuration says that none is made, or it cannot be written.
pub async fn make(config: &Config, db: &Db, world: &World) -> Result<[u8; 32]> {
    let MasterKeySource::MadeIn(path) = &config.master_key else {
        return Err(Error::internal("use the master key", "there is none"));
    };
    if db.read(kept).await?.is_some() {
        let cause = format!(
            "this database was made with another one than {} would be, which is not made; give that one with \
             KEYRACK_MASTER_KEY or KEYRACK_MASTER_KEY_FILE, or choose another folder with --data",
            path.display()
        );
        return Err(Error::internal("use the master key", cause));
    }
    parse(&write(path, world)?)
}

fn parse(text: &str) -> Result<[u8; 32]> {
    Vault::parse_master_key(text).ok_or_else(|| {
        Error::internal(
            "read the master key",
            "it must be 32 bytes in base64url; make one with: openssl rand -base64 32 | tr '+/' '-_'",
        )
    })
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|cause| Error::internal(&format!("read {}", path.display()), cause))
}

fn write(path: &Path, world: &World) -> Result<String> {
    let text = BASE64.encode(world.random.bytes::<32>());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        // The first sealed row must not outlive the only key to it.
        file.sync_all()
    });
    written.map_err(|cause| Error::internal(&format!("write {}", path.display()), cause))?;
    Ok(text)
}

/// What is kept in the database and in backups to notice a wrong master key; it tells nothing about the right one.
#[must_use]
pub fn check_value(vault: &Vault) -> String {
    vault.check_value()
}

/// What the master key of a database opens: compares the check value in it, or writes that at the first start.
///
/// # Errors
/// When the database was made with another master key.
pub async fn open(db: &Db, master: &[u8; 32]) -> Result<Vault> {
    let vault = Vault::new(master)?;
    check(db, &vault).await?;
    match db.read(|on| fact(on, HASH_KEYS)).await? {
        None => Ok(vault),
        Some(sealed) => {
            let keys = vault.open(HASH_KEYS, &sealed)?;
            vault.hashing_with(&keys)
        }
    }
}

async fn check(db: &Db, vault: &Vault) -> Result<()> {
    let value = check_value(vault);
    let fits = db
        .write(move |tx| {
            tx.execute(
                "insert into facts (deployment_id, name, value) values ('', 'master_key_check', $1)
                 on conflict (deployment_id, name) do nothing",
                params![&value],
            )?;
            unchanged(tx)?;
            Ok(kept(tx)?.as_ref() == Some(&value))
        })
        .await?;
    if fits { Ok(()) } else { Err(another()) }
}

/// Compares the check value in a database that a server has started on.
///
/// # Errors
/// When it was made with another master key, or there is no value.
pub fn compare(on: &mut Snapshot<'_>, vault: &Vault) -> Result<()> {
    unchanged(on)?;
    if kept(on)? == Some(check_value(vault)) { Ok(()) } else { Err(another()) }
}

/// The check value in the database; none before the first start.
///
/// # Errors
/// What the database says.
pub fn kept(on: &mut Snapshot<'_>) -> Result<Option<String>> {
    fact(on, CHECK)
}

/// Refuses a database that is half sealed with one key and half with another.
fn unchanged(on: &mut Snapshot<'_>) -> Result<()> {
    if fact(on, NEXT)?.is_none() {
        return Ok(());
    }
    let cause = "a change of it was begun and not ended; run keyrack keys rotate-master again, with the same two keys";
    Err(Error::internal("use the master key", cause))
}

fn fact(on: &mut Snapshot<'_>, name: &str) -> Result<Option<String>> {
    let sql = "select value from facts where deployment_id = '' and name = $1";
    on.query_one(sql, params![name])?.map(|row| row.cells().text()).transpose()
}

fn set_fact(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<()> {
    tx.execute(
        "insert into facts (deployment_id, name, value) values ('', $1, $2)
         on conflict (deployment_id, name) do update set value = excluded.value",
        params![name, value],
    )
    .map(drop)
}

fn another() -> Error {
    Error::internal("use the master key", "this database was made with another one; give that one")
}
