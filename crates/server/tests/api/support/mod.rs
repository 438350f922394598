//! A server in this process, and people with browsers who talk to it.

mod browser;
mod reply;
mod server;

pub use browser::Browser;
pub use reply::Reply;
pub use server::Keyrack;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse battery";
