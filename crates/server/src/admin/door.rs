//! Who asks through the socket, for which deployment, and what else is said.

use super::v1::reason;
use crate::app::{Shared, Site};
use crate::audit::{Actor, By, Event};
use crate::error::{Error, Result};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use http::request::Parts;
use keyrack_protocol::Code;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use url::form_urlencoded;

/// The process at the other end of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The Unix user that it runs as.
    pub uid: u32,
}

/// An operator, and the deployment that the request is about.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The server.
    pub app: Shared,
    /// The deployment that `deployment` names; the only one when nothing is said.
    pub site: Arc<Site>,
    /// Who it is; none when the request did not come through the socket.
    pub peer: Option<Peer>,
    query: Vec<(String, String)>,
}

/// What an operator has changed, by its id.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The account.
    pub user: Option<&'a str>,
    /// The session.
    pub session: Option<&'a str>,
    /// The sign-in.
    pub sign_in: Option<&'a str>,
    /// The organization or workspace.
    pub place: Option<&'a str>,
    /// The secret key.
    pub key: Option<&'a str>,
    /// How many sign-ins ended by it.
    pub ended: Option<usize>,
}

impl FromRequestParts<Shared> for Operator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self> {
        let query: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let named = query.iter().find(|(name, _)| name == "deployment").map(|(_, id)| id.as_str());
        let site = site(app, named)?;
        let peer = parts.extensions.get::<ConnectInfo<Peer>>().map(|info| info.0);
        Ok(Self { app: Arc::clone(app), site, peer, query })
    }
}

fn site(app: &Shared, named: Option<&str>) -> Result<Arc<Site>> {
    let known = || app.sites.iter().map(|site| site.config.id.as_str()).collect::<Vec<_>>().join(", ");
    match (named, app.sites.as_slice()) {
        (Some(id), sites) => sites.iter().find(|site| site.config.id == id).cloned().ok_or_else(|| {
            let message = format!("The server has no deployment of this name; it has {}.", known());
            Error::refused(Code::DeploymentNotFound, message)
        }),
        (None, [only]) => Ok(Arc::clone(only)),
        (None, _) => {
            let message = format!("The server has several deployments; name one of {}.", known());
            Err(Error::refused(Code::DeploymentRequired, message))
        }
    }
}

impl Operator {
    /// Who does it, for the records.
    #[must_use]
    pub fn by(&self) -> By {
        let now = self.app.world.clock.now_ms();
        By::client(Actor::Operator(self.peer.map(|peer| peer.uid)), "", now)
    }

    /// The same with the reason that the query says.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn saying(&self) -> Result<By> {
        let said = self.query("reason").map(reason).transpose()?;
        Ok(self.by().saying(said.unwrap_or_default()))
    }

    /// Tells the log what was done to whom, after it was done: ids only, so that the log may be kept anywhere. After a
    /// loss it is what says what has to be done again.
    pub fn log(&self, event: Event, about: About<'_>) {
        let (event, deployment) = (event.as_str(), self.site.config.id.as_str());
        let operator = self.peer.map(|peer| peer.uid);
        let About { user, session, sign_in, place, key, ended } = about;
        tracing::info!(
            event,
            deployment,
            operator,
            user,
            session,
            sign_in,
            place,
            key,
            ended,
            "an operator did this"
        );
    }

    /// Refuses a query that says anything but `known` and the deployment: a filter that is misspelt must not
    /// look as if it had found everything.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn says_only(&self, known: &[&str]) -> Result<()> {
        for (index, (name, _)) in self.query.iter().enumerate() {
            let fits = name == "deployment" || known.contains(&name.as_str());
            if !fits || self.query[..index].iter().any(|(earlier, _)| earlier == name) {
                let message = format!("{name:?} is no parameter here, or stands twice.");
                return Err(Error::refused(Code::InvalidParameter, message));
            }
        }
        Ok(())
    }

    /// What the query says under a name.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What the query says under a name, which must be one of `words`; the first of them when it says nothing.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn word(&self, name: &str, words: &'static [&'static str]) -> Result<&'static str> {
        let Some(said) = self.query(name) else { return Ok(words[0]) };
        words.iter().find(|word| **word == said).copied().ok_or_else(|| {
            let message = format!("{name} must be one of {}.", words.join(", "));
            Error::refused(Code::InvalidParameter, message)
        })
    }
}

/// A body that is one JSON object with the members of `T` and no others.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self> {
        let body = Bytes::from_request(request, app).await.map_err(|_| Code::BodyTooLarge)?;
        let read = serde_json::from_slice(&body);
        read.map(Self).map_err(|cause| Error::refused(Code::BadRequestBody, format!("{cause}.")))
    }
}
