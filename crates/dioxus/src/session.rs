//! What components read: each part of what is shown by itself, so that whoever reads one renders again only when that one
//! has changed.

use dioxus_core::{try_consume_context, use_hook};
use dioxus_signals::{CopyValue, Memo, ReadableExt, Signal, SyncStorage, Writable};
use keyrack_client::protocol::{EndReason, Session, SignIn};
use keyrack_client::{Allowed, Call, Client, Error, Loaded, State, Status, Subscription};
use std::sync::Arc;

/// The session of the [`KeyrackProvider`](crate::KeyrackProvider) above.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn use_session() -> UseSession {
    use_hook(|| {
        #[allow(
            clippy::expect_used,
            reason = "a mistake of whoever writes the application, which no retry mends"
        )]
        try_consume_context().expect("put a KeyrackProvider above")
    })
}

/// What [`use_session`] gives. Each method shows one part and has its reader render again when that part has changed;
/// [`state`](Self::state) shows everything.
#[derive(Clone, Copy, PartialEq)]
pub struct UseSession {
    client: CopyValue<Client>,
    state: Memo<State>,
    status: Memo<Status>,
    session: Memo<Option<Arc<Session>>>,
    active: Memo<Option<Arc<SignIn>>>,
    error: Memo<Option<Arc<Error>>>,
    is_refetching: Memo<bool>,
    allowed: Memo<Option<Arc<Allowed>>>,
}

impl UseSession {
    /// Follows a store for as long as the subscription lives. Only where a hook may be made: the parts belong to the
    /// component that makes them.
    pub(crate) fn follow(client: Client) -> (Self, Subscription) {
        // Stores tell of news wherever they learn of it, in a native program on another thread; it is read on this one.
        let news: Signal<u64, SyncStorage> = Signal::new_maybe_sync(0);
        let subscription = client.subscribe(move |_| {
            // The component may be gone already.
            if let Ok(mut news) = news.try_write_unchecked() {
                *news += 1;
            }
        });
        let client = CopyValue::new(client);
        let state = Memo::new(move || {
            news();
            client.read().state()
        });
        let follow = Self {
            client,
            state,
            status: part(state, State::status),
            session: part(state, |state| state.loaded().map(|loaded| Arc::clone(loaded.session()))),
            active: part(state, |state| state.signed_in().map(|session| Arc::new(session.sign_in().clone()))),
            error: part(state, |state| state.error().cloned().map(Arc::new)),
            is_refetching: part(state, |state| state.loaded().is_some_and(Loaded::is_refetching)),
            allowed: part(state, |state| state.loaded().map(|loaded| Arc::clone(loaded.allowed()))),
        };
        (follow, subscription)
    }

    /// Everything that is shown: an enum, whose variants have the methods that can be used in them.
    ///
    /// ```
    /// use dioxus::prelude::*;
    /// use keyrack_dioxus::{State, use_session};
    ///
    /// #[component]
    /// fn AccountSwitcher() -> Element {
    ///     let session = use_session();
    ///     let state = session.state();
    ///     let Some(loaded) = state.loaded() else { return rsx! {} };
    ///     rsx! {
    ///         for sign_in in loaded.session().signins.clone() {
    ///             button {
    ///                 key: "{sign_in.id}",
    ///                 onclick: {
    ///                     let loaded = loaded.clone();
    ///                     move |_| drop(loaded.switch_sign_in(&sign_in.id))
    ///                 },
    ///                 "{sign_in.user.email_address}"
    ///             }
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn state(&self) -> State {
        self.state.cloned()
    }

    /// What can be done once the first load is done; none before. As [`state`](Self::state), it changes with everything.
    #[must_use]
    pub fn loaded(&self) -> Option<Loaded> {
        self.state.read().loaded().cloned()
    }

    /// Which of the four it is.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.cloned()
    }

    /// Whether the first load is not done yet. Once it is, this is false for good.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        matches!(self.status(), Status::Loading | Status::Failed)
    }

    /// The session; none before the first load.
    #[must_use]
    pub fn session(&self) -> Option<Arc<Session>> {
        self.session.cloned()
    }

    /// The sign-in that requests act for; none before the first load, and while nobody is signed in.
    #[must_use]
    pub fn active_signin(&self) -> Option<Arc<SignIn>> {
        self.active.cloned()
    }

    /// Why the last load or refresh failed; none once one succeeds.
    #[must_use]
    pub fn error(&self) -> Option<Arc<Error>> {
        self.error.cloned()
    }

    /// Whether the last refresh failed, so that what is shown may be old.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        !self.is_loading() && self.error.read().is_some()
    }

    /// Whether a [`refetch`](Self::refetch) is under way. The periodic refresh is silent.
    #[must_use]
    pub fn is_refetching(&self) -> bool {
        self.is_refetching.cloned()
    }

    /// Why the last active sign-in ended, if it did.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        self.session.read().as_ref().and_then(|session| session.end_reason)
    }

    /// Whether the roles in the active memberships allow something; none while that is not known. It decides what is shown,
    /// not what is allowed: that is for the backend, which verifies a token.
    #[must_use]
    pub fn has(&self, permission: &str) -> Option<bool> {
        // Read for nothing else than to hear of it.
        drop(self.allowed.read());
        self.client.read().state().loaded().and_then(|loaded| loaded.allows(permission))
    }

    /// Reads the session now. What went wrong is shown, and no error of this call's.
    pub fn refetch(&self) -> Call<()> {
        self.client.read().refetch()
    }

    /// A token for the active sign-in, made by the deployment's template of this name. Before the first load is done it waits
    /// for it.
    ///
    /// # Errors
    /// Those of [`Client::get_token`].
    pub fn get_token(&self, template: &str) -> Call<String> {
        self.client.read().get_token(template)
    }

    /// The store itself.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.cloned()
    }
}

/// One part of what is shown, which changes only when it is another.
fn part<T: PartialEq + 'static>(state: Memo<State>, of: fn(&State) -> T) -> Memo<T> {
    Memo::new(move || of(&state.read()))
}

impl std::fmt::Debug for UseSession {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("UseSession").finish_non_exhaustive()
    }
}
