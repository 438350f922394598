//! Tickets, as whoever runs the application sees them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A ticket that can still be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// Its id, which opens nothing.
    pub id: String,
    /// `sign_in`, `impersonation`, `handover` or `invitation`.
    pub kind: String,
    /// Whom it signs in; null where whoever is signed in uses it.
    pub user_id: Option<String>,
    /// The sign-in that it hands over.
    pub sign_in_id: Option<String>,
    /// The invitation that it accepts.
    pub invitation_id: Option<String>,
    /// Who is to act as the user; null for the user.
    pub actor_id: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Whether only whoever has the verifier of its challenge can use it.
    pub bound: bool,
    /// Who made it: `key:<id>`, `operator:<uid>` or `user`.
    pub made_by: String,
    /// When it was made.
    pub created_at: String,
    /// When it expires, in Unix seconds.
    pub expires_at: i64,
}

/// A ticket that was just made. It is not shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewTicket {
    /// Its id, which opens nothing: what it is taken back by.
    pub id: String,
    /// The ticket itself.
    pub ticket: String,
    /// When it expires, in Unix seconds.
    pub expires_at: i64,
    /// Where whoever is to use it can be sent.
    pub url: String,
}
