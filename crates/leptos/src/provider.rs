//! Holds the session of one deployment for the components below.

use crate::UseSession;
use keyrack_client::Client;
use keyrack_client::protocol::Session;
use leptos::error::Error;
use leptos::prelude::*;

/// Holds the session of one deployment for the components below it, and keeps it fresh: one request at first, one per
/// refresh, however many components ask. Two providers share nothing.
///
/// With `initial_session`, which a server read for this request and rendered the page with, it is loaded from the first
/// rendering on; it is read once again all the same. The server writes it into the page, and whoever takes the page over
/// finds it there: nothing else is shown first. Such a page must say `Cache-Control: no-store`. Later values are ignored.
///
/// After a sign-out the tab that called goes where the deployment says, by `navigate` or `location.assign`.
///
/// A publishable key that is malformed reaches the `ErrorBoundary` above, and nothing below is shown.
#[component]
pub fn KeyrackProvider(
    /// The deployment's publishable key.
    #[prop(into)]
    publishable_key: String,
    /// The session as a server read it for this request.
    #[prop(optional_no_strip)]
    initial_session: Option<Session>,
    /// Leads to a post-sign-out URL: a router's navigation, say; `location.assign` when omitted.
    #[prop(optional, into)]
    navigate: Option<Callback<(String,)>>,
    /// Whether the active sign-in, organization and workspace are this tab's own (H40).
    #[prop(optional)]
    own_scope: bool,
    children: Children,
) -> impl IntoView {
    let session = SharedValue::new(move || initial_session).into_inner();
    // An error is a view too, and whoever compiles with `erase_components` can use no component that is more than a view.
    start(&publishable_key, session, Manner { navigate, own_scope }).map(|client| {
        provide_context(UseSession::follow(client));
        children()
    })
}

/// How a tab behaves.
#[cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "a server's page behaves in no way"))]
struct Manner {
    navigate: Option<Callback<(String,)>>,
    own_scope: bool,
}

#[cfg(target_family = "wasm")]
fn start(publishable_key: &str, session: Option<Session>, manner: Manner) -> Result<Client, Error> {
    let mut builder = Client::builder(publishable_key)?.initial_session(session);
    if manner.own_scope {
        builder = builder.own_scope();
    }
    if let Some(navigate) = manner.navigate {
        builder = builder.navigate(move |url| navigate.run((url.to_owned(),)));
    }
    Ok(builder.start()?)
}

/// A server renders a page once: it shows what it was given and asks nobody.
#[cfg(not(target_family = "wasm"))]
fn start(publishable_key: &str, session: Option<Session>, _: Manner) -> Result<Client, Error> {
    keyrack_client::Api::parse(publishable_key)?;
    Ok(Client::still(session))
}

/// Shows a store to the components below it: one that was started elsewhere, or that a test made.
///
/// ```
/// use keyrack_leptos::{Client, ClientProvider, SignedIn};
/// use leptos::prelude::*;
///
/// # let owner = Owner::new();
/// # owner.with(|| {
/// let client = Client::still(None);
/// let page = view! {
///     <ClientProvider client>
///         <SignedIn>"Welcome back."</SignedIn>
///     </ClientProvider>
/// };
/// # drop(page);
/// # });
/// ```
#[component]
pub fn ClientProvider(
    /// The store.
    client: Client,
    children: Children,
) -> impl IntoView {
    provide_context(UseSession::follow(client));
    children()
}
