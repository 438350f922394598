use crate::{Now, Refusal};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet};
use std::collections::HashMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;

/// A token with an unknown key asks the issuer again at most this often, in milliseconds: strangers can
/// write any key id into a token.
const COOL_DOWN_MS: i64 = 30_000;

/// The longest that one fetch may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// An issuer's public keys: fetched when the first token comes, again when a token names one that is not
/// among them, and kept while the issuer is away.
pub struct Keys {
    url: String,
    now: Now,
    client: reqwest::Client,
    known: RwLock<HashMap<String, DecodingKey>>,
    /// When the last fetch succeeded; held while one is under way, so that there is one at a time.
    fetched_at: Mutex<Option<i64>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keys").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys that `url` publishes (RFC 7517), none fetched yet.
    #[must_use]
    pub fn at(url: String, now: Now) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT);
        // The keys of an http address need none of the machine's certificates, and a small one has none.
        let client = if url.starts_with("https:") { client } else { client.tls_certs_only([]) };
        // Without certificates to look for and a proxy the builder has nothing to fail on.
        let client = client.build().unwrap_or_default();
        Self { url, now, client, known: RwLock::default(), fetched_at: Mutex::new(None) }
    }

    /// The key named `kid`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when the issuer has no such key, [`Refusal::NoKeys`] when it was never reached.
    pub async fn find(&self, kid: &str) -> Result<DecodingKey, Refusal> {
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        self.fetch_unless_known(kid).await?;
        self.known(kid).ok_or(Refusal::Invalid)
    }

    fn known(&self, kid: &str) -> Option<DecodingKey> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    async fn fetch_unless_known(&self, kid: &str) -> Result<(), Refusal> {
        let mut fetched_at = self.fetched_at.lock().await;
        let now = (self.now)();
        let cooling = fetched_at.is_some_and(|at| now.saturating_sub(at) < COOL_DOWN_MS);
        // Whoever held the lock before may have fetched what this call is waiting for.
        if cooling || self.known(kid).is_some() {
            return Ok(());
        }
        match self.fetch().await {
            Ok(keys) => {
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
                *fetched_at = Some(now);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(url = self.url, %error, "public keys not fetched");
                if fetched_at.is_some() { Ok(()) } else { Err(Refusal::NoKeys) }
            }
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, DecodingKey>, reqwest::Error> {
        let set: JwkSet = self.client.get(&self.url).send().await?.error_for_status()?.json().await?;
        Ok(set.keys.iter().filter_map(es256).collect())
    }
}

/// A key with its id, if it is one for ES256; an issuer may publish others beside it.
fn es256(jwk: &Jwk) -> Option<(String, DecodingKey)> {
    let p256 =
        matches!(&jwk.algorithm, AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256);
    let kid = jwk.common.key_id.clone().filter(|_| p256)?;
    Some((kid, DecodingKey::from_jwk(jwk).ok()?))
}
