//! Deployments: one application in one mode, as `keyrack.toml` declares it.

pub mod http;
pub mod store;
pub mod view;

use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Result};

/// Refuses a database that knows a deployment which the configuration does not: under a renamed id an application
/// would seem to have lost all its users. `keyrack dev` only says so: it is for trying things out, with one file
/// today and none tomorrow.
///
/// # Errors
/// One that names the deployments and the fix.
pub async fn none_is_missing(db: &Db, config: &Config) -> Result<()> {
    let unknown = store::unknown(db, config).await?;
    let Some(first) = unknown.first() else { return Ok(()) };
    if !config.refuse_unknown {
        let (others, first) = (unknown.len() - 1, first.as_str());
        tracing::info!(
            deployment = first,
            others,
            "the database also knows a deployment that does not run here; its data stays"
        );
        return Ok(());
    }
    let list: Vec<String> = unknown.iter().map(|id| format!("{id:?}")).collect();
    Err(Error::internal(
        "use this database",
        format!(
            "it knows the deployment {first:?}, which no [[deployment]] has; give a renamed one its id back, or add \
             retired = [{}] if it is to stay away (its data is kept)",
            list.join(", ")
        ),
    ))
}
