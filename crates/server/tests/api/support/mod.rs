//! A server in this process, and people with browsers who talk to it.

mod browser;
mod reply;
mod server;

pub use browser::{Browser, code_form, sign_in_form, sign_up_form};
pub use reply::Reply;
pub use server::Keyrack;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse battery";
