//! Users of Clerk: the CSV of its dashboard, or the JSON of its API and of its support.

use super::fields::{first, flag, listed, moment, object, text};
use crate::admin::import::record::Record;
use crate::user::foreign::{FirebaseKey, Foreign};
use serde_json::Value;

/// The account that a row or an object is. The id that the application gave its users there comes before Clerk's own.
pub(super) fn record(value: &Value) -> Result<Record, String> {
    let (email, email_verified, other_emails) = emails(value);
    Ok(Record {
        external_id: first(value, &["external_id", "id"]),
        email,
        email_verified,
        other_emails,
        phone: phone(value),
        username: text(value, "username"),
        first_name: text(value, "first_name"),
        last_name: text(value, "last_name"),
        password_hash: hash(value),
        totp_secret: text(value, "totp_secret"),
        disabled: flag(value, "banned"),
        created_at: moment(value, "created_at"),
        public_metadata: object(value, "public_metadata")?,
        private_metadata: object(value, "private_metadata")?,
    })
}

/// The primary address, whether it is proved, and other proved ones.
fn emails(value: &Value) -> (Option<String>, bool, Vec<String>) {
    let (proved, unproved) = match value.get("email_addresses") {
        Some(Value::Array(all)) => sorted(all, "email_address"),
        _ => {
            let of = |name: &str| listed(&text(value, name).unwrap_or_default());
            let proved = [of("verified_email_addresses"), of("email_addresses")].concat();
            (proved, of("unverified_email_addresses"))
        }
    };
    let named = text(value, "primary_email_address")
        .or_else(|| entry(value, "email_addresses", "primary_email_address_id", "email_address"));
    let all: Vec<&String> = proved.iter().chain(&unproved).collect();
    // Nobody may be signed in by an unproved address while there is a proved one.
    let primary =
        named.filter(|named| proved.contains(named)).or_else(|| all.first().map(|it| (*it).clone()));
    let primary = primary.or_else(|| text(value, "primary_email_address"));
    let is_proved = primary.as_ref().is_some_and(|primary| proved.contains(primary));
    let others = proved.into_iter().filter(|email| primary.as_ref() != Some(email)).collect();
    (primary, is_proved, others)
}

/// The first proved number, the primary one before others.
fn phone(value: &Value) -> Option<String> {
    let proved = match value.get("phone_numbers") {
        Some(Value::Array(all)) => sorted(all, "phone_number").0,
        _ => listed(&text(value, "verified_phone_numbers").unwrap_or_default()),
    };
    let named = text(value, "primary_phone_number")
        .or_else(|| entry(value, "phone_numbers", "primary_phone_number_id", "phone_number"));
    named.filter(|named| proved.contains(named)).or_else(|| proved.into_iter().next())
}

/// Texts of a list of objects: those that are verified, and the others.
fn sorted(all: &[Value], name: &str) -> (Vec<String>, Vec<String>) {
    let is_proved = |one: &&Value| one.pointer("/verification/status") == Some(&Value::from("verified"));
    let (proved, others): (Vec<&Value>, Vec<&Value>) = all.iter().partition(is_proved);
    let texts = |of: Vec<&Value>| of.into_iter().filter_map(|one| text(one, name)).collect();
    (texts(proved), texts(others))
}

/// The text of the list's object whose id the value names.
fn entry(value: &Value, list: &str, id: &str, name: &str) -> Option<String> {
    let id = text(value, id)?;
    let found = value.get(list)?.as_array()?.iter().find(|one| text(one, "id").as_ref() == Some(&id))?;
    text(found, name)
}

/// What cannot be read goes on as it is: the server refuses it, or leaves it out where that is asked for.
fn hash(value: &Value) -> Option<String> {
    let digest = text(value, "password_digest")?;
    match text(value, "password_hasher").as_deref() {
        Some("scrypt_firebase") => firebase(&digest).or(Some(digest)),
        _ => Some(digest),
    }
}

/// `hash$salt$signer key$salt separator$rounds$memory cost`.
fn firebase(digest: &str) -> Option<String> {
    let parts: Vec<&str> = digest.split('$').collect();
    let [hash, salt, signer_key, separator, rounds, mem_cost] = parts.as_slice() else {
        return None;
    };
    let costs = (rounds.parse().ok()?, mem_cost.parse().ok()?);
    let key = FirebaseKey::new(signer_key, separator, costs).ok()?;
    Some(Foreign::of_firebase(&key, salt, hash).ok()?.text())
}
