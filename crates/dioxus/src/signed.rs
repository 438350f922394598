//! What is shown to whom. It decides what is shown, not what is allowed: that is for the backend, which verifies a token.

use crate::prelude::*;
use crate::use_session;
use keyrack_client::Status;

/// Shows its children while somebody is signed in; nothing while the session is loading. They stay mounted when another
/// account becomes the active one: what they keep of an account should have the id of its sign-in as its `key`.
#[component]
pub fn SignedIn(children: Element) -> Element {
    let is_shown = use_session().status() == Status::SignedIn;
    rsx! {
        if is_shown {
            {children}
        }
    }
}

/// Shows its children while nobody is signed in; nothing while the session is loading.
#[component]
pub fn SignedOut(children: Element) -> Element {
    let is_shown = use_session().status() == Status::SignedOut;
    rsx! {
        if is_shown {
            {children}
        }
    }
}
