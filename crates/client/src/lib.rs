//! A Keyrack session in a Rust program: who is signed in, where they act, and what follows when that changes.
//!
//! A [`Client`] holds the session of one deployment and keeps it fresh. What it shows is a [`State`]: an enum, so that what
//! can be done exists only when it can be done.
//!
//! ```
//! use keyrack_client::{By, Client, File, State};
//!
//! # fn server() -> std::io::Result<String> {
//! #     use base64::Engine;
//! #     use std::io::{BufRead, BufReader, Read, Write};
//! #     let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! #     let origin = format!("http://{}", listener.local_addr()?);
//! #     // A server on which nobody is signed in, and nobody can.
//! #     let answer = |mut stream: std::net::TcpStream| -> std::io::Result<()> {
//! #         let (mut reader, mut head, mut length) = (BufReader::new(stream.try_clone()?), String::new(), 0);
//! #         while !head.ends_with("\r\n\r\n") {
//! #             let mut line = String::new();
//! #             reader.read_line(&mut line)?;
//! #             let lower = line.to_lowercase();
//! #             length = lower.strip_prefix("content-length:").map_or(length, |rest| rest.trim().parse().unwrap());
//! #             head.push_str(&line);
//! #         }
//! #         reader.read_exact(&mut vec![0; length])?;
//! #         let nobody = serde_json::json!(keyrack_client::protocol::Session::empty(None));
//! #         let refused = serde_json::json!([{ "code": "INVALID_CREDENTIALS", "message": "No." }]);
//! #         let (status, body) = if head.starts_with("GET /session ") || head.starts_with("GET /session?") {
//! #             ("200 OK", serde_json::json!({ "status": 200, "message": "ok", "data": nobody, "session": null, "errors": null }))
//! #         } else {
//! #             ("401 Unauthorized", serde_json::json!({ "status": 401, "message": "No.", "data": null, "session": null, "errors": refused }))
//! #         };
//! #         let body = body.to_string();
//! #         let length = body.len();
//! #         let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n");
//! #         write!(stream, "{head}Connection: close\r\n\r\n{body}")
//! #     };
//! #     std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(answer(stream))));
//! #     Ok(format!("pk_test_{}", base64::engine::general_purpose::STANDARD.encode(origin)))
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (key, folder) = (server()?, std::env::temp_dir().join(format!("keyrack-doc-{}", std::process::id())));
//! # std::fs::create_dir_all(&folder)?;
//! let client = Client::builder(&key)?.keeper(File::at(folder.join("session"))).start()?;
//! match client.loaded().await? {
//!     State::SignedIn(session) => {
//!         println!("signed in as {}", session.user().email_address);
//!         println!("a token for the backend: {}", session.get_token("default").await?);
//!     }
//!     State::SignedOut(session) => {
//!         let outcome = session.sign_in_by(By::email("ada@example.com", "a guess")).await;
//!         // This server knows nobody.
//!         assert_eq!(outcome.unwrap_err().code, "INVALID_CREDENTIALS");
//!     }
//!     State::Loading | State::Failed(_) => unreachable!("it is loaded"),
//! }
//! # assert!(client.state().loaded().is_some());
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(())
//! # }
//! ```
//!
//! What an application shows can be tried without a server:
//!
//! ```
//! use keyrack_client::protocol::Session;
//! use keyrack_client::{Client, Status};
//!
//! let client = Client::still(Some(Session::empty(None)));
//! assert_eq!(client.state().status(), Status::SignedOut);
//! assert_eq!(Client::still(None).state().status(), Status::Loading);
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
