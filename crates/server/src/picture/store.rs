//! Pictures in the database, in base64.

use super::{Kind, Picture};
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::PictureId;
use crate::params;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

/// Keeps the picture of an organization or workspace, or none, instead of the one that it had; gives its id, `""` for
/// none. The caller holds the lock of the organization, and writes the id.
///
/// # Errors
/// What the database says.
pub fn replace(
    tx: &mut Tx<'_>,
    (deployment, place): (&str, &str),
    (id, picture): (&PictureId, Option<&Picture>),
    now: i64,
) -> Result<String> {
    forget(tx, place)?;
    let Some(picture) = picture else { return Ok(String::new()) };
    tx.execute(
        "insert into pictures (id, deployment_id, place_id, kind, body, created_at) values ($1, $2, $3, $4, $5, $6)",
        params![
            id.as_str(),
            deployment,
            place,
            picture.kind.media_type(),
            &BASE64.encode(&picture.bytes),
            now
        ],
    )?;
    Ok(id.to_string())
}

/// Forgets the picture of an organization or workspace.
///
/// # Errors
/// What the database says.
pub fn forget(tx: &mut Tx<'_>, place: &str) -> Result<()> {
    tx.execute("delete from pictures where place_id = $1", params![place]).map(drop)
}

/// A picture of a deployment.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Option<Picture>> {
    let row = on.query_one(
        "select kind, body from pictures where id = $1 and deployment_id = $2",
        params![id, deployment],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let (kind, body) = (cells.text()?, cells.text()?);
    let kind = Kind::parse(&kind).ok_or_else(|| Error::internal("read a picture", "its kind is unknown"))?;
    let bytes = BASE64.decode(body).map_err(|cause| Error::internal("read a picture", cause))?;
    Ok(Some(Picture { kind, bytes }))
}
