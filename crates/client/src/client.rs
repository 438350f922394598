//! The store as programs hold it: it gives the core what happens, has the platform do what follows, and tells whoever
//! subscribed.

use crate::core::{Ask, CallId, Core, Effect, Input, Outcome};
use crate::few::Few;
use crate::listeners::Listeners;
use crate::platform::{Here, Platform, here};
use crate::{Call, Error, State};
use futures_channel::oneshot;
use keyrack_protocol::Session;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The session of one deployment, for everybody in this program who asks: one request at first and one per refresh,
/// however many they are. Clones are the same store; it ends with the last of them.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    platform: Here<Box<dyn Platform>>,
    driven: Mutex<Driven>,
    pub(crate) listeners: Mutex<Listeners>,
}

struct Driven {
    core: Core,
    calls: Few<CallId, oneshot::Sender<Result<Outcome, Error>>>,
    last_call: u64,
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
        Self::begin(platform, session, None)
    }

    /// The same with a scope of its own: the active sign-in, and where it acts, are laid over the session that all share.
    /// `scope` is where it stood before, empty for nowhere yet; the platform is told what to keep.
    pub fn scoped_on(platform: Box<dyn Platform>, session: Option<Session>, scope: String) -> Self {
        Self::begin(platform, session, Some(scope))
    }

    fn begin(platform: Box<dyn Platform>, session: Option<Session>, scope: Option<String>) -> Self {
        let core = Core::beginning(session, scope, platform.navigates());
        let driven = Mutex::new(Driven { core, calls: Few::default(), last_call: 0 });
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

    /// What shows from now on, in the ways in, that work was done for them: `challenge_token` of docs/API.md. A deployment that
    /// asks for it refuses with `challenge_required`.
    pub fn set_challenge_token(&self, token: impl Into<Option<String>>) {
        self.handle(Input::Challenge(token.into()));
    }

    /// Has whoever listens by [`on_news`](Self::on_news), here and in the other tabs, read again what lies under paths with these
    /// beginnings: after something was done to it by [`post`](Self::post).
    pub fn outdate(&self, paths: &[&str]) {
        self.handle(Input::Outdated(paths.iter().map(|path| (*path).to_owned()).collect()));
    }

    /// From now on it is known what the roles of the account allow.
    pub(crate) fn want_permissions(&self) {
        self.handle(Input::Asked);
    }

    /// One thing after the other: what follows is done in the order in which it follows.
    fn handle(&self, input: Input) {
        let mut done = Vec::new();
        let (mut is_news, mut outdated) = (false, Vec::new());
        {
            let mut driven = lock(&self.inner.driven);
            let (now, chance) = (self.inner.platform.now(), self.inner.platform.chance());
            for effect in driven.core.handle(input, now, chance) {
                match effect {
                    Effect::Do(command) => self.inner.platform.perform(command),
                    Effect::Changed => is_news = true,
                    Effect::News(paths) => outdated.extend(paths),
                    Effect::Done(call, outcome) => done.extend(driven.calls.remove(&call).zip(Some(outcome))),
                }
            }
        }
        if is_news {
            self.tell();
        }
        if !outdated.is_empty() {
            self.tell_news(&outdated);
        }
        for (told, outcome) in done {
            // Whoever asked may have gone.
            let _ = told.send(outcome);
        }
    }
}

pub(crate) fn as_shown(outcome: Outcome) -> Result<Arc<Session>, Error> {
    if let Outcome::Shown(Some(session)) = outcome { Ok(session) } else { Err(Error::closed()) }
}

/// A panic of somebody else's leaves everything as it was: nothing here is half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
