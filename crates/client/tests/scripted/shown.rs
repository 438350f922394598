//! How a store is shown: by itself, or by a framework's hook.

use keyrack_client::protocol::{EndReason, Session};
use keyrack_client::{Call, Client, Error, Loaded, State, Subscription};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Makes of a store what shows it.
pub type Opener = fn(Client) -> Box<dyn Shows>;

/// What shows a store to an application.
pub trait Shows {
    /// What is shown now, by whatever an application would read it from.
    fn seen(&self) -> Seen;

    /// How often those who read all of it have been told of something new.
    fn told(&self) -> usize;

    /// Somebody shows from now on whether this permission is there.
    fn ask(&self, permission: &str);

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
    pub error: Option<Error>,
    pub stale: bool,
    pub refetching: bool,
    pub end_reason: Option<EndReason>,
    pub session: Option<Arc<Session>>,
    /// What is said of the permissions that were asked for.
    pub allows: BTreeMap<String, Option<bool>>,
}

impl Seen {
    /// What a store's state says.
    pub fn of(state: &State) -> Self {
        let loaded = state.loaded();
        Self {
            status: state.status().as_str(),
            error: state.error().cloned(),
            stale: loaded.is_some_and(Loaded::is_stale),
            refetching: loaded.is_some_and(Loaded::is_refetching),
            end_reason: loaded.and_then(Loaded::end_reason),
            session: loaded.map(|loaded| Arc::clone(loaded.session())),
            allows: BTreeMap::new(),
        }
    }
}

/// The store by itself.
pub struct Store {
    client: Client,
    told: Arc<AtomicUsize>,
    asked: Mutex<Vec<String>>,
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
        Box::new(Self { client, told, asked: Mutex::default(), _subscription: subscription })
    }
}

impl Shows for Store {
    fn seen(&self) -> Seen {
        let state = self.client.state();
        let allows = |permission: &String| state.loaded().and_then(|loaded| loaded.allows(permission));
        let asked = self.asked.lock().unwrap();
        Seen { allows: asked.iter().map(|one| (one.clone(), allows(one))).collect(), ..Seen::of(&state) }
    }

    fn ask(&self, permission: &str) {
        self.asked.lock().unwrap().push(permission.to_owned());
        self.seen();
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
