//! `GET /session/events`.

use super::body::Events;
use crate::caller::Browser;
use crate::error::{Error, Result};
use crate::http::connection::Lasting;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::origin;
use crate::http::routes::Routes;
use crate::session::read::{self, Reading};
use crate::time::http_date;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use keyrack_protocol::{Code, SessionEvent};

const FOLLOW: &[Field] = &[Field::optional(
    "last_event_id",
    "The `id` of the last event that the client has, as the header `Last-Event-ID`.",
)
.pattern("^[0-9]{1,18}$")];

/// Seconds after which a client that found no place may come back.
const CROWDED_S: u64 = 5;

/// The route of this feature.
pub fn routes() -> Routes {
    let about = "Changes of the session, as they happen. An event `session` says that the session now has this \
                 revision, whose `id` it is; the first one says which it has at the moment. An event `end` says \
                 that it has ended: it is the last one. Without a live session it answers 204. It is no activity. \
                 A session has at most 8 streams: of nine the one is closed whose credential opens least, of equals the \
                 oldest.";
    let follow_it = Operation::get::<SessionEvent>("/session/events", "getSessionEvents", about)
        .takes(FOLLOW)
        .of_browser()
        .events();
    Routes::default().add(follow_it, follow)
}

async fn follow(browser: Browser, headers: HeaderMap, fields: Fields) -> Result<Response> {
    if origin::is_foreign(&browser.site, &headers) {
        return Err(Code::OriginNotAllowed.into());
    }
    let named = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?"));
    for id in [named, fields.text("last_event_id")?].into_iter().flatten() {
        check(id)?;
    }
    let Some(rack) = &browser.rack else { return Ok(nothing()) };
    let app = &browser.app;
    // Registered before the session is read: what changes in between is told afterwards.
    let follower = app.hub.follow(rack.session());
    let Reading::Live(cached, opened) =
        read::read(app, &browser.site, Some(rack), Some(browser.address)).await?
    else {
        return Ok(nothing());
    };
    app.world.failpoints.pass("session.events.begin").await;
    if app.hub.is_closed() {
        return Err(Error::crowded(1));
    }
    let is_signed_in = cached.loaded.active_for(opened).is_some();
    let place = app.room.stream_place(is_signed_in).ok_or_else(|| Error::crowded(CROWDED_S))?;
    follower.begin(cached.loaded.revision, opened.count());
    let mut response = stream(Events::new(follower, place));
    if let Ok(date) = HeaderValue::from_str(&http_date(app.world.clock.now_ms())) {
        response.headers_mut().insert(header::DATE, date);
    }
    Ok(response)
}

/// An id that a client was sent, or could have been. Where the session stands is told in any case: the same number
/// may have been another session's.
fn check(id: &str) -> Result<()> {
    if (1..=18).contains(&id.len()) && id.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(());
    }
    let say = "last_event_id must be a whole number of at most 18 digits.";
    Err(Error::refused(Code::BadRequestBody, say))
}

/// There is nothing to follow: an `EventSource` does not come back.
fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn stream<P: Send + Unpin + 'static>(events: Events<P>) -> Response {
    let mut response = Response::new(Body::new(events));
    response.extensions_mut().insert(Lasting);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // A proxy that packs or collects would keep events to itself.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
