//! Holds the session of one deployment for the components below.

use crate::UseSession;
use crate::prelude::*;
use dioxus_core::{CapturedError, provide_context};
use keyrack_client::Client;
use keyrack_client::protocol::Session;
use std::rc::Rc;

/// Holds the session of one deployment for the components below it, and keeps it fresh: one request at first, one per
/// refresh, however many components ask. Two providers share nothing.
///
/// With `initial_session`, which a server read for this request and rendered the page with, it is loaded from the first
/// rendering on; it is read once again all the same. With `own_scope`, the active sign-in, organization and workspace are this
/// tab's own, laid over the session that all tabs share. After a sign-out the tab or program that called goes where the
/// deployment says, by `navigate`: a router's navigation, say. Without it a page is left for there, and a program stays. Later
/// values of the first two are ignored.
///
/// A native program keeps its credential nowhere with this one; [`ClientProvider`] takes a store that does.
///
/// # Errors
/// When the publishable key is malformed, and in a native program outside of a tokio runtime: an `ErrorBoundary` shows it.
#[component]
pub fn KeyrackProvider(
    #[props(into)] publishable_key: String,
    initial_session: Option<Session>,
    #[props(default)] own_scope: bool,
    navigate: Option<Callback<String>>,
    children: Element,
) -> Element {
    // Another key is another deployment: nothing of the former may stay.
    rsx! {
        for key in [publishable_key] {
            Started {
                key: "{key}",
                publishable_key: key,
                initial_session: initial_session.clone(),
                own_scope,
                navigate,
                children: children.clone(),
            }
        }
    }
}

#[component]
fn Started(
    publishable_key: String,
    initial_session: Option<Session>,
    own_scope: bool,
    navigate: Option<Callback<String>>,
    children: Element,
) -> Element {
    let client = use_hook(|| {
        let navigate = navigate.map(led);
        start(&publishable_key, initial_session, own_scope, navigate).map_err(CapturedError::from_display)
    })?;
    rsx! {
        ClientProvider { client, children }
    }
}

#[cfg(not(feature = "server"))]
fn start(
    publishable_key: &str,
    session: Option<Session>,
    own_scope: bool,
    navigate: Option<Led>,
) -> Result<Client, Box<dyn std::error::Error>> {
    let mut builder = Client::builder(publishable_key)?;
    if own_scope {
        builder = builder.own_scope();
    }
    if let Some(navigate) = navigate {
        builder = builder.navigate(navigate);
    }
    Ok(builder.initial_session(session).start()?)
}

/// A server renders a page once: it shows what it was given and asks nobody.
#[cfg(feature = "server")]
fn start(
    publishable_key: &str,
    session: Option<Session>,
    _own_scope: bool,
    _navigate: Option<Led>,
) -> Result<Client, Box<dyn std::error::Error>> {
    keyrack_client::Api::parse(publishable_key)?;
    Ok(Client::still(session))
}

type Led = Box<dyn Fn(&str) + Send + Sync>;

/// Has a component's callback called where it belongs, whichever thread a store says an address on.
fn led(navigate: Callback<String>) -> Led {
    let (say, mut said) = futures_channel::mpsc::unbounded::<String>();
    dioxus_core::spawn(async move {
        while let Ok(url) = said.recv().await {
            navigate.call(url);
        }
    });
    // Nobody is there any more where the component is gone.
    Box::new(move |url| drop(say.unbounded_send(url.to_owned())))
}

/// Shows a store to the components below it: one that a native program started with a place for its credential, or that a
/// test made. Another store later is ignored.
///
/// ```no_run
/// use dioxus::prelude::*;
/// use keyrack_dioxus::{Client, ClientProvider, SignedIn, client::File};
///
/// #[component]
/// fn App() -> Element {
///     let client = use_hook(|| {
///         let builder = Client::builder("pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw").expect("a key");
///         builder.keeper(File::at("/home/ada/.ledger/session")).start().expect("a runtime")
///     });
///     rsx! {
///         ClientProvider { client, SignedIn { "Welcome back." } }
///     }
/// }
/// ```
#[component]
pub fn ClientProvider(client: Client, children: Element) -> Element {
    use_hook(|| {
        let (session, subscription) = UseSession::follow(client);
        provide_context(session);
        Rc::new(subscription)
    });
    rsx! {
        {children}
    }
}
