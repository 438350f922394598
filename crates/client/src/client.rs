//! The store as programs hold it: it gives the core what happens, has the platform do what follows, and tells whoever
//! subscribed.

use crate::core::{Ask, CallId, Core, Effect, Input, Outcome};
use crate::platform::{Here, Platform, here};
use crate::{Call, Error, State};
use futures_channel::oneshot;
use keyrack_protocol::Session;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

#[cfg(not(target_family = "wasm"))]
type Heard = dyn Fn(&State) + Send + Sync;
#[cfg(target_family = "wasm")]
type Heard = dyn Fn(&State);
type Listener = Here<Arc<Heard>>;

/// The session of one deployment, for everybody in this program who asks: one request at first and one per refresh,
/// however many they are. Clones are the same store; it ends with the last of them.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    platform: Here<Box<dyn Platform>>,
    driven: Mutex<Driven>,
    listeners: Mutex<Listeners>,
}

struct Driven {
    core: Core,
    calls: HashMap<CallId, oneshot::Sender<Result<Outcome, Error>>>,
    last_call: u64,
}

#[derive(Default)]
struct Listeners {
    all: Vec<(u64, Listener)>,
    last: u64,
    /// Somebody tells them at this moment, and whether there is news since.
    is_telling: bool,
    is_news: bool,
}

/// Where a platform says what happened. It outlives no store: what comes after its end is not heard.
#[derive(Clone)]
pub struct Inbox {
    inner: Weak<Inner>,
}

impl Inbox {
    /// Something happened. False when there is nobody left who could care. Never to be called from within
    /// [`Platform::perform`].
    pub fn post(&self, input: Input) -> bool {
        let inner = self.inner.upgrade();
        if let Some(inner) = &inner {
            Client { inner: Arc::clone(inner) }.handle(input);
        }
        inner.is_some()
    }
}

impl Client {
    /// A store on any platform, with the session that is known already, if one is. It begins at once.
    pub fn on(platform: Box<dyn Platform>, session: Option<Session>) -> Self {
        let core = session.map_or_else(Core::default, Core::beginning_with);
        let driven = Mutex::new(Driven { core, calls: HashMap::new(), last_call: 0 });
        let client =
            Self { inner: Arc::new(Inner { platform: here(platform), driven, listeners: Mutex::default() }) };
        client.inner.platform.begin(Inbox { inner: Arc::downgrade(&client.inner) });
        client.handle(Input::Start);
        client
    }

    /// What is shown now.
    #[must_use]
    pub fn state(&self) -> State {
        let shown = lock(&self.inner.driven).core.shown();
        State::of(shown, self)
    }

    /// Has `listener` called with what is shown whenever that has changed, until the subscription is dropped. It is called
    /// by one thread at a time, and never with something older than before.
    #[cfg(not(target_family = "wasm"))]
    pub fn subscribe(&self, listener: impl Fn(&State) + Send + Sync + 'static) -> Subscription {
        self.listen(here(Arc::new(listener)))
    }

    /// Has `listener` called with what is shown whenever that has changed, until the subscription is dropped.
    #[cfg(target_family = "wasm")]
    pub fn subscribe(&self, listener: impl Fn(&State) + 'static) -> Subscription {
        self.listen(here(Arc::new(listener)))
    }

    fn listen(&self, listener: Listener) -> Subscription {
        let mut listeners = lock(&self.inner.listeners);
        listeners.last += 1;
        let id = listeners.last;
        listeners.all.push((id, listener));
        Subscription { inner: Arc::downgrade(&self.inner), id }
    }

    /// Reads the session now. What went wrong is shown, and no error of this call's.
    pub fn refetch(&self) -> Call<()> {
        self.call(Ask::Refetch, |_| Ok(()))
    }

    /// A token for the active sign-in, to be sent to your backend, made by the deployment's template of this name. Kept until
    /// shortly before it expires, and dropped when the active sign-in or its scope changes. Before the first load is done it
    /// waits for it.
    ///
    /// # Errors
    /// `no_session` when nobody is signed in, `template_not_found`, `session_changed` when the account changed faster than
    /// tokens could be fetched, or what kept the request from being answered.
    pub fn get_token(&self, template: &str) -> Call<String> {
        self.call(Ask::Token(template.to_owned()), |outcome| match outcome {
            Outcome::Token(token) => Ok(token),
            _ => Err(Error::closed()),
        })
    }

    /// What is shown once the first load is done, however often it fails until then.
    ///
    /// # Errors
    /// `closed` when the store ended before.
    pub async fn loaded(&self) -> Result<State, Error> {
        self.shows(|state| state.loaded().is_some()).await
    }

    /// What is shown once the first load is done or has failed for the first time: for programs that do not wait.
    ///
    /// # Errors
    /// `closed` when the store ended before.
    pub async fn state_once_known(&self) -> Result<State, Error> {
        self.shows(|state| *state != State::Loading).await
    }

    /// What is shown as soon as `fits` says yes to it: an application waits so for a change that comes from elsewhere.
    ///
    /// # Errors
    /// `closed` when the store ended before.
    pub async fn shows(&self, fits: fn(&State) -> bool) -> Result<State, Error> {
        let (told, fitting) = oneshot::channel();
        let told = Mutex::new(Some(told));
        let _subscription = self.subscribe(move |state| {
            if fits(state)
                && let Some(told) = lock(&told).take()
            {
                // Nobody may wait any more.
                let _ = told.send(state.clone());
            }
        });
        let state = self.state();
        if fits(&state) { Ok(state) } else { fitting.await.map_err(|_| Error::closed()) }
    }

    pub(crate) fn call<T>(&self, ask: Ask, read: fn(Outcome) -> Result<T, Error>) -> Call<T> {
        let (told, outcome) = oneshot::channel();
        let call = {
            let mut driven = lock(&self.inner.driven);
            driven.last_call += 1;
            let call = CallId(driven.last_call);
            driven.calls.insert(call, told);
            call
        };
        self.handle(Input::Call(call, ask));
        Call::new(outcome, read)
    }

    /// From now on it is known what the roles of the account allow.
    pub(crate) fn want_permissions(&self) {
        self.handle(Input::Asked);
    }

    /// One thing after the other: what follows is done in the order in which it follows.
    fn handle(&self, input: Input) {
        let mut done = Vec::new();
        let mut is_news = false;
        {
            let mut driven = lock(&self.inner.driven);
            let (now, chance) = (self.inner.platform.now(), self.inner.platform.chance());
            for effect in driven.core.handle(input, now, chance) {
                match effect {
                    Effect::Do(command) => self.inner.platform.perform(command),
                    Effect::Changed => is_news = true,
                    Effect::Done(call, outcome) => done.extend(driven.calls.remove(&call).zip(Some(outcome))),
                }
            }
        }
        if is_news {
            self.tell();
        }
        for (told, outcome) in done {
            // Whoever asked may have gone.
            let _ = told.send(outcome);
        }
    }

    /// Nobody is called while something is locked, so that whoever is called may ask for anything.
    fn tell(&self) {
        {
            let mut listeners = lock(&self.inner.listeners);
            listeners.is_news = true;
            if std::mem::replace(&mut listeners.is_telling, true) {
                return;
            }
        }
        let telling = Telling(&self.inner);
        while let Some(all) = telling.next() {
            let state = self.state();
            for (_, listener) in all {
                listener(&state);
            }
        }
    }
}

/// Whoever tells the listeners; be it that one of them panics, the next news is told.
struct Telling<'a>(&'a Inner);

impl Telling<'_> {
    fn next(&self) -> Option<Vec<(u64, Listener)>> {
        let mut listeners = lock(&self.0.listeners);
        let all = std::mem::take(&mut listeners.is_news).then(|| listeners.all.clone());
        listeners.is_telling = all.is_some();
        all
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.listeners).is_telling = false;
        }
    }
}

pub(crate) fn as_shown(outcome: Outcome) -> Result<Arc<Session>, Error> {
    if let Outcome::Shown(Some(session)) = outcome { Ok(session) } else { Err(Error::closed()) }
}

/// A panic of somebody else's leaves everything as it was: nothing here is half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Client {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Client").finish_non_exhaustive()
    }
}

/// Clones of one store are the same.
impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

/// A place among those who are told. Dropped, it is given up.
#[must_use = "dropped, it ends at once"]
pub struct Subscription {
    inner: Weak<Inner>,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            lock(&inner.listeners).all.retain(|(id, _)| *id != self.id);
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Subscription").finish_non_exhaustive()
    }
}
