//! Handshakes in the database.

use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::{HandshakeId, SessionId, SignInId};
use crate::params;

/// A browser that was sent back to an application's server.
#[derive(Clone, Debug)]
pub(super) struct Handshake {
    /// Its id.
    pub id: HandshakeId,
    /// The session of the browser.
    pub session: SessionId,
    /// The sign-in that acted.
    pub sign_in: SignInId,
    /// Where it was sent back to.
    pub origin: String,
    /// What the server's verifier must hash to.
    pub challenge: String,
    /// Where the browser was.
    pub ip_address: String,
}

/// Keeps one.
///
/// # Errors
/// What the database says.
pub(super) fn create(
    tx: &mut Tx<'_>,
    deployment: &str,
    handshake: &Handshake,
    (now, expires_at): (i64, i64),
) -> Result<()> {
    tx.execute(
        "insert into handshakes (id, deployment_id, session_id, sign_in_id, origin, code_challenge, ip_address, created_at,
             expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            handshake.id.as_str(),
            deployment,
            handshake.session.as_str(),
            handshake.sign_in.as_str(),
            &handshake.origin,
            &handshake.challenge,
            &handshake.ip_address,
            now,
            expires_at
        ],
    )?;
    Ok(())
}

/// One by its id.
///
/// # Errors
/// What the database says.
pub(super) fn find(on: &mut Snapshot<'_>, deployment: &str, id: &HandshakeId) -> Result<Option<Handshake>> {
    let row = on.query_one(
        "select session_id, sign_in_id, origin, code_challenge, ip_address from handshakes
         where deployment_id = $1 and id = $2",
        params![deployment, id.as_str()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let (session, sign_in) = (SessionId::stored(cells.text()?), SignInId::stored(cells.text()?));
    let (origin, challenge, ip_address) = (cells.text()?, cells.text()?, cells.text()?);
    Ok(Some(Handshake { id: id.clone(), session, sign_in, origin, challenge, ip_address }))
}
