//! The JSON of the socket: what the server writes and the command line reads. Fields are added, never renamed.

use crate::session::store::OfUser;
use serde::{Deserialize, Serialize};

/// One page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// What to ask for the next page with; null on the last one.
    pub next_cursor: Option<String>,
}

/// A server that can answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The version of its binary.
    pub version: String,
    /// `SQLite` or `PostgreSQL`.
    pub engine: String,
}

/// An account, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: String,
    /// `active`, `disabled` or `deleted`.
    pub state: String,
    /// Its primary address, `""` when it has none.
    pub email_address: String,
    /// Its username, `""` when it has none.
    pub username: String,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// Whether it can sign in with a password.
    pub has_password: bool,
    /// How many browsers it is signed in on.
    pub sign_ins: i64,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// When it was disabled.
    pub disabled_at: Option<String>,
    /// When it was deleted.
    pub deleted_at: Option<String>,
}

/// What one browser holds, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Its id.
    pub id: String,
    /// The account.
    pub user_id: String,
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
}

/// What became of an account, and what that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The account as it is now.
    pub user: User,
    /// The sign-ins that this ended.
    pub ended: Vec<EndedSignIn>,
}

/// Which sign-ins a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// One for each; empty when there was nothing to end.
    pub ended: Vec<EndedSignIn>,
}

/// An organization, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is called in addresses.
    pub slug: String,
    /// How many members it has.
    pub members: i64,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// Somebody who waits to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Who was invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// They, as they are now.
    pub invited: Vec<WaitlistEntry>,
}

/// An organization or a workspace that asks nothing of its members any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unrestricted {
    /// Its id.
    pub id: String,
    /// Whether it asked something before.
    pub asked: bool,
}

/// A sign-in that a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
