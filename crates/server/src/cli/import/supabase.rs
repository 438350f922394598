//! Users of Supabase: the rows of its table auth.users.

use super::fields::{apart, first, flag, moment, ms, object, text};
use crate::admin::import::record::Record;
use serde_json::{Map, Value};

/// The account that a row is.
pub(super) fn record(value: &Value, now: i64) -> Result<Record, String> {
    if moment(value, "deleted_at").is_some() {
        return Err("it was deleted there".to_owned());
    }
    if flag(value, "is_anonymous") {
        return Err("it is of somebody who was never signed up there".to_owned());
    }
    let meta = object(value, "raw_user_meta_data")?;
    let (first_name, last_name) = name(meta.as_ref());
    let is_proved = |names: [&str; 2]| first(value, &names).is_some();
    Ok(Record {
        external_id: text(value, "id"),
        email: text(value, "email"),
        email_verified: is_proved(["email_confirmed_at", "confirmed_at"]),
        phone: text(value, "phone")
            .filter(|_| text(value, "phone_confirmed_at").is_some())
            .map(international),
        first_name,
        last_name,
        password_hash: text(value, "encrypted_password"),
        disabled: is_banned(value, now),
        created_at: moment(value, "created_at"),
        public_metadata: meta,
        private_metadata: object(value, "raw_app_meta_data")?,
        ..Record::default()
    })
}

/// Supabase keeps numbers in E.164 without the plus.
fn international(phone: String) -> String {
    if phone.starts_with('+') { phone } else { format!("+{phone}") }
}

/// Until when it is kept out; what is no time (`infinity`) is for ever.
fn is_banned(value: &Value, now: i64) -> bool {
    moment(value, "banned_until").is_some_and(|until| ms(&until).is_none_or(|until| until > now))
}

fn name(meta: Option<&Map<String, Value>>) -> (Option<String>, Option<String>) {
    let Some(meta) = meta else { return (None, None) };
    let meta = Value::Object(meta.clone());
    let given = first(&meta, &["first_name", "given_name", "firstName"]);
    let family = first(&meta, &["last_name", "family_name", "lastName"]);
    match (given, family) {
        (None, None) => first(&meta, &["full_name", "name"]).map_or((None, None), |whole| apart(&whole)),
        both => both,
    }
}
