//! What components read: each part of what is shown by itself, so that whoever reads one runs again only when that one has
//! changed.

mod parts;

use keyrack_client::protocol::{EndReason, Session, SignIn};
use keyrack_client::{Call, Client, Error, State, Status, Subscription};
use leptos::prelude::*;
use parts::{PARTS, Part, Shown, Stamps};
use std::sync::{Arc, PoisonError, RwLock};

/// The session of the [`KeyrackProvider`](crate::KeyrackProvider) above.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn use_session() -> UseSession {
    #[allow(
        clippy::expect_used,
        reason = "a mistake of whoever writes the application, which no retry mends"
    )]
    use_context().expect("put a KeyrackProvider above")
}

/// What [`use_session`] gives. It can be copied into every closure. Each method shows one part, and has whoever reads it run
/// again when that part has changed; [`state`](Self::state) shows everything.
#[derive(Clone, Copy)]
pub struct UseSession {
    store: StoredValue<Store>,
    news: RwSignal<Stamps>,
    parts: [Memo<u32>; PARTS],
}

/// The store, and what it told last.
struct Store {
    client: Client,
    shown: Arc<RwLock<Shown>>,
    _subscription: Subscription,
}

impl UseSession {
    /// Follows a store for as long as the owner lives.
    pub(crate) fn follow(client: Client) -> Self {
        let shown = Arc::new(RwLock::new(Shown::of(&client.state())));
        let news = RwSignal::new([0; PARTS]);
        let told = Arc::clone(&shown);
        let tell = move |state: &State| {
            let changed = Shown::of(state).replace(&mut told.write().unwrap_or_else(PoisonError::into_inner));
            if let Some(stamps) = changed {
                // Whoever followed may be gone already.
                let _ = news.try_set(stamps);
            }
        };
        let subscription = client.subscribe(tell.clone());
        // What came before there was a subscription.
        tell(&client.state());
        Self {
            store: StoredValue::new(Store { client, shown, _subscription: subscription }),
            news,
            parts: Part::ALL.map(|part| Memo::new(move |_| news.with(|stamps| stamps[part as usize]))),
        }
    }

    /// One part as it is now, for whoever is to run again when it changes.
    fn read<T>(&self, part: Part, of: impl FnOnce(&Shown) -> T) -> T {
        self.parts[part as usize].get();
        self.store.with_value(|store| of(&store.shown.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Everything that is shown: an enum, whose variants have the methods that can be used in them.
    ///
    /// ```
    /// # use keyrack_leptos::{State, use_session};
    /// # use leptos::prelude::*;
    /// #[component]
    /// fn Greeting() -> impl IntoView {
    ///     let session = use_session();
    ///     move || match session.state() {
    ///         State::Loading => "One moment…".to_owned(),
    ///         State::Failed(error) => error.message.clone(),
    ///         State::SignedOut(_) => "Who are you?".to_owned(),
    ///         State::SignedIn(session) => format!("Hello {}", session.user().first_name),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn state(&self) -> State {
        self.news.track();
        self.now()
    }

    /// The same as it is at this moment, and nobody runs again for it: for event handlers, which do something.
    ///
    /// ```
    /// # use keyrack_leptos::use_session;
    /// # use leptos::prelude::*;
    /// #[component]
    /// fn AccountSwitcher() -> impl IntoView {
    ///     let session = use_session();
    ///     let switch = move |id: &str| {
    ///         if let Some(loaded) = session.now().loaded() {
    ///             // It is under way, awaited or not.
    ///             drop(loaded.switch_sign_in(id));
    ///         }
    ///     };
    ///     view! {
    ///         <For each=move || session.signins() key=|signin| signin.id.clone() let(signin)>
    ///             <button on:click=move |_| switch(&signin.id)>{signin.user.email_address.clone()}</button>
    ///         </For>
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn now(&self) -> State {
        self.client().state()
    }

    /// Which of the four it is.
    #[must_use]
    pub fn status(&self) -> Status {
        self.read(Part::Status, |shown| shown.status)
    }

    /// Whether the first load is not done yet. Once it is, this is false for good.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.read(Part::IsLoading, Shown::is_loading)
    }

    /// The session; none before the first load.
    #[must_use]
    pub fn session(&self) -> Option<Arc<Session>> {
        self.read(Part::Session, |shown| shown.session.clone())
    }

    /// The sign-in that requests act for; none before the first load, and while nobody is signed in.
    #[must_use]
    pub fn active_signin(&self) -> Option<Arc<SignIn>> {
        self.read(Part::Active, |shown| shown.active.clone())
    }

    /// All live sign-ins, the active one included, oldest first; empty before the first load.
    #[must_use]
    pub fn signins(&self) -> Vec<SignIn> {
        self.read(Part::SignIns, |shown| shown.signins().to_vec())
    }

    /// Why the last load or refresh failed; none once one succeeds.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.read(Part::Error, |shown| shown.error.clone())
    }

    /// Whether the last refresh failed, so that what is shown may be old.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.read(Part::IsStale, Shown::is_stale)
    }

    /// Whether a [`refetch`](Self::refetch) is under way. The periodic refresh is silent.
    #[must_use]
    pub fn is_refetching(&self) -> bool {
        self.read(Part::IsRefetching, |shown| shown.is_refetching)
    }

    /// Why the last active sign-in ended, if it did.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        self.read(Part::EndReason, Shown::end_reason)
    }

    /// Whether the roles of the active sign-in, where it acts now, allow something; none until its memberships were read,
    /// which the first call begins, and before the first load. False while nobody is signed in.
    ///
    /// For what a page shows, not for what may be done: that is for the backend, which verifies a token.
    #[must_use]
    pub fn has(&self, permission: &str) -> Option<bool> {
        if self.is_loading() {
            return None;
        }
        self.read(Part::Allowed, |_| ());
        self.now().loaded()?.allows(permission)
    }

    /// Reads the session now. What went wrong is shown, and no error of this call's.
    pub fn refetch(&self) -> Call<()> {
        self.client().refetch()
    }

    /// A token for the active sign-in, made by the deployment's template of this name. Before the first load is done it waits
    /// for it.
    ///
    /// # Errors
    /// Those of [`Client::get_token`].
    pub fn get_token(&self, template: &str) -> Call<String> {
        self.client().get_token(template)
    }

    /// The store itself.
    #[must_use]
    pub fn client(&self) -> Client {
        self.store.with_value(|store| store.client.clone())
    }
}

impl std::fmt::Debug for UseSession {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("UseSession").finish_non_exhaustive()
    }
}
