//! Sessions, as whoever runs the application sees them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one browser holds, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BackendSession")]
pub struct Session {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: String,
    /// When what it shows last changed.
    pub updated_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Why its last active sign-in ended.
    pub end_reason: Option<String>,
    /// The accounts signed in on it, oldest first; ended ones only when they were asked for.
    pub sign_ins: Vec<SignIn>,
}

/// One account signed in on a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BackendSignIn")]
pub struct SignIn {
    /// Its id.
    pub id: String,
    /// The session that it is in.
    #[serde(default)]
    pub session_id: String,
    /// The account.
    pub user_id: String,
    /// How it was proved: `pwd`, `otp`, `hwk`, … (RFC 8176).
    #[serde(default)]
    pub proofs: Vec<String>,
    /// The organization in which it stands.
    #[serde(default)]
    pub organization_id: Option<String>,
    /// The workspace in which it stands.
    #[serde(default)]
    pub workspace_id: Option<String>,
    /// The account's primary address, `""` when it has none.
    pub email_address: String,
    /// Whether it is the session's active one.
    pub active: bool,
    /// The address that it was made from.
    pub ip_address: String,
    /// The browser's name, `""` when unknown.
    pub browser: String,
    /// The device's name, `""` when unknown.
    pub device: String,
    /// When it was made.
    pub created_at: String,
    /// When it was last active, exact to some seconds.
    pub last_active_at: String,
    /// When it ends unless it is used.
    pub expires_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// Who acts in it as the user; null for the user.
    #[serde(default)]
    pub actor_id: Option<String>,
    /// Why somebody does.
    #[serde(default)]
    pub actor_reason: Option<String>,
    /// The sign-in that it was handed over from.
    #[serde(default)]
    pub handed_from: Option<String>,
}

/// The life of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SessionExplained")]
pub struct Explained {
    /// The session with every sign-in that is still known of it.
    pub session: Session,
    /// The number of its present state.
    pub revision: i64,
    /// How it is now, and why, in a sentence.
    pub summary: String,
    /// What happened, the oldest first.
    pub happened: Vec<Happened>,
    /// What ends by itself, the soonest first.
    pub to_come: Vec<ToCome>,
}

/// Something that happened in a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Happened {
    /// When.
    pub at: String,
    /// What: an event of the records, or `session_made`, `attempt_begun`, `last_active`.
    pub event: String,
    /// The same in words.
    pub text: String,
    /// The code of a refusal, or why something ended, `""` for none.
    pub reason: String,
    /// Who did it, `""` where there is no record.
    pub actor: String,
    /// From where, `""` when unknown.
    pub ip_address: String,
    /// The account, `""` for none.
    pub user_id: String,
    /// The sign-in, `""` for none.
    pub sign_in_id: String,
    /// What whoever did it said why, mostly `""`.
    pub note: String,
}

/// Something that ends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToCome {
    /// When.
    pub at: String,
    /// The sign-in, `""` for a flow under way.
    pub sign_in_id: String,
    /// What it is, in words.
    pub text: String,
}
