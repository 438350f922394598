//! Keys that sign tokens, and templates of tokens. Nothing of it is secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A key that signs tokens, has signed some, or will.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKey {
    /// What tokens call it (`kid`); null for a secret of HS256, which has no name.
    pub id: Option<String>,
    /// How it signs: `ES256`, `EdDSA`, `RS256` or `HS256`.
    pub algorithm: String,
    /// `next`, `signing`, `previous`, `retired` or `withdrawn`.
    pub state: String,
    /// Whether its public half is published.
    pub is_published: bool,
    /// Of which template it is, where the operator brought it; null where Keyrack made it.
    pub template: Option<String>,
    /// When Keyrack made it.
    pub created_at: Option<String>,
    /// When it begins to sign, or began.
    pub signs_at: Option<String>,
    /// From when on others may have it, as an operator said.
    pub withdrawn_at: Option<String>,
}

/// Every such key of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKeys {
    /// By when they begin to sign, then those of templates.
    pub items: Vec<SigningKey>,
}

/// A kind of tokens, as the configuration says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenTemplate {
    /// What it is asked for by.
    pub name: String,
    /// How long its tokens live at most, in milliseconds.
    pub lifetime_ms: i64,
    /// How far back they are good from, in milliseconds.
    pub clock_skew_ms: i64,
    /// How they are signed.
    pub algorithm: String,
    /// Whether with a key of its own, which the operator brought.
    pub has_own_key: bool,
    /// Whom they are for.
    pub audience: Vec<String>,
    /// What they say beside what every token says.
    pub claims: Map<String, Value>,
}

/// Every kind of tokens of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenTemplates {
    /// `default` first, then in the order of the configuration.
    pub items: Vec<TokenTemplate>,
}

/// What a token would be. There is none: nothing signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preview {
    /// Its header.
    pub header: Value,
    /// Its claims.
    pub claims: Value,
}
