//! The language in which the owner of an account is written to.

use super::User;
use super::email::EmailAddress;
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::params;

/// The language of the account that has proved an address, `""` when unknown; none if nobody has.
///
/// # Errors
/// What the database says.
pub fn language_of(on: &mut Snapshot<'_>, deployment: &str, email: &EmailAddress) -> Result<Option<String>> {
    let row = on.query_one(
        "select u.language from email_addresses e join users u on u.id = e.user_id
         where e.deployment_id = $1 and e.email = $2 and e.verified_at is not null order by e.id limit 1",
        params![deployment, email.as_str()],
    )?;
    row.map(|row| row.cells().text()).transpose()
}

/// Keeps which language somebody reads who signs in to an account.
///
/// # Errors
/// What the database says.
pub fn keep_language(tx: &mut Tx<'_>, user: &User, language: &str) -> Result<()> {
    if user.ways.language != language {
        tx.execute("update users set language = $2 where id = $1", params![user.id.as_str(), language])?;
    }
    Ok(())
}
