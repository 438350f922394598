//! Users of Firebase: what `firebase auth:export --format=json` writes, and the project's parameters beside it.

use super::fields::{apart, flag, moment, object, text};
use crate::admin::import::record::Record;
use crate::cli::Failure;
use crate::user::foreign::{FirebaseKey, Foreign};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// Reads the parameters as the console shows them: a name and a value on each line.
pub(super) fn key(path: &Path) -> Result<FirebaseKey, Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|cause| Failure::refused(format!("{}: {cause}", path.display())))?;
    read_key(&text).map_err(|why| Failure::refused(format!("{}: {why}", path.display())))
}

fn read_key(text: &str) -> Result<FirebaseKey, String> {
    let plain = |text: &str| text.trim().trim_matches(['"', ',', '\'']).to_owned();
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let said: HashMap<String, String> =
        lines.map(|(name, value)| (plain(name), plain(value.trim().trim_end_matches(',')))).collect();
    let of = |name: &str| said.get(name).map(String::as_str).ok_or_else(|| format!("it does not say {name}"));
    if of("algorithm")? != "SCRYPT" {
        return Err("algorithm must be SCRYPT, Firebase's own".to_owned());
    }
    let number = |name: &str| of(name)?.parse::<u32>().map_err(|_| format!("{name} must be a whole number"));
    let costs = (number("rounds")?, number("mem_cost")?);
    let key = FirebaseKey::new(of("base64_signer_key")?, of("base64_salt_separator")?, costs);
    key.map_err(|why| format!("these are no parameters: {why}"))
}

/// The account that a user of the export is.
pub(super) fn record(value: &Value, key: &FirebaseKey) -> Result<Record, String> {
    let (first_name, last_name) = apart(&text(value, "displayName").unwrap_or_default());
    Ok(Record {
        external_id: text(value, "localId"),
        email: text(value, "email"),
        email_verified: flag(value, "emailVerified"),
        // Firebase has no number that was not proved.
        phone: text(value, "phoneNumber"),
        first_name,
        last_name,
        password_hash: hash(value, key),
        disabled: flag(value, "disabled"),
        created_at: moment(value, "createdAt"),
        public_metadata: object(value, "customAttributes")?,
        ..Record::default()
    })
}

fn hash(value: &Value, key: &FirebaseKey) -> Option<String> {
    let hash = text(value, "passwordHash")?;
    let salt = text(value, "salt").unwrap_or_default();
    // What cannot be read goes on as it is: the server refuses it, or leaves it out where that is asked for.
    Some(Foreign::of_firebase(key, &salt, &hash).map_or(hash, |foreign| foreign.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSOLE: &str = "hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}\n";

    #[test]
    fn parameters_are_read_as_the_console_shows_them_and_missed_by_their_names() {
        read_key(CONSOLE).unwrap();
        read_key(&CONSOLE.replace("rounds: 8,", "\"rounds\": \"8\",")).unwrap();
        for (from, to, why) in [
            ("SCRYPT", "BCRYPT", "algorithm must be SCRYPT"),
            ("rounds", "round", "it does not say rounds"),
            ("rounds: 8", "rounds: eight", "rounds must be a whole number"),
            ("jxspr8Ki", "*", "these are no parameters: it is damaged"),
        ] {
            let refused = read_key(&CONSOLE.replace(from, to)).unwrap_err();
            assert!(refused.starts_with(why), "{refused}");
        }
    }
}
