//! Giving an installation another master key, while nobody runs on it. Nobody is signed out by it.
//!
//! What is sealed is sealed anew with the new key. What is only compared cannot be: its secrets are with browsers and
//! backends. So the keys of those HMACs are kept from then on, sealed by the new master key (adr/0027). It goes on in small
//! transactions, and after a crash where it was; in between no server starts.

use super::{HASH_KEYS, NEXT, fact, set_fact};
use crate::audit::{self, About, By, Event};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::params;
use crate::vault::{self, Vault};
use crate::world::World;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one transaction.
const BATCH: usize = 100;

/// A column whose texts are sealed.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    /// Its table, for whoever is told.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// What its texts are sealed for.
    pub owner: Owner,
    /// Which file of the source seals it.
    pub by: &'static str,
    find: &'static str,
    update: &'static str,
}

/// What a text is sealed for, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The row's id, behind this.
    Row(&'static str),
    /// The `id` beside a `sealed` somewhere in JSON.
    Within,
}

/// Every such column. A test holds it to the source and to the schema.
pub const SEALED: &[Sealed] = &[
    Sealed {
        table: "signing_keys",
        column: "sealed",
        owner: Owner::Row(""),
        by: "token/store.rs",
        find: "select id, sealed from signing_keys where id > $1 order by id limit 100",
        update: "update signing_keys set sealed = $3 where id = $1 and sealed = $2",
    },
    Sealed {
        table: "authenticators",
        column: "sealed",
        owner: Owner::Row(""),
        by: "user/authenticator/mod.rs",
        find: "select id, sealed from authenticators where id > $1 order by id limit 100",
        update: "update authenticators set sealed = $3 where id = $1 and sealed = $2",
    },
    Sealed {
        table: "outbox",
        column: "sealed",
        owner: Owner::Row(""),
        by: "outbox.rs",
        find: "select id, sealed from outbox where id > $1 order by id limit 100",
        update: "update outbox set sealed = $3 where id = $1 and sealed = $2",
    },
    Sealed {
        table: "api_calls",
        column: "answer",
        owner: Owner::Row("api call/"),
        by: "api_key/calls.rs",
        find: "select id, answer from api_calls where id > $1 order by id limit 100",
        update: "update api_calls set answer = $3 where id = $1 and answer = $2",
    },
    Sealed {
        table: "attempts",
        column: "stage",
        owner: Owner::Within,
        by: "sign_up/authenticator.rs",
        find: "select id, stage from attempts where id > $1 and stage like '%\"sealed\"%' order by id limit 100",
        update: "update attempts set stage = $3 where id = $1 and stage = $2",
    },
];

/// Both keys of a change.
struct Change {
    old: Vault,
    new: Vault,
    /// What the old one's hashes are made with.
    hash_keys: Vec<u8>,
    world: Arc<World>,
}

impl Change {
    /// A text as the new key seals it. What is not sealed is empty; what a change that was broken off has done is done.
    fn anew(&self, owner: &str, sealed: &str) -> Result<String> {
        if sealed.is_empty() || self.new.open(owner, sealed).is_ok() {
            return Ok(sealed.to_owned());
        }
        self.new.seal(&self.world, owner, &self.old.open(owner, sealed)?)
    }

    /// JSON with everything in it that is sealed.
    fn within(&self, json: &str) -> Result<String> {
        let failed = |cause| Error::internal("read what is sealed", cause);
        let mut value: Value = serde_json::from_str(json).map_err(failed)?;
        if self.walk(&mut value)? {
            serde_json::to_string(&value).map_err(failed)
        } else {
            Ok(json.to_owned())
        }
    }

    /// Whether anything was sealed anew in it.
    fn walk(&self, value: &mut Value) -> Result<bool> {
        let mut changed = false;
        match value {
            Value::Array(all) => {
                for one in all {
                    changed |= self.walk(one)?;
                }
            }
            Value::Object(all) => {
                let owner = all.get("id").and_then(Value::as_str).map(str::to_owned);
                if let (Some(owner), Some(Value::String(sealed))) = (owner, all.get_mut("sealed")) {
                    let anew = self.anew(&owner, sealed)?;
                    changed |= anew != *sealed;
                    *sealed = anew;
                }
                for one in all.values_mut() {
                    changed |= self.walk(one)?;
                }
            }
            _ => {}
        }
        Ok(changed)
    }
}

/// Changes the master key from `old` to `new`; how many texts were sealed anew, a table.
///
/// # Errors
/// When a server runs on it, `old` is not its key, another change was begun, or the database says so.
pub async fn rotate(
    db: &Db,
    world: &Arc<World>,
    (old, new): (&[u8; 32], &[u8; 32]),
    by: &By,
) -> Result<BTreeMap<&'static str, usize>> {
    if old == new {
        return Err(Error::internal("change the master key", "the new one is the old one"));
    }
    let (old_vault, new_vault) = (Vault::new(old)?, Vault::new(new)?);
    let (before, after, now) =
        (super::check_value(&old_vault), super::check_value(&new_vault), world.clock.now_ms());
    // The lock of the data folder has said already that no other process has it open.
    let now = if db.is_shared() { now } else { i64::MAX };
    db.write(move |tx| begin(tx, (&before, &after), now)).await?;
    let kept = db.read(|on| fact(on, HASH_KEYS)).await?;
    let hash_keys = match kept {
        Some(sealed) => old_vault.open(HASH_KEYS, &sealed)?,
        None => vault::hash_keys(old)?,
    };
    let change = Arc::new(Change { old: old_vault, new: new_vault, hash_keys, world: Arc::clone(world) });
    let mut counts = BTreeMap::new();
    for column in SEALED {
        counts.insert(column.table, reseal(db, &change, *column).await?);
    }
    let (by, done) = (by.clone(), Arc::clone(&change));
    db.write(move |tx| end(tx, &done, &by)).await?;
    Ok(counts)
}

/// From here on no server starts until the end.
fn begin(tx: &mut Tx<'_>, (before, after): (&str, &str), now: i64) -> Result<()> {
    let refuse = |cause: &str| Err(Error::internal("change the master key", cause));
    match super::kept(tx)? {
        Some(kept) if kept == after => return refuse("it is changed already: this database has the new one"),
        Some(kept) if kept == before => {}
        _ => return refuse("this database was made with another one than the old one that was given"),
    }
    if fact(tx, NEXT)?.is_some_and(|next| next != after) {
        return refuse("a change to another new key was begun; go on with that one");
    }
    // Whoever swept a minute ago may still run.
    if tx.query_one("select name from leases where until > $1 limit 1", params![now])?.is_some() {
        return refuse(
            "a server runs on this database, or did a minute ago; stop all of them and wait a minute",
        );
    }
    set_fact(tx, NEXT, after)
}

async fn reseal(db: &Db, change: &Arc<Change>, column: Sealed) -> Result<usize> {
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let (change, from) = (Arc::clone(change), after.clone());
        let (read, last) = db.write(move |tx| batch(tx, &change, column, &from)).await?;
        count += read;
        match last {
            Some(last) if read > 0 => after = last,
            _ => return Ok(count),
        }
    }
}

/// Rows that were read, and the id of the last one.
fn batch(tx: &mut Tx<'_>, change: &Change, column: Sealed, after: &str) -> Result<(usize, Option<String>)> {
    let rows = tx.query(column.find, params![after])?;
    let (read, mut last) = (rows.len().min(BATCH), None);
    for row in rows {
        let mut cells = row.cells();
        let (id, sealed) = (cells.text()?, cells.text()?);
        let anew = match column.owner {
            Owner::Row(before) => change.anew(&format!("{before}{id}"), &sealed)?,
            Owner::Within => change.within(&sealed)?,
        };
        if anew != sealed {
            tx.execute(column.update, params![&id, &sealed, &anew])?;
        }
        last = Some(id);
    }
    Ok((read, last))
}

fn end(tx: &mut Tx<'_>, change: &Change, by: &By) -> Result<()> {
    let keys = change.new.seal(&change.world, HASH_KEYS, &change.hash_keys)?;
    set_fact(tx, HASH_KEYS, &keys)?;
    set_fact(tx, super::CHECK, &super::check_value(&change.new))?;
    tx.execute("delete from facts where deployment_id = '' and name = $1", params![NEXT])?;
    for row in tx.query("select id from deployments order by id", &[])? {
        let id = row.cells().text()?;
        audit::record_in(tx, (&id, &change.world), by, Event::MasterKeyChanged, About::default())?;
    }
    Ok(())
}
