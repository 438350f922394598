//! A [Keyrack](https://docs.rs/keyrack-client) session in a Dioxus application: who is signed in, where they act, and what
//! follows when that changes.
//!
//! [`KeyrackProvider`] holds the session of one deployment for the components below it, and [`use_session`] shows it to them:
//!
//! ```
//! use dioxus::prelude::*;
//! use keyrack_dioxus::{KeyrackProvider, use_session};
//!
//! #[component]
//! fn App() -> Element {
//!     rsx! {
//!         KeyrackProvider { publishable_key: "pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw", SessionSummary {} }
//!     }
//! }
//!
//! #[component]
//! fn SessionSummary() -> Element {
//!     let session = use_session();
//!     if session.is_loading() {
//!         return rsx! {};
//!     }
//!     rsx! {
//!         div {
//!             if let Some(active) = session.active_signin() {
//!                 "{active.user.email_address}"
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! What can be done to a session exists once it is loaded: [`UseSession::state`] is an enum, [`State`], with the methods in
//! its variants. The rules of it all are those of the hook for React, `docs/HOOK.md`.

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
pub use sign_in_form::{SignInForm, SignInFormProps};
pub use signed::{SignedIn, SignedInProps, SignedOut, SignedOutProps};

/// The names that `rsx!` looks for.
mod prelude {
    pub use dioxus_core::{self, Callback, Element, Event, EventHandler, use_hook};
    pub use dioxus_core_macro::{Props, component, rsx};
    pub use dioxus_hooks::use_callback;
    pub use dioxus_html as dioxus_elements;
    pub use dioxus_signals::*;
}
