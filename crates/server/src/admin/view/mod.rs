//! The JSON of the socket: what the server writes and the command line reads. Fields are added, never renamed.

mod contact;
mod place;
mod session;
mod ticket;
mod token;
mod webhook;

use crate::session::store::OfUser;
pub use contact::Contact;
pub use place::{Organization, Unrestricted, Workspace};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
pub use session::{Explained, Happened, Session, SignIn, ToCome};
pub use ticket::{NewTicket, Ticket};
pub use token::{Preview, SigningKey, SigningKeys, TokenTemplate, TokenTemplates};
pub use webhook::{Replayed, WebhookEvent};

/// One page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct List<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// What to ask for the next page with; null on the last one.
    pub next_cursor: Option<String>,
}

/// A server that can answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// The version of its binary.
    pub version: String,
    /// `SQLite` or `PostgreSQL`.
    pub engine: String,
}

/// An account, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BackendUser")]
pub struct User {
    /// Its id.
    pub id: String,
    /// `active`, `disabled` or `deleted`.
    pub state: String,
    /// Its primary address, `""` when it has none.
    pub email_address: String,
    /// Its username, `""` when it has none.
    pub username: String,
    /// Whether its primary address is proved.
    #[serde(default)]
    pub email_address_verified: bool,
    /// Its primary phone number in E.164, `""` when it has none.
    #[serde(default)]
    pub phone_number: String,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// The id that the application knows it by; null for none.
    #[serde(default)]
    pub external_id: Option<String>,
    /// What the application keeps with it and shows its owner.
    #[serde(default)]
    pub public_metadata: Map<String, Value>,
    /// What the application keeps with it and only backends see.
    #[serde(default)]
    pub private_metadata: Map<String, Value>,
    /// Whether it can sign in with a password.
    pub has_password: bool,
    /// Whether it has a second factor.
    #[serde(default)]
    pub has_second_factor: bool,
    /// How many browsers it is signed in on.
    pub sign_ins: i64,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// When it was disabled.
    pub disabled_at: Option<String>,
    /// When it will be deleted, because its owner asked for that.
    #[serde(default)]
    pub deletion_due_at: Option<String>,
    /// When it was deleted.
    pub deleted_at: Option<String>,
}

/// What became of an account, and what that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    /// The account as it is now.
    pub user: User,
    /// The sign-ins that this ended.
    pub ended: Vec<EndedSignIn>,
}

/// Everything that is kept of an account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "BackendAccountExport")]
pub struct AccountExport {
    /// What its owner may ask for.
    pub account: keyrack_protocol::AccountExport,
    /// The id that the application knows it by.
    pub external_id: Option<String>,
    /// What the application keeps with it and only backends see.
    pub private_metadata: Map<String, Value>,
}

/// Which sign-ins a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// One for each; empty when there was nothing to end.
    pub ended: Vec<EndedSignIn>,
}

/// Somebody who waits to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BackendWaitlistEntry")]
pub struct WaitlistEntry {
    /// Its id.
    pub id: String,
    /// The address, which nobody has proved.
    pub email: String,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// When the address was put on the list.
    pub created_at: String,
    /// When the last invitation was mailed.
    pub invited_at: Option<String>,
    /// Until when it lets the address in.
    pub invited_until: Option<String>,
}

/// A secret key of a backend, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How it begins: that much of it may be shown.
    pub begins: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// `live`, `expired` or `revoked`.
    pub state: String,
    /// When it was made.
    pub created_at: String,
    /// When it ends, or ended.
    pub expires_at: Option<String>,
    /// When it was last used, exact to some seconds.
    pub last_used_at: Option<String>,
}

/// A secret key that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewApiKey {
    /// The key, as it is listed from now on.
    pub key: ApiKey,
    /// The key itself: it is shown this once.
    pub secret: String,
}

/// Who was invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invited {
    /// They, as they are now.
    pub invited: Vec<WaitlistEntry>,
}

/// A sign-in that a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndedSignIn {
    /// Its id.
    pub sign_in_id: String,
    /// The session that it was in.
    pub session_id: String,
}

impl From<OfUser> for EndedSignIn {
    fn from(ended: OfUser) -> Self {
        Self { sign_in_id: ended.id.to_string(), session_id: ended.session.to_string() }
    }
}

impl From<Vec<OfUser>> for Ended {
    fn from(sign_ins: Vec<OfUser>) -> Self {
        Self { ended: sign_ins.into_iter().map(EndedSignIn::from).collect() }
    }
}
