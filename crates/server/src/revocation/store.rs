//! Revocations in the database: they stand with the sign-ins.

use crate::db::{Revoked, Snapshot};
use crate::error::Result;
use crate::id::SignInId;
use crate::params;

/// A revocation, and when it was made, in Unix milliseconds.
pub type Dated = (Revoked, i64);

/// Those of a deployment that were made at `since` or later, the oldest first.
///
/// # Errors
/// What the database says.
pub fn since(on: &mut Snapshot<'_>, deployment: &str, since: i64) -> Result<Vec<Dated>> {
    let rows = on.query(
        "select id, not_before_rev, revoked_at from sign_ins
         where deployment_id = $1 and revoked_at is not null and revoked_at >= $2 order by revoked_at, id",
        params![deployment, since],
    )?;
    let dated = rows.into_iter().map(|row| {
        let mut cells = row.cells();
        let (sign_in, not_before_rev) = (SignInId::stored(cells.text()?), cells.int()?);
        Ok((Revoked { deployment: deployment.to_owned(), sign_in, not_before_rev }, cells.int()?))
    });
    dated.collect()
}
