//! How a store is shown: by itself, or by a framework's hook.

use keyrack_client::protocol::{EndReason, Session};
use keyrack_client::{Call, Client, Loaded, State, Subscription};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Makes of a store what shows it.
pub type Opener = fn(Client) -> Box<dyn Shows>;

/// What shows a store to an application.
pub trait Shows {
    /// What is shown now, by whatever an application would read it from.
    fn seen(&self) -> Seen;

    /// How often those who read all of it have been told of something new.
    fn told(&self) -> usize;

    /// What can be done now.
    fn now(&self) -> State;

    /// As the hook's.
    fn refetch(&self) -> Call<()>;

    /// As the hook's.
    fn get_token(&self, template: &str) -> Call<String>;
}

/// What is shown.
#[derive(Clone)]
pub struct Seen {
    /// `loading`, `failed`, `signed-out` or `signed-in`.
    pub status: &'static str,
    /// The error's code.
    pub error: Option<String>,
    pub stale: bool,
    pub refetching: bool,
    pub end_reason: Option<EndReason>,
    pub session: Option<Arc<Session>>,
}

impl Seen {
    /// What a store's state says.
    pub fn of(state: &State) -> Self {
        let loaded = state.loaded();
        Self {
            status: state.status().as_str(),
            error: state.error().map(|error| error.code.clone()),
            stale: loaded.is_some_and(Loaded::is_stale),
            refetching: loaded.is_some_and(Loaded::is_refetching),
            end_reason: loaded.and_then(Loaded::end_reason),
            session: loaded.map(|loaded| Arc::clone(loaded.session())),
        }
    }
}

/// The store by itself.
pub struct Store {
    client: Client,
    told: Arc<AtomicUsize>,
    _subscription: Subscription,
}

impl Store {
    /// Shows a store by itself.
    pub fn open(client: Client) -> Box<dyn Shows> {
        let told = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&told);
        let subscription = client.subscribe(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        Box::new(Self { client, told, _subscription: subscription })
    }
}

impl Shows for Store {
    fn seen(&self) -> Seen {
        Seen::of(&self.client.state())
    }

    fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }

    fn now(&self) -> State {
        self.client.state()
    }

    fn refetch(&self) -> Call<()> {
        self.client.refetch()
    }

    fn get_token(&self, template: &str) -> Call<String> {
        self.client.get_token(template)
    }
}
