//! Where the public keys come from: fetched when the first token comes, again when one names a key that is not among
//! them or when they have become old, and kept while the issuer is away.

use crate::Refusal;
use crate::clock::Clock;
use crate::keys::{Algorithm, Keys};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;

/// A token with an unknown key asks the issuer again at most this often, in milliseconds: strangers can write any key
/// id into a token.
const COOL_DOWN_MS: i64 = 30_000;
/// While there are no keys at all the issuer is asked this often, in milliseconds.
const AGAIN_MS: i64 = 1_000;
/// Keys that are older than this, in milliseconds, are fetched anew beside the requests: a key that the issuer took
/// back must not be believed for ever.
const OLD_MS: i64 = 5 * 60_000;
/// The longest that one fetch may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Bytes of an answer that are read.
const MOST: usize = 256 * 1024;

/// One issuer's public keys.
pub(crate) struct Source {
    url: Option<String>,
    allowed: Vec<Algorithm>,
    clock: Arc<dyn Clock>,
    client: reqwest::Client,
    known: RwLock<State>,
    /// Held while a fetch is under way, so that there is one at a time.
    fetching: Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    keys: Arc<Keys>,
    /// When the last fetch succeeded, and when the last one was tried, by [`Clock::passed_ms`].
    fetched_at: Option<i64>,
    tried_at: Option<i64>,
}

impl fmt::Debug for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Source").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Source {
    /// The keys that `url` publishes, none fetched yet.
    pub(crate) fn at(
        url: String,
        allowed: Vec<Algorithm>,
        clock: Arc<dyn Clock>,
        client: reqwest::Client,
    ) -> Self {
        let known = RwLock::default();
        Self { url: Some(url), allowed, clock, client, known, fetching: Mutex::new(()) }
    }

    /// These keys and no others.
    pub(crate) fn fixed(keys: Keys, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        let known = RwLock::new(State { keys: Arc::new(keys), ..State::default() });
        Self { url: None, allowed: Vec::new(), clock, client, known, fetching: Mutex::new(()) }
    }

    /// The keys among which `kid` is, if the issuer has it.
    ///
    /// # Errors
    /// [`Refusal::NoKeys`] when the issuer was never reached.
    pub(crate) async fn keys(self: &Arc<Self>, kid: &str) -> Result<Arc<Keys>, Refusal> {
        let state = self.state();
        if self.url.is_none() {
            return Ok(state.keys);
        }
        if state.keys.get(kid).is_some() {
            if self.is_due(state.tried_at, OLD_MS) {
                self.refresh();
            }
            return Ok(state.keys);
        }
        self.fetch_unless_known(kid).await;
        let state = self.state();
        if state.fetched_at.is_none() { Err(Refusal::NoKeys) } else { Ok(state.keys) }
    }

    fn state(&self) -> State {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn is_due(&self, at: Option<i64>, after_ms: i64) -> bool {
        at.is_none_or(|at| self.clock.passed_ms().saturating_sub(at) >= after_ms)
    }

    /// Fetches them in the background; whoever needs one that is known does not wait for it.
    fn refresh(self: &Arc<Self>) {
        let source = Arc::clone(self);
        tokio::spawn(async move {
            if let Ok(_one) = source.fetching.try_lock() {
                source.fetch().await;
            }
        });
    }

    async fn fetch_unless_known(&self, kid: &str) {
        let _one = self.fetching.lock().await;
        let state = self.state();
        let pause = if state.fetched_at.is_some() { COOL_DOWN_MS } else { AGAIN_MS };
        // Whoever held the lock before may have fetched what this call is waiting for, or have found nobody.
        if state.keys.get(kid).is_none() && self.is_due(state.tried_at, pause) {
            self.fetch().await;
        }
    }

    async fn fetch(&self) {
        let outcome = self.ask().await;
        let now = self.clock.passed_ms();
        self.change(|state| {
            state.tried_at = Some(now);
            if let Ok(keys) = &outcome {
                (state.keys, state.fetched_at) = (Arc::clone(keys), Some(now));
            }
        });
        if let Err(error) = outcome {
            tracing::warn!(url = self.url, error, "public keys not fetched; those that are known are kept");
        }
    }

    async fn ask(&self) -> Result<Arc<Keys>, String> {
        let url = self.url.as_deref().unwrap_or_default();
        let body = tokio::time::timeout(TIMEOUT, self.read(url)).await;
        let body = body.map_err(|_| "no answer in time".to_owned())??;
        let keys = Keys::parse(&body, &self.allowed).map_err(|error| error.to_string())?;
        // An empty set is a mistake, or somebody else's answer: what is known stays.
        if keys.is_empty() { Err("no usable key in the answer".to_owned()) } else { Ok(Arc::new(keys)) }
    }

    async fn read(&self, url: &str) -> Result<Vec<u8>, String> {
        let say = |error: reqwest::Error| error.to_string();
        let answer = self.client.get(url).send().await.map_err(say)?;
        let mut answer = answer.error_for_status().map_err(say)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(say)? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST {
                return Err("the answer is too long".to_owned());
            }
        }
        Ok(body)
    }
}
