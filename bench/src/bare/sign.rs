//! The floor that a mint is measured from: the same crate signs as many bytes.

use crate::{Failure, layered};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What does not change from token to token, as long as Keyrack's.
const CLAIMS: &str = "\"iss\":\"http://127.0.0.1:12345\",\"sub\":\"usr_01kdvdna00yxx2612hfke00sdv\",\
                      \"sid\":\"ses_01kdvdna00yxx2612hfke00sdv\",\"sess\":\"ses_01kdvdna00yxx2612hfke00sdv\",\
                      \"session_id\":\"ses_01kdvdna00yxx2612hfke00sdv\",\
                      \"signin_id\":\"sin_01kdvdna00yxx2612hfke00sdv\",\"rev\":17,\
                      \"jti\":\"tok_01kdvdna00yxx2612hfke00sdv\"";
const HEADER: &str = r#"{"typ":"JWT","alg":"ES256","kid":"key_01kdvdna00yxx2612hfke00sdv"}"#;

/// Answers `GET /session/token` with a fresh token.
pub fn router() -> Result<Router, Failure> {
    let key = Arc::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?);
    Ok(Router::new().route("/session/token", get(move || async move { answer(&key) })))
}

fn answer(key: &EcdsaKeyPair) -> Response {
    match token(key) {
        Ok(token) => {
            layered::json(Bytes::from(format!("{{\"status\":200,\"data\":{{\"token\":\"{token}\"}}}}")))
        }
        Err(cause) => (StatusCode::INTERNAL_SERVER_ERROR, cause.to_string()).into_response(),
    }
}

fn token(key: &EcdsaKeyPair) -> Result<String, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = format!("{{{CLAIMS},\"iat\":{now},\"nbf\":{},\"exp\":{}}}", now - 5, now + 60);
    let mut token = format!("{}.{}", BASE64.encode(HEADER), BASE64.encode(claims));
    let signature = key.sign(&SystemRandom::new(), token.as_bytes())?;
    token.push('.');
    BASE64.encode_string(signature, &mut token);
    Ok(token)
}
