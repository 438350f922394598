//! Hashes as frameworks write them, which is not as PHC strings.

use super::pbkdf2::{Digest, Pbkdf2};
use super::phc::{bytes, hex};
use super::scrypt::Scrypt;
use super::{Foreign, Method, Unusable, number};

/// What Better Auth's scrypt costs; its hashes do not say it.
const BETTER_AUTH: (u32, u32, u32) = (14, 16, 1);

/// Reads what is no PHC string.
pub(super) fn read(text: &str) -> Result<Foreign, Unusable> {
    if let Some((method, salt, hash)) = in_three(text) {
        return match method.split_once(':') {
            Some(("scrypt", costs)) => werkzeug_scrypt(costs, salt, hash),
            Some(("pbkdf2", how)) => werkzeug_pbkdf2(how, salt, hash),
            _ => django(method, salt, hash),
        };
    }
    match text.split_once(':') {
        Some((salt, key)) if salt.len() == 32 && key.len() == 128 => better_auth(salt, key),
        _ => Err(Unusable::Unknown),
    }
}

/// What stands before the last two `$`, between them and after; none if there is no such thing.
fn in_three(text: &str) -> Option<(&str, &str, &str)> {
    let (rest, hash) = text.rsplit_once('$')?;
    let (method, salt) = rest.rsplit_once('$')?;
    Some((method, salt, hash))
}

/// `pbkdf2_sha256$rounds$salt$hash`; the salt is text.
fn django(method: &str, salt: &str, hash: &str) -> Result<Foreign, Unusable> {
    let (digest, rounds) = method.split_once('$').ok_or(Unusable::Unknown)?;
    let digest = digest.strip_prefix("pbkdf2_").and_then(Digest::named).ok_or(Unusable::Unknown)?;
    let it = Pbkdf2::new(digest, rounds, (salt.as_bytes().to_vec(), bytes(hash)?))?;
    Ok(Foreign(Method::Pbkdf2(it)))
}

/// `pbkdf2:sha256:rounds$salt$hash`; the salt is text, the hash in base 16.
fn werkzeug_pbkdf2(how: &str, salt: &str, hash: &str) -> Result<Foreign, Unusable> {
    let (digest, rounds) = how.split_once(':').ok_or(Unusable::Unknown)?;
    let digest = Digest::named(digest).ok_or(Unusable::Unknown)?;
    let it = Pbkdf2::new(digest, rounds, (salt.as_bytes().to_vec(), hex(hash)?))?;
    Ok(Foreign(Method::Pbkdf2(it)))
}

/// `scrypt:32768:8:1$salt$hash`; the salt is text, the hash in base 16.
fn werkzeug_scrypt(costs: &str, salt: &str, hash: &str) -> Result<Foreign, Unusable> {
    let numbers = costs.split(':').map(number).collect::<Result<Vec<_>, _>>()?;
    let [n, r, p] = numbers.as_slice() else { return Err(Unusable::Damaged) };
    if !n.is_power_of_two() {
        return Err(Unusable::Damaged);
    }
    let it = Scrypt::new((n.trailing_zeros(), *r, *p), salt.as_bytes().to_vec(), hex(hash)?)?;
    Ok(Foreign(Method::Scrypt(it)))
}

/// `salt:key`, both in base 16; the salt is that text itself.
fn better_auth(salt: &str, key: &str) -> Result<Foreign, Unusable> {
    hex(salt)?;
    let it = Scrypt::new(BETTER_AUTH, salt.as_bytes().to_vec(), hex(key)?)?;
    Ok(Foreign(Method::Scrypt(it.of_normalized())))
}
