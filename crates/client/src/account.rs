//! What people say of themselves when they sign up, and what was missing of that.

use crate::json::object;
use serde_json::Value;

/// Who wants an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each name says it")]
pub struct NewAccount {
    pub email: String,
    pub password: String,
    pub username: Option<String>,
    pub phone_number: Option<String>,
    pub phone_country_code: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub invite_token: Option<String>,
}

impl NewAccount {
    pub(crate) fn body(self) -> Value {
        // A field that is not named here does not compile.
        let Self {
            email,
            password,
            username,
            phone_number,
            phone_country_code,
            first_name,
            last_name,
            invite_token,
        } = self;
        object([
            ("email", email.into()),
            ("password", password.into()),
            ("username", username.into()),
            ("phone_number", phone_number.into()),
            ("phone_country_code", phone_country_code.into()),
            ("first_name", first_name.into()),
            ("last_name", last_name.into()),
            ("invite_token", invite_token.into()),
        ])
    }
}

/// What was missing of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Profile {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub phone_number: Option<String>,
    pub phone_country_code: Option<String>,
}

impl Profile {
    pub(crate) fn body(self) -> Value {
        let Self { first_name, last_name, username, phone_number, phone_country_code } = self;
        object([
            ("first_name", first_name.into()),
            ("last_name", last_name.into()),
            ("username", username.into()),
            ("phone_number", phone_number.into()),
            ("phone_country_code", phone_country_code.into()),
        ])
    }
}
