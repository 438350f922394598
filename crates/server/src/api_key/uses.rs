//! When keys were used last: collected in memory, written in batches.

use crate::app::App;
use crate::error::Result;
use crate::id::ApiKeyId;
use crate::params;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The uses seen since the last flush.
#[derive(Debug, Default)]
pub struct Uses(Mutex<BTreeMap<ApiKeyId, i64>>);

impl Uses {
    /// Notes that a key was used.
    pub fn note(&self, key: &ApiKeyId, now: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), now);
    }

    fn take(&self) -> BTreeMap<ApiKeyId, i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes what was noted since the last time.
///
/// # Errors
/// What the database says; what could not be written is lost, and with it some seconds of exactness.
pub async fn flush(app: &App) -> Result<()> {
    let seen = app.uses.take();
    if seen.is_empty() {
        return Ok(());
    }
    let written = app.db.write(move |tx| {
        for (key, at) in &seen {
            tx.execute(
                "update api_keys set last_used_at = $2
                 where id = $1 and (last_used_at is null or last_used_at < $2)",
                params![key.as_str(), *at],
            )?;
        }
        Ok(())
    });
    written.await
}
