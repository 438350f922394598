//! A server in this process, and people with browsers who talk to it.

mod account;
mod atlas;
pub mod authenticator;
mod backend;
mod browser;
pub mod contract;
pub mod dns;
mod events;
mod factors;
mod from_file;
mod inbox;
mod mail_server;
mod operator;
mod page;
mod passkeys;
mod process;
mod proxy;
mod raw;
mod receiver;
mod reply;
mod revocations;
mod routes;
mod running;
mod server;
mod steps;
mod stores;
mod tables;
mod teams;
mod tickets;

pub use atlas::atlas;
pub use backend::{Backend, Master};
pub use browser::{Browser, code_form, sign_in_form, sign_up_form};
pub use dns::NameServer;
pub use events::Events;
pub use factors::{Authenticator, Factor, STEP_MS};
pub use from_file::file_with;
pub use mail_server::MailServer;
pub use operator::Operator;
pub use page::{boot, page, page_with};
pub use passkeys::{named, nested};
pub use process::{Ended, Process, free_address};
pub use proxy::Proxy;
pub use raw::Raw;
pub use receiver::{Got, Receiver};
pub use reply::{Reply, claims};
pub use revocations::Revocations;
pub use routes::{Route, routes};
pub use running::{MASTER_KEY, NO_CERTIFICATES, Running};
pub use server::Keyrack;
pub use steps::{other_than, refused, typed_form};
pub use stores::{Store, deployment, vault, ways};
pub use tables::{forever, tables};
pub use teams::invitation_form;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse battery";
