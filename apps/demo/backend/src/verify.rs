use crate::Backend;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;
use std::fmt;

/// How far this machine's clock may be from the issuer's, in milliseconds.
const LEEWAY_MS: i64 = 5_000;

/// What a token says, after it was verified.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    /// The user.
    pub sub: String,
    /// The session that the token was minted in.
    pub sid: String,
    /// The sign-in that it speaks for.
    pub signin_id: String,
    /// When it expires, in Unix seconds.
    pub exp: i64,
    /// From when on it is valid, in Unix seconds.
    pub nbf: i64,
}

/// Why a request is not let in. The texts are for whoever develops against it; none repeats the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no `Authorization: Bearer …`.
    NoToken,
    /// Not a token, not ES256, signed by nobody known, or without a claim that must be there.
    Invalid,
    /// Signed well, by another issuer.
    Issuer,
    /// No longer valid.
    Expired,
    /// Not yet valid.
    TooEarly,
    /// The public keys could not be fetched yet: the token may be good.
    NoKeys,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoToken => "send the token in the header Authorization: Bearer <token>",
            Self::Invalid => "the token is not valid",
            Self::Issuer => "the token is from another issuer",
            Self::Expired => "the token has expired; get a new one",
            Self::TooEarly => "the token is not valid yet; check the clocks",
            Self::NoKeys => "the issuer's public keys cannot be fetched; try again",
        })
    }
}

/// Verifies a token offline: signature, issuer and time.
///
/// # Errors
/// Whatever keeps the token from being believed.
pub async fn verify(backend: &Backend, token: &str) -> Result<Claims, Refusal> {
    let header = decode_header(token).map_err(|_| Refusal::Invalid)?;
    // The algorithm is this backend's choice, never the token's.
    if header.alg != Algorithm::ES256 {
        return Err(Refusal::Invalid);
    }
    // A header that must be understood and is not ends it (RFC 7515, section 4.1.11); the library leaves that
    // to its caller.
    if header.crit.is_some() {
        return Err(Refusal::Invalid);
    }
    let kid = header.kid.ok_or(Refusal::Invalid)?;
    let key = backend.keys.find(&kid).await?;
    let claims =
        decode::<Claims>(token, &key, &signature_and_issuer(&backend.issuer)).map_err(refusal)?.claims;
    in_time(&claims, (backend.now)())?;
    Ok(claims)
}

fn signature_and_issuer(issuer: &str) -> Validation {
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["exp", "nbf", "iss", "sub"]);
    // The library knows the machine's clock only; `in_time` compares with the given one.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules
}

fn in_time(claims: &Claims, now_ms: i64) -> Result<(), Refusal> {
    if now_ms >= claims.exp.saturating_mul(1000).saturating_add(LEEWAY_MS) {
        return Err(Refusal::Expired);
    }
    if now_ms < claims.nbf.saturating_mul(1000).saturating_sub(LEEWAY_MS) {
        return Err(Refusal::TooEarly);
    }
    Ok(())
}

fn refusal(error: jsonwebtoken::errors::Error) -> Refusal {
    match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidIssuer => Refusal::Issuer,
        _ => Refusal::Invalid,
    }
}
