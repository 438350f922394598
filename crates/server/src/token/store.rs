//! Signing keys in the database.

use super::Signer;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::params;
use crate::vault::Vault;
use crate::world::World;
use keyrack_protocol::Jwk;

/// The signing key of a deployment, made and sealed at its first start. Of two nodes that start at once, both
/// use the one that was stored first.
///
/// # Errors
/// What the database says; `internal` when another master key sealed it.
pub async fn signer(db: &Db, vault: &Vault, world: &World, deployment: &str) -> Result<Signer> {
    let id = KeyId::draw(world);
    let pair = world.random.new_ec_key()?;
    let jwk = serde_json::to_string(&jwk(&id, &pair.public_point)?).map_err(unreadable)?;
    let sealed = vault.seal(world, id.as_str(), &pair.pkcs8)?;
    let (deployment, now) = (deployment.to_owned(), world.clock.now_ms());
    let (id, jwk, sealed) = db
        .write(move |tx| {
            tx.execute(
                "insert into signing_keys (id, deployment_id, alg, public_jwk, sealed, active, created_at)
                 values ($1, $2, 'ES256', $3, $4, 1, $5)
                 on conflict (deployment_id) where active = 1 do nothing",
                params![id.as_str(), &deployment, &jwk, &sealed, now],
            )?;
            let row = tx.query_one(
                "select id, public_jwk, sealed from signing_keys where deployment_id = $1 and active = 1 order by id",
                params![&deployment],
            )?;
            let mut cells = row.ok_or_else(|| Error::internal("make a signing key", "it is not there"))?.cells();
            Ok((cells.text()?, cells.text()?, cells.text()?))
        })
        .await?;
    let pkcs8 = vault.open(&id, &sealed)?;
    Signer::new(KeyId::stored(id), serde_json::from_str(&jwk).map_err(unreadable)?, &pkcs8)
}

/// The public half as a JWK (RFC 7518, section 6.2.1): the point without its leading format byte.
fn jwk(id: &KeyId, point: &[u8]) -> Result<Jwk> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else {
        return Err(Error::internal("write a public key", "it is no point of P-256"));
    };
    Ok(Jwk {
        kty: "EC".to_owned(),
        kid: id.to_string(),
        usage: "sig".to_owned(),
        alg: "ES256".to_owned(),
        crv: "P-256".to_owned(),
        x: BASE64.encode(x),
        y: BASE64.encode(y),
    })
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::internal("read a public key", cause)
}
