//! What is shown to whoever is signed in, and to who is not.

use crate::{Status, use_session};
use leptos::prelude::*;

/// Shows its children while somebody is signed in; nothing while the session is loading. They stay when another account
/// becomes the active one.
///
/// It decides what is shown, not what is allowed: that is for the backend, which verifies a token.
#[component]
pub fn SignedIn(children: ChildrenFn) -> impl IntoView {
    let session = use_session();
    view! { <Show when=move || session.status() == Status::SignedIn>{children()}</Show> }
}

/// Shows its children while nobody is signed in; nothing while the session is loading.
#[component]
pub fn SignedOut(children: ChildrenFn) -> impl IntoView {
    let session = use_session();
    view! { <Show when=move || session.status() == Status::SignedOut>{children()}</Show> }
}
