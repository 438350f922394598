//! Those who are told of what is shown, and of what lies beside it.

use crate::client::{Inner, lock};
use crate::platform::{Here, here};
use crate::{Client, State};
use std::sync::{Arc, Weak};

#[cfg(not(target_family = "wasm"))]
type Heard = dyn Fn(&State) + Send + Sync;
#[cfg(target_family = "wasm")]
type Heard = dyn Fn(&State);
type Listener = Here<Arc<Heard>>;
#[cfg(not(target_family = "wasm"))]
type News = dyn Fn(&[String]) + Send + Sync;
#[cfg(target_family = "wasm")]
type News = dyn Fn(&[String]);

#[derive(Default)]
pub(crate) struct Listeners {
    all: Vec<(u64, Listener)>,
    /// Those of what lies beside the session.
    news: Vec<(u64, Here<Arc<News>>)>,
    last: u64,
    /// Somebody tells them at this moment, and whether there is news since.
    is_telling: bool,
    is_news: bool,
}

impl Client {
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

    /// Has `listener` called when something that is read beside the session may be another by now, be it that another tab
    /// changed it or that a notification came, with the beginnings of its paths: `/notifications`, `/me/`.
    #[cfg(not(target_family = "wasm"))]
    pub fn on_news(&self, listener: impl Fn(&[String]) + Send + Sync + 'static) -> Subscription {
        self.listen_to_news(Arc::new(listener))
    }

    /// Has `listener` called when something that is read beside the session may be another by now, be it that another tab
    /// changed it or that a notification came, with the beginnings of its paths: `/notifications`, `/me/`.
    #[cfg(target_family = "wasm")]
    pub fn on_news(&self, listener: impl Fn(&[String]) + 'static) -> Subscription {
        self.listen_to_news(here(Arc::new(listener)))
    }

    fn listen_to_news(&self, listener: Here<Arc<News>>) -> Subscription {
        let mut listeners = lock(&self.inner.listeners);
        listeners.last += 1;
        let id = listeners.last;
        listeners.news.push((id, listener));
        Subscription { inner: Arc::downgrade(&self.inner), id }
    }

    pub(crate) fn tell_news(&self, paths: &[String]) {
        let all = lock(&self.inner.listeners).news.clone();
        all.iter().for_each(|(_, listener)| listener(paths));
    }

    /// Nobody is called while something is locked, so that whoever is called may ask for anything.
    pub(crate) fn tell(&self) {
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

/// A place among those who are told. Dropped, it is given up.
#[must_use = "dropped, it ends at once"]
pub struct Subscription {
    inner: Weak<Inner>,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            let mut listeners = lock(&inner.listeners);
            listeners.all.retain(|(id, _)| *id != self.id);
            listeners.news.retain(|(id, _)| *id != self.id);
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Subscription").finish_non_exhaustive()
    }
}
