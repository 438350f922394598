//! A Keyrack session in a Rust program: who is signed in, where they act, and what follows when that changes.
//!
//! A [`Client`] holds the session of one deployment and keeps it fresh. What it shows is a [`State`]: an enum, so that what
//! can be done exists only when it can be done.
//!
//! ```no_run
//! use keyrack_client::{By, Client, File, State};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw")?.keeper(File::at("/home/ada/.ledger")).start()?;
//! match client.loaded().await? {
//!     State::SignedIn(session) => {
//!         println!("signed in as {}", session.user().email_address);
//!         println!("a token for the backend: {}", session.get_token("default").await?);
//!     }
//!     State::SignedOut(session) => {
//!         session.sign_in_by(By::email("ada@example.com", "correct horse battery staple")).await?;
//!     }
//!     State::Loading | State::Failed(_) => unreachable!("it is loaded"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! `core` decides and does nothing else: what happened goes in, what is to be done comes out. `client` drives it, and
//! `platform` has what differs between a native program, a browser and a test.

/// What the README shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod account;
mod builder;
mod call;
mod challenge;
mod client;
mod core;
mod entry;
mod error;
mod few;
pub mod json;
mod key;
mod listeners;
mod passkey;
pub mod platform;
mod state;
mod ways;

pub use crate::core::permissions::Allowed;
pub use account::{NewAccount, Profile};
pub use builder::{Builder, CannotStart};
pub use call::Call;
pub use client::Client;
pub use entry::{Answer, Attempt, By};
pub use error::{
    CHALLENGE_UNSOLVED, CLOSED, Error, NETWORK, NO_SESSION, PASSKEY_CANCELLED, PASSKEY_EXISTS,
    PASSKEY_UNAVAILABLE, SESSION_CHANGED, STORAGE, TIMEOUT, WRONG_KEY,
};
pub use key::{Api, NotAKey};
pub use keyrack_protocol as protocol;
pub use listeners::Subscription;
#[cfg(not(target_family = "wasm"))]
pub use platform::file::{File, Memory};
#[cfg(all(feature = "keyring", not(target_family = "wasm")))]
pub use platform::keyring::Keyring;
#[cfg(target_family = "wasm")]
pub use platform::web::passkey as webauthn;
pub use state::{Loaded, SignedIn, State, Status};
pub use ways::{Way, Ways};
