//! The JSON of an import: what a line of a file says, and what became of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An account of another system. What is not said is none.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// The id that the application knows it by.
    pub external_id: Option<String>,
    /// Its primary address.
    pub email: Option<String>,
    /// Whether it was proved there.
    pub email_verified: bool,
    /// Other addresses that were proved there.
    pub other_emails: Vec<String>,
    /// A number that was proved there, in E.164.
    pub phone: Option<String>,
    /// Its username.
    pub username: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The hash of its password, as [`crate::user::foreign::Foreign::read`] takes it.
    pub password_hash: Option<String>,
    /// What its authenticator shares with the server, in base 32: 160 bits.
    pub totp_secret: Option<String>,
    /// Whether it is kept out.
    pub disabled: bool,
    /// When it was made there.
    pub created_at: Option<Moment>,
    /// What its owner sees of what is kept with it.
    pub public_metadata: Option<Map<String, Value>>,
    /// What only backends see.
    pub private_metadata: Option<Map<String, Value>>,
}

impl std::fmt::Debug for Record {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Record")
    }
}

/// A time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Moment {
    /// In Unix milliseconds.
    Ms(i64),
    /// In RFC 3339.
    Text(String),
}

/// Some accounts at a time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The accounts.
    pub users: Vec<Record>,
    /// Whether addresses count as proved whatever the records say.
    #[serde(default)]
    pub vouch: bool,
    /// Whether an account whose hash is of no use is made without a password, instead of being refused.
    #[serde(default)]
    pub drop_unusable: bool,
    /// Whether nothing is to be changed: it is only said what would become of them.
    #[serde(default)]
    pub check: bool,
    /// Whether no more will come.
    #[serde(default)]
    pub last: bool,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// There is an account of it now.
    Made {
        /// Its id.
        user_id: String,
        /// Why it has no password, although the record has a hash; `""` otherwise.
        without_password: String,
    },
    /// There was one already; it stays as it is.
    Present {
        /// Its id.
        user_id: String,
    },
    /// There is none.
    Refused {
        /// The code.
        code: String,
        /// What is wrong and what to do.
        why: String,
    },
}

/// What became of each record, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// One for each.
    pub results: Vec<Outcome>,
}
