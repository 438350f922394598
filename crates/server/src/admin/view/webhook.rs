//! What endpoints were told, as an operator sees it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that an endpoint is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookEvent {
    /// Its id, which the endpoint sees as `webhook-id`.
    pub id: String,
    /// The endpoint's name in the configuration.
    pub endpoint: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of what it is about, `""` for nothing.
    pub about: String,
    /// When it happened.
    pub happened_at: String,
    /// `queued`, `sent` or `dead`.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// What became of the last try, `""` before the first.
    pub answer: String,
    /// When it is tried next; null when it is not.
    pub next_at: Option<String>,
    /// When it was taken or given up.
    pub settled_at: Option<String>,
}

/// How many messages are sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replayed {
    /// So many.
    pub queued: u64,
}
