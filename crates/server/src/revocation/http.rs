//! `GET /admin/v1/revocations`.

use super::{body, compare, window_ms};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::{Error, Result};
use crate::http::connection::Lasting;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::time::http_date;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use keyrack_protocol::RevocationEvent;

/// Seconds after which a backend that found no place may come back.
const CROWDED_S: u64 = 5;

/// The route of this feature.
pub fn routes() -> Routes {
    let about = "Follow revocations. Tells a backend, as it happens, which tokens to refuse before they expire: those of \
                 the sign-in `signin_id` whose `rev` is lower than `not_before_rev`. A stream begins with an event \
                 `snapshot`, which holds all that there is to know, or, if the header `Last-Event-ID` names an event that \
                 this server sent, with an event `revoked` of what came since; further ones follow as things happen. A \
                 comment every two seconds shows that the stream lives. It ends after some minutes, and when the key is \
                 revoked or expires: come back with `Last-Event-ID`.";
    let follow_it = Operation::get::<RevocationEvent>("/admin/v1/revocations", "followRevocations", about)
        .of_backend(Scope::RevocationsRead)
        .events();
    Routes::default().add(follow_it, follow)
}

async fn follow(backend: Backend, headers: HeaderMap) -> Result<Response> {
    backend.may(Scope::RevocationsRead)?;
    let Backend { app, site, .. } = &backend;
    let feed = app.feeds.get(&site.config.id).ok_or_else(|| Error::crowded(CROWDED_S))?;
    let place = app.room.stream_place(true).ok_or_else(|| Error::crowded(CROWDED_S))?;
    let mut follower = feed.follow(compare::whole(app, site)).await?;
    if follower.is_closed() {
        return Err(Error::crowded(1));
    }
    feed.forget(app.world.clock.now_ms().saturating_sub(window_ms(site)));
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let first = follower.begin(last);
    let mut response = Response::new(body::of(follower, &first, backend.clone(), place));
    response.extensions_mut().insert(Lasting);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // A proxy that packs or collects would keep events to itself.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    if let Ok(date) = HeaderValue::from_str(&http_date(app.world.clock.now_ms())) {
        headers.insert(header::DATE, date);
    }
    Ok(response)
}
