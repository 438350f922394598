//! `GET /handshake` and `POST /handshake/exchange`.

use super::exchange::Sent;
use super::loops::Trips;
use super::{back, exchange, page};
use crate::app::{Shared, Site};
use crate::caller::Browser;
use crate::config::Mode;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::pages::http::around;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use keyrack_protocol::{Code, HandshakeAnswer};
use std::sync::Arc;

const EXCHANGE: &[Field] = &[
    Field::required("code", "What came back as `keyrack_handshake`."),
    Field::required("code_verifier", "What the server kept for this browser.").length(43, 128),
    Field::required("origin", "The origin of the address that the browser was sent back to."),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Fetch who a visitor is. For the server that the browser was sent back to: a token of the default template, or \
                 that nobody is signed in. A code is good for a minute, and one of somebody who is signed in once.";
    let exchange_it = Operation::post::<HandshakeAnswer>("/handshake/exchange", "exchangeHandshake", about)
        .takes(EXCHANGE)
        .refuses(&[Code::RequiredField, Code::HandshakeCodeInvalid, Code::Unavailable]);
    Routes::default().add(exchange_it, exchange)
}

/// Where browsers are sent. As the pages it is no part of the API: no origin reads what it answers.
pub fn page(app: &Shared) -> Router {
    let router = Router::new().route("/handshake", get(begin));
    let router = router.method_not_allowed_fallback(answer::method_not_allowed);
    router.layer(from_fn_with_state(Arc::clone(app), around)).with_state(Arc::clone(app))
}

/// Whether a browser comes here by itself, and no page has it load this as something else. An older browser does not say.
fn is_navigation(headers: &HeaderMap) -> bool {
    let says = |name: &str, wanted: &str| headers.get(name).is_none_or(|value| value == wanted);
    says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document")
}

async fn begin(browser: Browser, headers: HeaderMap, fields: Fields) -> Result<Response> {
    let site = &browser.site;
    let refused = || Ok(page::refusal(site, &headers, Code::HandshakeRefused));
    let text = |name: &str| fields.text(name).map(Option::unwrap_or_default);
    let asked = back::asked(site, text("redirect_url")?, text("code_challenge")?, text("state")?);
    // In staging pages carry the credential, so that a navigation brings none: everybody would be signed out.
    if site.config.mode == Mode::Staging {
        let deployment = site.config.id.as_str();
        tracing::warn!(
            deployment,
            "a server that renders pages sent a browser to /handshake, where staging tells nobody who visits; use \
             mode = \"production\" (keyrack dev --mode production)"
        );
        return refused();
    }
    let asked = asked.filter(|_| !browser.is_program && is_navigation(&headers));
    let Some(asked) = asked else { return refused() };
    let acting = back::acting(&browser).await?;
    let who = acting.as_ref().map(|(_, sign_in)| sign_in.as_str());
    let trips = Trips::with_this(&headers, (&asked.back_to, who), browser.app.world.clock.now_ms());
    let mut response = match trips.are_a_loop() {
        true => page::refusal(site, &headers, Code::HandshakeLoop),
        false => {
            let code = back::code(&browser, acting, &asked).await?;
            let Some(location) = back::location(&asked, &code) else { return refused() };
            (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
        }
    };
    trips.keep(site, response.headers_mut());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn exchange(
    State(app): State<Shared>,
    Extension(site): Extension<Arc<Site>>,
    fields: Fields,
) -> Result<Response> {
    let text = |name: &str| fields.required(name).map(str::to_owned);
    let sent = Sent { code: text("code")?, verifier: text("code_verifier")?, origin: text("origin")? };
    Ok(answer::ok(exchange::exchange(&app, &site, sent).await?))
}
