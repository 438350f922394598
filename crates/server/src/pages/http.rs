//! The pages' addresses. They are no part of the API: no origin but their own reads them.

use super::html::Head;
use super::{address, assets, html, policy, texts, theme};
use crate::app::{Shared, Site};
use crate::audit::Known;
use crate::caller::address as address_of;
use crate::config::{Deployment, Origin};
use crate::deployment::view::view;
use crate::error::{Error, Result};
use crate::http::Head as RequestHead;
use crate::http::answer::{self, Refusal};
use crate::http::dress::secure_transport;
use crate::http::front;
use crate::http::origin::is_loopback;
use crate::language;
use aws_lc_rs::digest;
use axum::extract::{Path, Query, RawQuery, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use keyrack_protocol::Code;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;
use url::form_urlencoded;

/// Said when the binary was built before the pages were.
const NOT_BUILT: &str =
    "The pages are not in this binary: build them with `npm run build` first, or use `cargo xtask run`.\n";

/// The names of the pages, which are their paths.
pub const PAGES: [&str; 9] = [
    "sign-in",
    "sign-up",
    "accounts",
    "invite",
    "magic-link",
    "forgot-password",
    "waitlist",
    "account",
    "device",
];

/// The pages, and below `/_keyrack/` what they link to. `/` leads to the accounts, unless it is the demo's.
pub fn routes(app: &Shared) -> Router {
    let mut router = Router::new();
    for page in PAGES {
        let show = move |Extension(site): Extension<Arc<Site>>,
                         headers: HeaderMap,
                         RawQuery(query): RawQuery| async move {
            shown(page, &site, &headers, query.as_deref().unwrap_or_default())
        };
        router = router.route(&format!("/{page}"), get(show).post(again));
    }
    if !app.config.dev {
        router = router.route("/", get(home));
    }
    router
        .route("/_keyrack/theme.css", get(theme_css))
        .route("/_keyrack/{*path}", get(file))
        .method_not_allowed_fallback(answer::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(app), around))
}

/// Finds the deployment, and dresses the answer as nothing but a page of its own host may use it.
pub async fn around(State(app): State<Shared>, request: Request, next: Next) -> Response {
    const FIXED: [(HeaderName, &str); 2] = [
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    let (mut parts, body) = request.into_parts();
    let Some(site) = app.hosts.site_of(&RequestHead::of_parts(&parts)).cloned() else {
        return Error::from(Code::UnknownHost).into_response();
    };
    parts.extensions.insert(Arc::clone(&site));
    let (known, from) = (Known::default(), address_of(&app, &parts));
    parts.extensions.insert(known.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    front::note_refusal((&app, &site), (&known, from), Refusal::of(&response)).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if site.config.origin.https {
        secure_transport(headers);
    }
    response
}

/// A page in the language and with the return address of this request.
fn shown(page: &str, site: &Site, headers: &HeaderMap, query: &str) -> Response {
    let Some(frame) = assets::frame() else { return (StatusCode::NOT_FOUND, NOT_BUILT).into_response() };
    let asked = |name: &str| first(query, name);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let languages = texts::languages(&site.config);
    let wanted = asked("lang").or_else(|| asked("ui_locales"));
    let preferred = text(header::ACCEPT_LANGUAGE);
    let language = language::chosen(&languages, wanted.as_deref(), Some(preferred));
    let asked_for = asked("redirect_uri");
    let return_to = asked_for.as_deref().and_then(|to| address::checked(&site.config, to));
    let return_refused = asked_for.is_some() && return_to.is_none();
    let host = text(header::HOST);
    let mut deployment = view(site);
    deployment.publishable_key = key_for(site, host);
    let head = Head {
        page,
        deployment: serde_json::to_value(deployment).unwrap_or_default(),
        language,
        messages: texts::on_page(page, texts::of(&site.config, language)),
        return_to,
        return_refused,
        theme_version: version(&theme::css(&site.config.ui.theme)),
        preloads: if return_refused { Vec::new() } else { assets::preloads(page) },
    };
    let status = if return_refused { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let policy = policy::content_security(&site.config, host);
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned());
    let headers = [
        kind,
        (header::CONTENT_LANGUAGE, language.to_owned()),
        (header::VARY, "accept-language".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    let mut response = (status, headers, html::render(&frame, head)).into_response();
    if return_refused {
        response.extensions_mut().insert(Refusal(Code::RedirectNotAllowed));
    }
    response
}

/// The first value of this name in a query; of a name that stands twice the first counts. The word
/// `undefined` is what scripts write where there is nothing.
fn first(query: &str, name: &str) -> Option<String> {
    let (_, value) = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name)?;
    (!value.is_empty() && value != "undefined").then(|| value.into_owned())
}

/// Under dev this machine has several names. Whoever uses another one than the printed one stays with it: a
/// session belongs to one of them.
fn key_for(site: &Site, host: &str) -> String {
    let own = site.config.origin.host_and_port();
    let split =
        |host: &str| host.rsplit_once(':').map(|(name, port)| (name.to_ascii_lowercase(), port.to_owned()));
    let (Some((name, port)), Some((_, own_port))) = (split(host), split(&own)) else {
        return site.config.publishable_key();
    };
    if !site.config.any_loopback || port != own_port || !is_loopback(&name) {
        return site.config.publishable_key();
    }
    let origin = Origin { host: name, ..site.config.origin.clone() };
    Deployment { origin, ..site.config.clone() }.publishable_key()
}

/// A form that a browser sent by itself, because no script was there to do it: what it holds is not read.
async fn again(uri: Uri) -> Response {
    // Relative, as every link of the pages: a proxy may have taken a path off.
    let page = uri.path().trim_start_matches('/');
    let to = uri.query().map_or_else(|| page.to_owned(), |query| format!("{page}?{query}"));
    redirect(&to)
}

async fn home(Extension(site): Extension<Arc<Site>>, RawQuery(query): RawQuery) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    redirect(&format!("{}/accounts{query}", site.config.path))
}

fn redirect(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

async fn theme_css(
    Extension(site): Extension<Arc<Site>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let css = theme::css(&site.config.ui.theme);
    let is_named = query.get("v").is_some_and(|named| *named == version(&css));
    let cached = if is_named { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, cached)];
    (headers, css).into_response()
}

/// A name for this content.
fn version(content: &str) -> String {
    let hash = digest::digest(&digest::SHA256, content.as_bytes());
    hash.as_ref().iter().take(8).fold(String::new(), |mut hex, byte| {
        // Writing to a string never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

async fn file(Path(path): Path<String>) -> Result<Response> {
    assets::file(&path).ok_or_else(|| Code::NotFound.into())
}
