//! Answers: the envelope around data, and errors as people and programs read them.

use crate::error::Error;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use keyrack_protocol::{Code, Envelope, ErrorDetail, ErrorEntry};
use serde::Serialize;
use std::cell::RefCell;

/// Bytes of a draft that a thread keeps: more than any session takes.
const DRAFT_KEPT: usize = 64 * 1024;

/// What went wrong, on its way to the log; never sent.
#[derive(Clone, Debug)]
pub struct Cause(pub String);

/// Why a request was refused, for what stands around the router.
#[derive(Clone, Copy, Debug)]
pub struct Refusal(pub Code);

impl Refusal {
    /// Why an answer refuses, if it does.
    #[must_use]
    pub fn of(answer: &Response) -> Option<Code> {
        answer.extensions().get::<Self>().map(|Self(code)| *code)
    }
}

/// Data as it is, for backends.
pub fn bare<T: Serialize>(data: &T) -> Response {
    match written(data) {
        Ok(body) => json(StatusCode::OK, body),
        Err(cause) => Error::internal("write an answer", cause).into_response(),
    }
}

/// Data in the envelope.
pub fn ok<T: Serialize>(data: T) -> Response {
    match body(data) {
        Ok(body) => json(StatusCode::OK, body),
        Err(error) => error.into_response(),
    }
}

/// The bytes of data in the envelope.
///
/// # Errors
/// Only if the data cannot be JSON.
pub fn body<T: Serialize>(data: T) -> Result<Bytes, Error> {
    let envelope = Envelope {
        status: 200,
        message: "ok".to_owned(),
        data: Some(data),
        session: None,
        errors: None,
        error: None,
    };
    written(&envelope).map_err(|cause| Error::internal("write an answer", cause))
}

thread_local! {
    /// What an answer is written in before its length is known.
    static DRAFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// As JSON, in memory of just that length: a buffer that grows is copied time and again, and what is left over at its
/// end is held as long as the answer is remembered.
fn written(json: &impl Serialize) -> serde_json::Result<Bytes> {
    DRAFT.with_borrow_mut(|draft| {
        draft.clear();
        draft.shrink_to(DRAFT_KEPT);
        serde_json::to_writer(&mut *draft, json)?;
        Ok(Bytes::copy_from_slice(draft))
    })
}

/// A JSON answer.
pub fn json(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (code, message) = (self.code().as_str().to_owned(), self.message().to_owned());
        let status = self.code().status();
        let envelope: Envelope<()> = Envelope {
            status,
            message: message.clone(),
            data: None,
            session: None,
            errors: Some(vec![ErrorEntry {
                code: code.clone(),
                message: message.clone(),
                meta: self.meta().cloned(),
            }]),
            error: Some(ErrorDetail { code, message, status }),
        };
        let body = serde_json::to_vec(&envelope).unwrap_or_default();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = json(status, Bytes::from(body));
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Refusal(self.code()));
        if let Some(cause) = self.cause() {
            response.extensions_mut().insert(Cause(cause.to_owned()));
        }
        response
    }
}

/// For paths that nobody answers.
pub async fn not_found() -> Error {
    Code::NotFound.into()
}

/// For paths that take other methods.
pub async fn method_not_allowed() -> Error {
    Code::MethodNotAllowed.into()
}
