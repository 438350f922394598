//! What the socket's answers say that no other answer does: why something failed. Whoever may open it reads the log too.

use crate::http::answer::Cause;
use crate::http::layers::BODY_LIMIT;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::header;
use serde_json::Value;

/// Adds `error.cause` to an answer that has one. The pattern of its path goes to the log in place of the path, in which
/// people are named.
pub(super) async fn why(request: Request, next: Next) -> Response {
    let pattern = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(pattern) = pattern {
        response.extensions_mut().insert(pattern);
    }
    match response.extensions().get::<Cause>().cloned() {
        Some(Cause(cause)) => with_cause(response, cause).await,
        None => response,
    }
}

async fn with_cause(response: Response, cause: String) -> Response {
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let mut json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(error) = json.get_mut("error").and_then(Value::as_object_mut) else {
        return Response::from_parts(head, Body::from(body));
    };
    error.insert("cause".to_owned(), cause.into());
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(json.to_string()))
}
