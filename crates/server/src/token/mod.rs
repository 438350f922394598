//! Tokens: short signed statements about the active sign-in, verified offline with the public keys.

pub mod http;
pub mod store;

use crate::app::Site;
use crate::error::{Error, Result};
use crate::id::{KeyId, TokenId};
use crate::membership::{Permissions, Scope};
use crate::session::{LiveSignIn, Loaded};
use crate::world::World;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
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
    key: EcdsaKeyPair,
    /// The header of every token, encoded.
    header: String,
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
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    stands: Option<Stands<'a>>,
}

/// The claims of a sign-in that stands in an organization. Permissions stand in two forms, for the verifiers that there
/// are.
#[derive(Debug, Serialize)]
struct Stands<'a> {
    organization: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a str>,
    permissions: ByPlace<'a>,
    organization_permissions: &'a [String],
    workspace_permissions: &'a [String],
}

#[derive(Debug, Serialize)]
struct ByPlace<'a> {
    organization: &'a [String],
    workspace: &'a [String],
}

/// What a token is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The session.
    pub loaded: &'a Loaded,
    /// The sign-in that acts.
    pub sign_in: &'a LiveSignIn,
    /// Where it acts.
    pub scope: Option<&'a Scope>,
    /// What it may there; none where it stands nowhere.
    pub held: Option<&'a Held>,
}

/// What a sign-in may do where it stands, as it was read for the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// In the organization.
    pub organization: Permissions,
    /// In the workspace.
    pub workspace: Permissions,
}

impl<'a> Stands<'a> {
    fn of(about: &About<'a>) -> Option<Self> {
        let (scope, held) = (about.scope?, about.held?);
        let (organization, workspace) = (held.organization.as_slice(), held.workspace.as_slice());
        Some(Self {
            organization: &scope.organization.place,
            workspace: scope.workspace.as_ref().map(|workspace| workspace.place.as_str()),
            permissions: ByPlace { organization, workspace },
            organization_permissions: organization,
            workspace_permissions: workspace,
        })
    }
}

/// Mints a token about a sign-in, which must be live and may act; it never outlives the sign-in. `azp` is the origin
/// that asks, where it is an allowed one.
///
/// # Errors
/// Only if signing fails.
pub fn mint(world: &World, site: &Site, about: About<'_>, azp: Option<&str>, now: i64) -> Result<Token> {
    let About { loaded, sign_in, .. } = about;
    let ends_at = (now + site.config.lifetimes.token_ms).min(sign_in.expires_at);
    let (iat, exp) = (now.div_euclid(1000), ends_at.div_euclid(1000));
    let (session, id) = (loaded.id.as_str(), TokenId::draw(world));
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
        stands: Stands::of(&about),
    };
    Ok(Token {
        token: site.signer.sign(world, &claims)?,
        expires: exp * 1000,
        lifetime_ms: (exp * 1000 - now).max(0),
        signin_id: sign_in.id.to_string(),
        revision: loaded.revision,
    })
}

impl Signer {
    /// Signs with the key that `pkcs8` (both halves) spells.
    ///
    /// # Errors
    /// When it is no key of P-256.
    pub fn new(kid: KeyId, jwk: Jwk, pkcs8: &[u8]) -> Result<Self> {
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|cause| Error::internal("read the signing key", cause))?;
        // An id is letters, digits and `_`: JSON takes it as it is.
        let header = BASE64.encode(format!(r#"{{"typ":"JWT","alg":"ES256","kid":"{kid}"}}"#));
        Ok(Self { kid, jwk, key, header })
    }

    /// The claims as a compact JWS (RFC 7515), signed with ES256.
    fn sign(&self, world: &World, claims: &Claims<'_>) -> Result<String> {
        let claims = serde_json::to_vec(claims).map_err(|cause| Error::internal("write a token", cause))?;
        let mut token = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 96);
        token.push_str(&self.header);
        token.push('.');
        BASE64.encode_string(claims, &mut token);
        let signature = world.random.sign(&self.key, token.as_bytes())?;
        token.push('.');
        BASE64.encode_string(signature, &mut token);
        Ok(token)
    }
}
