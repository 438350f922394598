//! `/admin/v1/…`: what backends ask with a secret key, on the deployment's own host.
//!
//! Another door to the rooms behind the operators' socket: what is asked is read and checked here, and done by the same
//! functions. Nothing reads a cookie or a session; whatever is not listed is refused, so that a misspelt word does not
//! look as if it had been obeyed.

mod audit;
mod config;
mod contacts;
mod invitations;
mod members;
mod notifications;
mod organizations;
mod said;
mod sessions;
mod tickets;
mod users;
mod waitlist;
mod workspaces;

use crate::error::Result;
use crate::http::routes::Routes;
use crate::id::UserId;
use keyrack_protocol::Code;
pub use said::{Said, reason};

/// Every route.
pub fn routes() -> Routes {
    users::routes()
        .and(contacts::routes())
        .and(sessions::routes())
        .and(organizations::routes())
        .and(workspaces::routes())
        .and(members::routes())
        .and(invitations::routes())
        .and(waitlist::routes())
        .and(notifications::routes())
        .and(tickets::routes())
        .and(audit::routes())
        .and(config::routes())
}

/// An id in the path or in a field.
fn user_id(text: &str) -> Result<UserId> {
    Ok(UserId::parse(text).ok_or(Code::UserNotFound)?)
}
