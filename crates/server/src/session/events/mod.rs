//! Telling whoever follows a session that it has a new revision: `GET /session/events`.
//!
//! A stream holds one piece of news ([`slot`]) and no queue: what was not told before the next change is not told
//! any more, so that a slow reader costs what any other costs. It is registered in the [`hub`] before the session
//! is read, so that no change falls between. Changes come from this process after their commit
//! ([`crate::db::Publish`]), from other nodes by notice ([`crate::db::Heard`]), and what was lost on the way is
//! found by comparing with the database ([`check`]).
//!
//! Beside that a stream tells that the inbox of somebody who is signed in changed ([`Hub::ring`]). That is no state of
//! the session: nothing orders it, and whoever misses it finds out at the next refresh.

pub mod body;
pub mod check;
pub mod http;
pub mod hub;
pub mod slot;

pub use hub::Hub;

#[cfg(test)]
mod tests;
