//! Tokens: short signed statements about the active sign-in, verified offline with the public keys.

pub mod http;
pub mod store;

use crate::app::Site;
use crate::error::{Error, Result};
use crate::id::{KeyId, TokenId};
use crate::session::{LiveSignIn, Loaded};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use keyrack_protocol::{Jwk, Token};
use serde::Serialize;

/// How far `nbf` lies back: a verifier whose clock is a little slow still takes a fresh token.
const NOT_BEFORE_SLACK_S: i64 = 5;

/// Signs the tokens of one deployment.
pub struct Signer {
    /// The signing key's id.
    pub kid: KeyId,
    /// Its public half, as it is published.
    pub jwk: Jwk,
    key: EncodingKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Signer({})", self.kid)
    }
}

/// The claims of the default template. One id stands under three names, for the verifiers that there are.
#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    sid: &'a str,
    sess: &'a str,
    session_id: &'a str,
    signin_id: &'a str,
    rev: i64,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<&'a str>,
}

impl Signer {
    /// Mints a token for `sign_in`, which must be live and may act; it never outlives the sign-in.
    ///
    /// # Errors
    /// Only if signing fails.
    pub fn mint(
        &self,
        site: &Site,
        (loaded, sign_in): (&Loaded, &LiveSignIn),
        (id, azp): (&TokenId, Option<&str>),
        now: i64,
    ) -> Result<Token> {
        let ends_at = (now + site.config.lifetimes.token_ms).min(sign_in.expires_at);
        let (iat, exp) = (now.div_euclid(1000), ends_at.div_euclid(1000));
        let session = loaded.id.as_str();
        let claims = Claims {
            iss: &site.issuer,
            sub: sign_in.user.id.as_str(),
            sid: session,
            sess: session,
            session_id: session,
            signin_id: sign_in.id.as_str(),
            rev: loaded.revision,
            iat,
            nbf: iat - NOT_BEFORE_SLACK_S,
            exp,
            jti: id.as_str(),
            azp,
        };
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.to_string());
        let token =
            encode(&header, &claims, &self.key).map_err(|cause| Error::internal("sign a token", cause))?;
        Ok(Token {
            token,
            expires: exp * 1000,
            lifetime_ms: (exp * 1000 - now).max(0),
            signin_id: sign_in.id.to_string(),
            revision: loaded.revision,
        })
    }
}
