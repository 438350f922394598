//! Who is calling: the extractors that make it part of a handler's signature.

mod account;
mod backend;
mod fresh;
mod own;

pub use account::{Account, whose};
pub use backend::{Backend, Refused};
pub use fresh::Fresh;
pub use own::Own;

use crate::app::{Shared, Site};
use crate::audit::{self, Actor, By, Event};
use crate::error::{Error, Result};
use crate::http::{Head, answer, native};
use crate::mail;
use crate::session::enter::{Arrival, Left};
use crate::session::rack::Rack;
use crate::session::read::{self, Reading};
use crate::session::tab::TabScope;
use crate::session::view;
use crate::throttle;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::header;
use http::request::Parts;
use keyrack_protocol::{Code, EndReason, Session};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Characters of a user agent that are kept.
const AGENT_LENGTH: usize = 400;
/// Characters of the preferred languages that are read.
const LANGUAGES_LENGTH: usize = 200;
/// Credentials of one request that are looked at: each costs a read.
const CREDENTIALS: usize = 8;

/// A browser or program that talks to a deployment, with the session that it may hold.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The server.
    pub app: Shared,
    /// The deployment that the host means.
    pub site: Arc<Site>,
    /// Its session credential, if it sent a readable one.
    pub rack: Option<Rack>,
    /// Whether it is a program, which carries the credential in a header of its own.
    pub is_program: bool,
    /// Its address: the peer's, or what a trusted proxy says.
    pub address: IpAddr,
    /// Its own words about itself.
    pub user_agent: String,
    /// The languages that it prefers (`Accept-Language`), cut to 200 characters.
    pub accept_language: String,
}

impl FromRequestParts<Shared> for Browser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> std::result::Result<Self, Response> {
        let Some(site) = parts.extensions.get::<Arc<Site>>().cloned() else {
            return Err(Error::from(Code::UnknownHost).into_response());
        };
        let is_program = native::asks(&site, &parts.headers);
        let credentials = match is_program {
            true => native::credentials(&parts.headers),
            false => site.carriage.credentials(&Head::of_parts(parts)),
        };
        let rack = match choose(app, &site, &credentials).await {
            Ok(rack) => rack,
            Err(error) => {
                let ambiguous = error.code() == Code::AmbiguousCredential;
                if ambiguous {
                    let by = By::client(
                        Actor::Stranger,
                        &address(app, parts).to_string(),
                        app.world.clock.now_ms(),
                    );
                    audit::note(app, &site, by, Event::CredentialAmbiguous, None).await;
                }
                let mut response = error.into_response();
                if ambiguous && !is_program {
                    site.carriage.clear(response.headers_mut());
                }
                return Err(response);
            }
        };
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let user_agent = shortened(agent.unwrap_or_default(), AGENT_LENGTH).to_owned();
        let languages = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let accept_language = shortened(languages.unwrap_or_default(), LANGUAGES_LENGTH).to_owned();
        let (app, address) = (Arc::clone(app), address(app, parts));
        Ok(Self { app, site, rack, is_program, address, user_agent, accept_language })
    }
}

/// The first characters of a header.
fn shortened(text: &str, length: usize) -> &str {
    // `to_str` gives visible ASCII only: characters are bytes.
    text.get(..length).unwrap_or(text)
}

/// The one of several credentials that opens a session; two that open different ones are refused.
async fn choose(app: &Shared, site: &Arc<Site>, credentials: &[Cow<'_, str>]) -> Result<Option<Rack>> {
    let parse = |credential: &Cow<'_, str>| Rack::parse_marked(credential, |text| app.cache.mark(text));
    let racks = credentials.iter().filter_map(parse).take(CREDENTIALS);
    let racks: Vec<Rack> = racks.collect();
    if racks.len() < 2 {
        return Ok(racks.into_iter().next());
    }
    let mut opening: Option<(&Rack, u32)> = None;
    for rack in &racks {
        let Reading::Live(_, opened) = read::read(app, site, Some(rack), None).await? else { continue };
        match opening {
            Some((first, _)) if first.session() != rack.session() => {
                return Err(Code::AmbiguousCredential.into());
            }
            // Of two racks of one session the one that opens less is an older copy.
            Some((_, most)) if most >= opened.count() => {}
            _ => opening = Some((rack, opened.count())),
        }
    }
    Ok(opening.map(|(rack, _)| rack.clone()))
}

/// The peer's address, or the last one in `X-Forwarded-For` that no trusted proxy wrote.
pub fn address(app: &Shared, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_canonical();
    let trusted = |address: IpAddr| app.config.trusted_proxies.iter().any(|proxy| proxy.contains(&address));
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        if !trusted(address) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

impl Browser {
    /// What this browser's tries are counted under: its address, or the /64 that an IPv6 customer holds.
    #[must_use]
    pub fn counted_address(&self) -> String {
        throttle::counted(self.address)
    }

    /// The language in which whoever uses this browser is written to.
    #[must_use]
    pub fn language(&self) -> &str {
        mail::language(&self.site.config, &self.accept_language)
    }

    /// Draws what a transaction may need to put something into this browser's session.
    #[must_use]
    pub fn arrive(&self) -> Arrival {
        let says = (self.user_agent.clone(), self.language().to_owned());
        Arrival::draw(&self.app, self.rack.clone(), self.address, says)
    }

    /// The session as this browser sees it, counted as activity.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reading(&self) -> Result<Reading> {
        Ok(self.judged(None).await?.0)
    }

    /// The same, counted as activity of the sign-in that `tab` names.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reading_in(&self, tab: Option<&TabScope>) -> Result<Reading> {
        Ok(self.judged(tab).await?.0)
    }

    /// The same for what speaks for the active sign-in where it stands.
    ///
    /// # Errors
    /// Also the refusal of what asks there, if it may do nothing from here and was put out for that.
    pub async fn speaking(&self) -> Result<Reading> {
        match self.judged(None).await? {
            (_, Some(refusal)) => Err(refusal),
            (reading, None) => Ok(reading),
        }
    }

    async fn judged(&self, tab: Option<&TabScope>) -> Result<(Reading, Option<Error>)> {
        read::read_active(&self.app, &self.site, (self.rack.as_ref(), tab), self.address).await
    }

    /// The answer of what makes or ends something: the whole new session, and the whole rack.
    #[must_use]
    pub fn answer(&self, left: &Left) -> Response {
        self.hand_out(left, self.show(left))
    }

    /// The answer of what makes something and says something else than the session: with the whole rack.
    #[must_use]
    pub fn hand_out(&self, left: &Left, mut response: Response) -> Response {
        if self.is_program {
            native::hand_out(response.headers_mut(), &left.rack);
            return response;
        }
        let seconds = (left.loaded.outer_until - self.app.world.clock.now_ms()).max(0) / 1000;
        self.site.carriage.hand_out(response.headers_mut(), &left.rack, seconds);
        response
    }

    /// The answer of what only changes something: the whole new session. It hands out no rack, which could
    /// cross and undo a newer one.
    #[must_use]
    pub fn show(&self, left: &Left) -> Response {
        debug_assert_eq!(left.loaded.opened_by(&left.rack, &self.app.vault), Some(left.opened));
        answer::ok(view::session(&self.site, &left.loaded, left.opened))
    }

    /// The answer of a sign-out of everything: the empty session, and no credential any more.
    #[must_use]
    pub fn answer_signed_out(&self, reason: Option<EndReason>) -> Response {
        let mut response = answer::ok(Session::empty(reason));
        if !self.is_program {
            self.site.carriage.clear(response.headers_mut());
        }
        response
    }
}
