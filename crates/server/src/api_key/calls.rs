//! `Idempotency-Key`: what a backend asks again has no second effect, and gets the same answer, for 24 hours.
//!
//! Whoever comes first takes the place in a transaction of its own, does what was asked, to its end also when the client
//! hangs up, and keeps the answer, sealed: it may hold a secret. A refusal is an answer like any other; what only could
//! not be answered just now (5xx, 429) is forgotten, so that asking again tries again. The place of a process that died is
//! given to the next who asks a minute later.

use super::ApiKey;
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::body_of;
use crate::params;
use crate::vault::Purpose;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, header};
use keyrack_protocol::Code;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tracing::Instrument;

/// The header in which a backend says it.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long an answer is kept.
pub const KEPT_MS: i64 = 24 * 3_600_000;
/// After this long whoever took the place is dead, or its answer lost.
const LEASE_MS: i64 = 60_000;
/// The longest key, in characters.
const LONGEST: usize = 255;
/// The largest answer that is kept.
const ANSWER: usize = 1 << 20;

/// What asking with a key means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Claim {
    /// Nobody asked before: the place, by when it was taken.
    Mine(i64),
    /// It was answered so, sealed.
    Answered(String),
    /// Somebody is at it.
    UnderWay,
    /// It was something else.
    Another,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: String,
}

/// A place, as it is found in the database.
#[derive(Clone, Debug)]
struct Spot {
    id: String,
    asked: String,
}

/// Answers a call of the owner of `key`, once, if it says that it is to be done once.
pub async fn around(
    (app, site): (&Arc<App>, &Arc<Site>),
    key: &ApiKey,
    request: Request,
    next: Next,
) -> Response {
    let said = match said(&request) {
        Ok(None) => return next.run(request).await,
        Ok(Some(said)) => said,
        Err(error) => return error.into_response(),
    };
    match once((app, site), (key, &said), request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// The one key that a request says, if it changes something.
fn said(request: &Request) -> Result<Option<String>> {
    let mut all = request.headers().get_all(KEY).iter();
    let Some(first) = all.next().filter(|_| !request.method().is_safe()) else { return Ok(None) };
    let is_key =
        |text: &&str| (1..=LONGEST).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic());
    let text = first.to_str().ok().filter(is_key);
    text.filter(|_| all.next().is_none()).map(|text| Some(text.to_owned())).ok_or_else(|| {
        let text = format!("Idempotency-Key must stand once, with 1 to {LONGEST} visible characters.");
        Error::refused(Code::InvalidParameter, text)
    })
}

async fn once(
    (app, site): (&Arc<App>, &Arc<Site>),
    (key, said): (&ApiKey, &str),
    request: Request,
    next: Next,
) -> Result<Response> {
    let (parts, body) = body_of(request).await?;
    let spot = Spot {
        id: app.vault.hash(Purpose::ApiKey, &format!("call/{}", key.id), said.as_bytes()),
        asked: app.vault.hash(Purpose::ApiKey, "asked", &asked(&parts, &body)),
    };
    let (taken, deployment, now) = (spot.clone(), site.config.id.clone(), app.world.clock.now_ms());
    let claim = app.db.write(move |tx| claim(tx, &deployment, &taken, now)).await?;
    match claim {
        Claim::Answered(sealed) => again(app, &spot, &sealed),
        Claim::Another => Err(Code::IdempotencyKeyReused.into()),
        Claim::UnderWay => Err(Error::under_way()),
        Claim::Mine(since) => {
            let request = Request::from_parts(parts, Body::from(body));
            let app = Arc::clone(app);
            // To its end, whether or not anybody waits for it.
            let done = async move { keep(&app, &spot, since, next.run(request).await).await };
            tokio::spawn(done.in_current_span())
                .await
                .map_err(|cause| Error::internal("answer a call once", cause))
        }
    }
}

/// Everything that makes a call another one.
fn asked(parts: &Parts, body: &Bytes) -> Vec<u8> {
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let kind = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    [parts.method.as_str().as_bytes(), path.as_bytes(), kind, body].join(&b'\n')
}

fn claim(tx: &mut Tx<'_>, deployment: &str, spot: &Spot, now: i64) -> Result<Claim> {
    let taken = tx.execute(
        "insert into api_calls (id, deployment_id, asked, answer, created_at) values ($1, $2, $3, '', $4)
         on conflict (id) do nothing",
        params![&spot.id, deployment, &spot.asked, now],
    )?;
    if taken == 1 {
        return Ok(Claim::Mine(now));
    }
    // Takes the row's lock: of two who find a place that is over one gets it.
    let row = tx.query_one(
        "update api_calls set created_at = created_at where id = $1 returning asked, answer, created_at",
        params![&spot.id],
    )?;
    let Some(row) = row else { return Ok(Claim::UnderWay) };
    let mut cells = row.cells();
    let (asked, answer, since) = (cells.text()?, cells.text()?, cells.int()?);
    let patience = if answer.is_empty() { LEASE_MS } else { KEPT_MS };
    // What a clock wrote that was ahead is over as well.
    let is_over = !(since - LEASE_MS..since + patience).contains(&now);
    match (is_over, asked == spot.asked, answer.is_empty()) {
        (true, _, false) | (true, true, true) => {
            tx.execute(
                "update api_calls set asked = $2, answer = '', created_at = $3 where id = $1",
                params![&spot.id, &spot.asked, now],
            )?;
            Ok(Claim::Mine(now))
        }
        (_, false, _) => Ok(Claim::Another),
        (false, true, false) => Ok(Claim::Answered(answer)),
        (false, true, true) => Ok(Claim::UnderWay),
    }
}

fn again(app: &App, spot: &Spot, sealed: &str) -> Result<Response> {
    let unreadable = |cause: &str| Error::internal("read what was answered before", cause);
    let plain = app.vault.open(&owner(spot), sealed)?;
    let kept: Kept = serde_json::from_slice(&plain).map_err(|_| unreadable("it is no answer"))?;
    let status = StatusCode::from_u16(kept.status).map_err(|_| unreadable("its status"))?;
    let mut response = answer::json(status, Bytes::from(kept.body));
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// What an answer is sealed for: it opens nowhere else.
fn owner(spot: &Spot) -> String {
    format!("api call/{}", spot.id)
}

/// Keeps an answer that stays right, and makes room where there is none to keep.
async fn keep(app: &Arc<App>, spot: &Spot, since: i64, response: Response) -> Response {
    let (head, body) = response.into_parts();
    let body = match axum::body::to_bytes(body, ANSWER).await {
        Ok(body) => body,
        Err(cause) => return Error::internal("read an answer", cause).into_response(),
    };
    let is_final = !head.status.is_server_error() && head.status != StatusCode::TOO_MANY_REQUESTS;
    let sealed = is_final.then(|| sealed(app, spot, head.status, &body)).transpose();
    let noted = match sealed {
        Ok(sealed) => note(app, spot, since, sealed).await,
        Err(error) => Err(error),
    };
    if let Err(error) = noted {
        tracing::warn!(%error, "an answer was not kept: whoever asks again in a minute has it done again");
    }
    Response::from_parts(head, Body::from(body))
}

fn sealed(app: &App, spot: &Spot, status: StatusCode, body: &Bytes) -> Result<String> {
    let kept = Kept { status: status.as_u16(), body: String::from_utf8_lossy(body).into_owned() };
    let plain = serde_json::to_vec(&kept).map_err(|cause| Error::internal("keep an answer", cause))?;
    app.vault.seal(&app.world, &owner(spot), &plain)
}

async fn note(app: &Arc<App>, spot: &Spot, since: i64, sealed: Option<String>) -> Result<()> {
    let id = spot.id.clone();
    let noted = app.db.write(move |tx| {
        match &sealed {
            Some(sealed) => tx.execute(
                "update api_calls set answer = $3 where id = $1 and created_at = $2 and answer = ''",
                params![&id, since, sealed],
            )?,
            None => tx.execute(
                "delete from api_calls where id = $1 and created_at = $2 and answer = ''",
                params![&id, since],
            )?,
        };
        Ok(())
    });
    noted.await
}
