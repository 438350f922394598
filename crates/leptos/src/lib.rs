//! A Keyrack session in a [Leptos](https://leptos.dev) application: who is signed in, where they act, and what follows when
//! that changes.
//!
//! [`KeyrackProvider`] holds the session of one deployment for the components below it, and [`use_session`] shows it to them:
//!
//! ```
//! use keyrack_leptos::{KeyrackProvider, use_session};
//! use leptos::prelude::*;
//!
//! #[component]
//! fn App() -> impl IntoView {
//!     view! {
//!         <KeyrackProvider publishable_key="pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw">
//!             <SessionSummary />
//!         </KeyrackProvider>
//!     }
//! }
//!
//! #[component]
//! fn SessionSummary() -> impl IntoView {
//!     let session = use_session();
//!     move || session.active_signin().map(|active| view! { <div>{active.user.email_address.clone()}</div> })
//! }
//! # let owner = Owner::new();
//! # owner.with(|| drop(App()));
//! ```
//!
//! Each method of [`UseSession`] shows one part, and whoever reads it runs again only when that part has changed. What can
//! be done to a session exists once it is loaded: [`UseSession::state`] is an enum, [`State`], with the methods in its
//! variants. The rules of it all are those of the hook for React, `docs/HOOK.md`.

/// What the README shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod protect;
mod provider;
mod session;
mod sign_in_form;
mod signed;

pub use keyrack_client as client;
pub use keyrack_client::{Client, Error, Loaded, SignedIn as SignedInSession, State, Status, protocol};
pub use protect::{Protect, ProtectProps};
pub use provider::{ClientProvider, ClientProviderProps, KeyrackProvider, KeyrackProviderProps};
pub use session::{UseSession, use_session};
pub use sign_in_form::{OnDone, SignInForm, SignInFormProps, SignInWords};
pub use signed::{SignedIn, SignedInProps, SignedOut, SignedOutProps};
