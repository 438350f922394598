//! What tokens say: the claims of the default template.

use super::{About, Held};
use crate::id::TokenId;
use crate::membership::Scope;
use serde::Serialize;

/// How far `nbf` lies back: a verifier whose clock is a little slow still takes a fresh token.
const NOT_BEFORE_SLACK_S: i64 = 5;

/// The claims of the default template. One id stands under three names, for the verifiers that there are.
#[derive(Debug, Serialize)]
pub(super) struct Claims<'a> {
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
    /// When the last of what is in `amr` was proved (OpenID Connect Core, section 2).
    auth_time: i64,
    /// By what (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<&'a str>,
    /// Who acts in place of the user (RFC 8693, section 4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor<'a>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    stands: Option<Stands<'a>>,
}

#[derive(Debug, Serialize)]
struct Actor<'a> {
    sub: &'a str,
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

/// The times of a token, in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    /// When it is minted.
    pub iat: i64,
    /// When it expires.
    pub exp: i64,
}

impl Times {
    /// Those of a token that is minted at `now` and may live until `ends_at`, in Unix milliseconds: it never lives longer.
    pub(super) fn of(now: i64, ends_at: i64) -> Self {
        Self { iat: now.div_euclid(1000), exp: ends_at.div_euclid(1000) }
    }
}

impl<'a> Claims<'a> {
    /// What is said about a sign-in by this issuer. `azp` is the origin that asks.
    pub(super) fn of(
        about: &About<'a>,
        issuer: &'a str,
        times: Times,
        jti: &'a TokenId,
        azp: Option<&'a str>,
    ) -> Self {
        let About { loaded, sign_in, proof, .. } = *about;
        let session = loaded.id.as_str();
        Self {
            iss: issuer,
            sub: sign_in.user.id.as_str(),
            sid: session,
            sess: session,
            session_id: session,
            signin_id: sign_in.id.as_str(),
            rev: loaded.revision,
            iat: times.iat,
            nbf: times.iat - NOT_BEFORE_SLACK_S,
            exp: times.exp,
            jti: jti.as_str(),
            auth_time: proof.proved_at.div_euclid(1000),
            amr: proof.methods.split_ascii_whitespace().collect(),
            azp,
            act: sign_in.bounds.act.as_ref().map(|act| Actor { sub: &act.sub }),
            stands: Stands::of(about.scope, about.held),
        }
    }
}

impl<'a> Stands<'a> {
    fn of(scope: Option<&'a Scope>, held: Option<&'a Held>) -> Option<Self> {
        let (scope, held) = (scope?, held?);
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
