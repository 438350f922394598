use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An address or a phone number of an account, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BackendContact")]
pub struct Contact {
    /// Its id.
    pub id: String,
    /// `email` or `phone`.
    pub kind: String,
    /// The address, or the number in E.164.
    pub value: String,
    /// Whether it is the primary one of its kind.
    pub is_primary: bool,
    /// Whether it is verified.
    pub verified: bool,
}
