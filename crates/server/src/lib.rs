//! Keyrack, the server: the session layer for applications whose people wear several hats.
//!
//! A browser holds one [`session`]; a session holds sign-ins, one of them active. A request goes from
//! [`app`] (the list of routers) through [`http`] (ids, logs, hosts, origins) to a feature's `http.rs`, whose
//! extractors ([`caller`], [`http::fields`]) have resolved who calls and what is said. The feature's `mod.rs`
//! has its rules, pure where it can be; its `store.rs` has its SQL, run by [`db`].
//!
//! - [`session`], [`sign_in`], [`sign_up`], [`recovery`], [`token`], [`user`], [`deployment`]: the features
//! - [`account`]: the user's own account
//! - [`contact`]: addresses and phone numbers, and what follows when somebody proves one
//! - [`membership`], [`organization`], [`workspace`]: in which sign-ins stand
//! - [`notification`]: what users are told
//! - [`passkey`]: devices that prove who is there
//! - [`secret`], [`throttle`], [`mail`], [`outbox`]: what features share, one function for each thing
//! - [`audit`]: what happened, recorded with what it tells about
//! - [`db`]: one SQL text on two engines, one way to write
//! - [`world`]: time, randomness, mail: the only code that touches them
//! - [`vault`], [`master_key`]: hashing, sealing
//! - [`admin`]: what an operator may do to a running server
//! - [`api_key`]: secret keys of backends
//! - [`sweep`]: what happens without a request
//! - [`backup`]: the whole database into a file and back
//! - [`pages`]: the hosted pages
//! - [`trace`]: what one request did, for OpenTelemetry
//! - [`metrics`]: what the process counts about itself, for Prometheus
//! - [`mod@log`]: what the log may say of a panic
//! - [`dev`]: what only `keyrack dev` has
//! - [`openapi`]: the document of everything that [`app`] lists
//! - [`config`], [`cli`]: what the operator decides

pub mod account;
pub mod admin;
pub mod api_key;
pub mod app;
pub mod audit;
pub mod backup;
pub mod caller;
pub mod captcha;
pub mod cli;
pub mod config;
pub mod contact;
pub mod db;
pub mod deployment;
pub mod dev;
pub mod device;
pub mod domain;
pub mod error;
pub mod handshake;
pub mod http;
pub mod id;
pub mod invitation;
mod language;
pub mod log;
pub mod mail;
pub mod master_key;
pub mod membership;
pub mod metrics;
pub mod notification;
pub mod openapi;
pub mod organization;
pub mod outbox;
pub mod pages;
pub mod passkey;
pub mod picture;
pub mod recovery;
pub mod revocation;
pub mod secret;
pub mod serve;
pub mod session;
pub mod shortcut;
pub mod sign_in;
pub mod sign_up;
pub mod sweep;
pub mod throttle;
pub mod ticket;
pub mod time;
pub mod token;
pub mod trace;
pub mod user;
pub mod vault;
pub mod waitlist;
pub mod webhook;
pub mod workspace;
pub mod world;
