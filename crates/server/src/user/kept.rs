//! What an application keeps with an account: the id that it knows it by, what its owner sees, and what only backends see.

use crate::config::folded;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::params;
use keyrack_protocol::Code;
use serde_json::{Map, Value};

/// The longest external id, in characters.
pub const EXTERNAL_ID: usize = 200;
/// The largest metadata of either kind, as JSON, in bytes.
const METADATA: usize = 4096;

/// What is to be written; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The id that the application knows it by; `""` takes it away.
    pub external_id: Option<String>,
    /// What its owner sees, as JSON.
    pub public_metadata: Option<String>,
    /// What only backends see, as JSON.
    pub private_metadata: Option<String>,
}

impl Kept {
    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Metadata as it is kept.
///
/// # Errors
/// [`Code::InvalidMetadata`] when it is too large.
pub fn metadata(object: &Map<String, Value>) -> Result<String> {
    let text = serde_json::to_string(object).map_err(|_| Code::InvalidMetadata)?;
    if text.len() > METADATA { Err(Code::InvalidMetadata.into()) } else { Ok(text) }
}

/// An external id as it is kept: any text without control characters, trimmed; `""` for none.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn external_id(text: &str) -> Result<String> {
    let id = text.trim();
    if id.chars().count() > EXTERNAL_ID || id.chars().any(char::is_control) {
        let text = format!("external_id has at most {EXTERNAL_ID} characters and no control characters.");
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(id.to_owned())
}

/// Writes what an application keeps with an account, whose lock the caller holds.
///
/// # Errors
/// [`Code::ExternalIdExists`] when another account has it.
pub fn write(tx: &mut Tx<'_>, deployment: &str, user: &UserId, kept: &Kept, now: i64) -> Result<()> {
    let id = kept.external_id.as_deref();
    let written = tx.execute(
        "update users set external_id = case when $3 = '' then null else coalesce($3, external_id) end,
             public_metadata = coalesce($4, public_metadata), private_metadata = coalesce($5, private_metadata),
             updated_at = $6
         where id = $1 and not exists (select 1 from users other where other.deployment_id = $2
             and other.external_id = $3 and other.id <> $1)",
        params![
            user.as_str(),
            deployment,
            id,
            kept.public_metadata.as_ref(),
            kept.private_metadata.as_ref(),
            now
        ],
    )?;
    if written == 1 { Ok(()) } else { Err(Code::ExternalIdExists.into()) }
}

/// A name as it is looked for: folded, spaces as one.
#[must_use]
pub fn folded_name(text: &str) -> String {
    folded(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes anew by which names an account is found.
///
/// # Errors
/// What the database says.
pub fn fold_names(tx: &mut Tx<'_>, user: &UserId) -> Result<()> {
    let row =
        tx.query_one("select first_name, last_name from users where id = $1", params![user.as_str()])?;
    let Some(row) = row else { return Ok(()) };
    let mut cells = row.cells();
    let (first, last) = (cells.text()?, cells.text()?);
    tx.execute(
        "update users set name_folded = $2, last_name_folded = $3 where id = $1",
        params![user.as_str(), &folded_name(&format!("{first} {last}")), &folded_name(&last)],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_is_short_and_on_one_line() {
        assert_eq!(external_id(" crm/42 ").unwrap(), "crm/42");
        assert_eq!(external_id("").unwrap(), "");
        assert_eq!(external_id(&"ä".repeat(200)).unwrap().chars().count(), 200);
        for wrong in ["a\nb".to_owned(), "a\u{0}b".to_owned(), "ä".repeat(201)] {
            assert_eq!(external_id(&wrong).unwrap_err().code(), Code::InvalidParameter);
        }
    }

    #[test]
    fn metadata_is_small() {
        let of = |text: &str| Map::from_iter([("a".to_owned(), Value::String(text.to_owned()))]);
        assert_eq!(metadata(&of("b")).unwrap(), r#"{"a":"b"}"#);
        assert_eq!(metadata(&of(&"x".repeat(4088))).unwrap().len(), 4096);
        assert_eq!(metadata(&of(&"x".repeat(4089))).unwrap_err().code(), Code::InvalidMetadata);
    }
}
