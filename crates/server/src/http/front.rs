//! The first look at a request: which deployment its host means, and whether its origin may.

use super::answer::Refusal;
use super::{Head, dress, native, origin};
use crate::api_key::calls;
use crate::app::{App, Shared, Site};
use crate::audit::{self, Actor, By, Event, Known};
use crate::caller::{Backend, Refused, address};
use crate::error::Error;
use crate::http::carriage::Carriage;
use crate::trace;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use keyrack_protocol::Code;
use std::net::IpAddr;
use std::sync::Arc;

/// Marks an answer that is the same for everybody, such as the public keys: any origin may read it.
#[derive(Clone, Copy, Debug)]
pub struct Public;

/// What answers differ by.
const VARIES: &str = "cookie, origin, x-development-session, x-keyrack-session";

/// Where backends call.
pub const BACKENDS: &str = "/admin/v1";

/// What servers ask that have no credential of a browser: nobody can ride on one there.
const OF_SERVERS: &str = "/handshake/exchange";

/// The one change that maintenance does not hold up.
pub const NEVER_WAITS: &str = "/session/sign-out";

/// Puts it around a router.
pub fn around(router: Router, app: &Shared) -> Router {
    router.layer(from_fn_with_state(Arc::clone(app), front))
}

async fn front(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(site) = app.hosts.site_of(&Head::of_parts(&parts)).cloned() else {
        return Error::from(Code::UnknownHost).into_response();
    };
    // The development endpoints and the demo's own API are no part of the wire: they have rules of their own.
    if is_local(&app, parts.uri.path()) {
        parts.extensions.insert(site);
        return next.run(Request::from_parts(parts, body)).await;
    }
    if is_of_backends(parts.uri.path()) {
        return backend(&app, &site, (parts, body), next).await;
    }
    let allowed = allowed_origin(&site, &parts.headers).cloned();
    let (known, from) = (Known::default(), address(&app, &parts));
    let mut response = match refuse(&site, &parts) {
        Some(response) => response,
        None => {
            parts.extensions.insert(Arc::clone(&site));
            parts.extensions.insert(known.clone());
            next.run(Request::from_parts(parts, body)).await
        }
    };
    note_refusal((&app, &site), (&known, from), Refusal::of(&response)).await;
    let public = response.extensions().get::<Public>().is_some();
    mark(&site, allowed, public, response.headers_mut());
    trace::note_deployment(&mut response, &site.config.id);
    response
}

/// Records that an answer refuses what nobody asks for by a slip of the fingers.
pub async fn note_refusal(
    (app, site): (&Shared, &Arc<Site>),
    (known, from): (&Known, IpAddr),
    refused: Option<Code>,
) {
    if let Some(code) = refused {
        let by = By::client(Actor::User, &from.to_string(), app.world.clock.now_ms());
        audit::note_refusal(app, site, (by, known), code).await;
    }
}

/// The origin that a request says it comes from, if its pages may read the answer.
#[must_use]
pub fn allowed_origin<'a>(site: &Site, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    origin.to_str().is_ok_and(|from| origin::is_allowed(site, from)).then_some(origin)
}

/// Whether a path is one of those that backends call.
fn is_of_backends(path: &str) -> bool {
    path.strip_prefix(BACKENDS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a backend. Whoever has no key learns nothing of what there is, pages of other origins read nothing, and nothing
/// waits for the end of maintenance: whoever runs the application is at work.
async fn backend(app: &Shared, site: &Arc<Site>, (mut parts, body): (Parts, Body), next: Next) -> Response {
    let (mut response, by) = match Backend::of(app, site, &parts).await {
        Ok(backend) => {
            let (key, by) = (backend.key.clone(), backend.by());
            parts.extensions.insert(backend);
            parts.extensions.insert(Arc::clone(site));
            let request = Request::from_parts(parts, body);
            (calls::around((app, site), &key, request, next).await, by)
        }
        Err(refused) => {
            let Refused { error, by, reason } = *refused;
            if error.code() == Code::InvalidApiKey {
                audit::note_about(app, site, by.clone(), Event::ApiKeyRefused, reason).await;
            }
            (error.into_response(), by)
        }
    };
    if let Some(code) = Refusal::of(&response)
        && let Some(event) = refused_to_backends(code)
    {
        audit::note_about(app, site, by, event, code.as_str()).await;
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization"));
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if site.config.origin.https {
        dress::secure_transport(response.headers_mut());
    }
    trace::note_deployment(&mut response, &site.config.id);
    response
}

/// What is recorded when a backend that has a key is refused what it may not do.
fn refused_to_backends(code: Code) -> Option<Event> {
    match code {
        Code::ApiKeyScope => Some(Event::ApiKeyRefused),
        Code::ImpersonationDisabled | Code::ImpersonationForbidden => Some(Event::ImpersonationRefused),
        _ => None,
    }
}

fn is_local(app: &App, path: &str) -> bool {
    app.config.dev && (path.starts_with("/dev/") || path.starts_with("/api/"))
}

/// Answers preflights, and refuses changes that no allowed origin asked for, or that must wait.
fn refuse(site: &Site, request: &Parts) -> Option<Response> {
    if request.method == Method::OPTIONS {
        return Some(preflight());
    }
    if native::is_a_page(site, &request.headers) {
        return Some(Error::from(Code::OriginNotAllowed).into_response());
    }
    if request.method == Method::GET || request.method == Method::HEAD {
        return None;
    }
    if request.uri.path() == OF_SERVERS {
        let of_a_page = native::is_of_a_page(&request.headers);
        return of_a_page.then(|| Error::from(Code::OriginNotAllowed).into_response());
    }
    if site.carriage != Carriage::Staging && !native::may_mutate(site, &request.headers) {
        return Some(Error::from(Code::OriginNotAllowed).into_response());
    }
    // Whoever wants to leave is never kept.
    let waits = site.config.maintenance_mode && request.uri.path() != NEVER_WAITS;
    waits.then(|| Error::maintenance().into_response())
}

fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PATCH, PUT, DELETE"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("accept, content-type, x-development-session"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// Lets an allowed origin read the answer, and tells caches that it differs by credential and origin.
pub fn mark(site: &Site, allowed: Option<HeaderValue>, public: bool, headers: &mut HeaderMap) {
    if public {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else {
        headers.append(header::VARY, HeaderValue::from_static(VARIES));
        if let Some(origin) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static("x-development-session, x-request-id, retry-after"),
            );
        }
    }
    if site.config.origin.https {
        dress::secure_transport(headers);
    }
}
