use super::{Error, Result, Shared, Site, address};
use crate::api_key::{ApiKey, Held, Scope, store};
use crate::audit::{Actor, By};
use crate::id::ApiKeyId;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;
use keyrack_protocol::Code;
use std::net::IpAddr;
use std::sync::Arc;

/// A backend that has shown a secret key of the deployment that the host means. No cookie and no other credential says
/// anything about it, and it has no session.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The server.
    pub app: Shared,
    /// The deployment.
    pub site: Arc<Site>,
    /// The key.
    pub key: ApiKey,
    /// Its address: the peer's, or what a trusted proxy says.
    pub address: IpAddr,
}

/// Why a key is refused, and whose it is if it was one.
#[derive(Debug)]
pub struct Refused {
    /// For whoever sent it.
    pub error: Error,
    /// Who it was, for the records.
    pub by: By,
    /// What was wrong, for the records.
    pub reason: &'static str,
}

impl FromRequestParts<Shared> for Backend {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self> {
        // The front looks at every call below /admin/v1 before anything else does.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Code::InvalidApiKey.into())
    }
}

impl Backend {
    /// Whether its key may be used for this.
    ///
    /// # Errors
    /// [`Code::ApiKeyScope`].
    pub fn may(&self, scope: Scope) -> Result<()> {
        self.key.may(scope)
    }

    /// Whether its key is good still, for what goes on longer than a request. While the database is away nobody knows, and
    /// what goes on does.
    pub async fn is_good(&self) -> bool {
        let now = self.app.world.clock.now_ms();
        match kept(&self.app, &self.site, &self.key.id).await {
            Ok(found) => found.is_some_and(|(stored, _)| stored.state(now) == "live"),
            Err(_) => true,
        }
    }

    /// Who does it, from where and when, for the records.
    #[must_use]
    pub fn by(&self) -> By {
        let now = self.app.world.clock.now_ms();
        By::client(Actor::Key(self.key.id.clone()), &self.address.to_string(), now)
    }

    /// The backend whose key a request carries.
    ///
    /// # Errors
    /// [`Code::InvalidApiKey`] when it carries none, several, none of this deployment, or one that is over; what the
    /// database says.
    pub async fn of(
        app: &Shared,
        site: &Arc<Site>,
        parts: &Parts,
    ) -> std::result::Result<Self, Box<Refused>> {
        let (address, now) = (address(app, parts), app.world.clock.now_ms());
        let refused = |error: Error, actor: Actor, reason: &'static str| {
            let by = By::client(actor, &address.to_string(), now);
            Box::new(Refused { error, by, reason })
        };
        let stranger = |reason| refused(Code::InvalidApiKey.into(), Actor::Stranger, reason);
        let held = bearer(parts).and_then(Held::parse).ok_or_else(|| stranger("no_key"))?;
        let hash = held.hash(&app.vault);
        let read = kept(app, site, &held.id).await;
        let found = read.map_err(|error| refused(error, Actor::Stranger, ""))?;
        let fits = |kept: &str| verify_slices_are_equal(kept.as_bytes(), hash.as_bytes()).is_ok();
        let (stored, _) = found.filter(|(_, kept)| fits(kept)).ok_or_else(|| stranger("unknown"))?;
        // Whoever has the secret is told what became of it.
        let state = stored.state(now);
        if state != "live" {
            let text = format!("This key is {state}; make another one with `keyrack key create`.");
            let error = Error::refused(Code::InvalidApiKey, text);
            return Err(refused(error, Actor::Key(held.id), state));
        }
        app.uses.note(&stored.key.id, now);
        Ok(Self { app: Arc::clone(app), site: Arc::clone(site), key: stored.key, address })
    }
}

/// What is kept of a key of a deployment: that, and its hash.
async fn kept(app: &Shared, site: &Site, id: &ApiKeyId) -> Result<Option<(store::Stored, String)>> {
    let (deployment, id) = (site.config.id.clone(), id.clone());
    app.db.read_single(move |on| store::find(on, &deployment, &id)).await
}

/// What stands in the one `Authorization` header behind `Bearer`.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut all = parts.headers.get_all(header::AUTHORIZATION).iter();
    let said = all.next()?.to_str().ok().filter(|_| all.next().is_none())?;
    let (scheme, key) = said.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key)
}
