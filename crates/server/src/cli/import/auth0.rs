//! Users of Auth0: its export of users, the file of password hashes that its support makes, and files for its bulk import.

use super::fields::{apart, first, flag, moment, object, text};
use crate::admin::import::record::Record;
use crate::user::foreign::Foreign;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::Value;

/// What users of Auth0's own database are called there.
const OWN: &str = "auth0|";

/// The account that a line is. Its id is the whole `user_id`, as tokens of Auth0 have it in `sub`.
pub(super) fn record(value: &Value) -> Result<Record, String> {
    let email = text(value, "email");
    let whole = text(value, "name").filter(|name| Some(name) != email.as_ref());
    let (first_name, last_name) = match (text(value, "given_name"), text(value, "family_name"), whole) {
        (None, None, Some(whole)) => apart(&whole),
        (given, family, _) => (given, family),
    };
    Ok(Record {
        external_id: id(value),
        email_verified: flag(value, "email_verified"),
        email,
        phone: text(value, "phone_number").filter(|_| flag(value, "phone_verified")),
        username: text(value, "username"),
        first_name,
        last_name,
        password_hash: hash(value)?,
        totp_secret: value.pointer("/mfa_factors/0/totp").and_then(|totp| text(totp, "secret")),
        disabled: flag(value, "blocked"),
        created_at: moment(value, "created_at"),
        public_metadata: object(value, "user_metadata")?,
        private_metadata: object(value, "app_metadata")?,
        ..Record::default()
    })
}

fn id(value: &Value) -> Option<String> {
    let id = first(value, &["user_id", "Id", "id"]).or_else(|| text(value.get("_id")?, "$oid"))?;
    Some(if id.contains('|') { id } else { format!("{OWN}{id}") })
}

fn hash(value: &Value) -> Result<Option<String>, String> {
    if let Some(custom) = value.get("custom_password_hash").filter(|custom| custom.is_object()) {
        return custom_hash(custom).map(Some);
    }
    Ok(first(value, &["passwordHash", "password_hash"]))
}

/// `custom_password_hash` of a bulk import. What has no form of its own says so: it is refused with the others that are of no
/// use.
fn custom_hash(custom: &Value) -> Result<String, String> {
    let algorithm = text(custom, "algorithm").unwrap_or_default();
    let part = |name: &str| custom.get(name).filter(|part| part.is_object());
    let hash = part("hash").ok_or("custom_password_hash has no hash")?;
    match algorithm.as_str() {
        "bcrypt" | "argon2" | "pbkdf2" => {
            text(hash, "value").ok_or("custom_password_hash is empty".to_owned())
        }
        "scrypt" => {
            let salt = part("salt").ok_or("custom_password_hash has no salt")?;
            scrypt(custom, &bytes(salt, "utf8")?, &bytes(hash, "base64")?)
        }
        _ => Ok(format!("{algorithm} of Auth0")),
    }
}

fn scrypt(custom: &Value, salt: &[u8], hash: &[u8]) -> Result<String, String> {
    let number = |name: &str, usual: u64| custom.get(name).and_then(Value::as_u64).unwrap_or(usual);
    let (n, r, p) = (number("cost", 16_384), number("blockSize", 8), number("parallelization", 1));
    if !n.is_power_of_two() {
        return Err("custom_password_hash has a cost that is no power of two".to_owned());
    }
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    let text = format!("$scrypt$ln={},r={r},p={p}${salt}${hash}", n.trailing_zeros());
    // As it is kept, if it can be; if not, the server says why.
    Ok(Foreign::read(&text).map_or(text, |foreign| foreign.text()))
}

fn bytes(part: &Value, usual: &str) -> Result<Vec<u8>, String> {
    let value = text(part, "value").unwrap_or_default();
    let encoding = text(part, "encoding").unwrap_or_else(|| usual.to_owned());
    let read = match encoding.as_str() {
        "utf8" => Some(value.into_bytes()),
        "hex" => (0..value.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(value.get(at..at + 2)?, 16).ok())
            .collect(),
        _ => STANDARD.decode(&value).ok(),
    };
    read.ok_or_else(|| format!("custom_password_hash is not in {encoding}"))
}
