//! What tokens say: the claims of the default template, and with them those that another one adds.

use super::{About, Asked, Held};
use crate::app::Site;
use crate::error::{Error, Result};
use crate::id::TokenId;
use crate::membership::Scope;
use keyrack_protocol::Code;
use serde::Serialize;
use serde_json::Value;

/// How far `nbf` lies back, in milliseconds: a verifier whose clock is a little slow still takes a fresh token.
const NOT_BEFORE_SLACK_MS: i64 = 5_000;
/// The largest claims of a token of a template, as JSON, in bytes: they travel in headers.
const LARGEST: usize = 16 * 1024;

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
    /// From when on it is good: a little before that.
    pub nbf: i64,
    /// When it expires.
    pub exp: i64,
}

impl Times {
    /// Those of a token: it lives as long as its template says, and never longer than its sign-in.
    pub(super) fn of(site: &Site, about: &About<'_>, asked: &Asked<'_>) -> Self {
        let (life_ms, slack_ms) = match asked.template {
            None => (site.config.lifetimes.token_ms, NOT_BEFORE_SLACK_MS),
            Some((template, _)) => (template.lifetime_ms, template.clock_skew_ms),
        };
        let (iat, ends_at) =
            (asked.now.div_euclid(1000), (asked.now + life_ms).min(about.sign_in.expires_at));
        Self { iat, nbf: iat - slack_ms.div_euclid(1000), exp: ends_at.div_euclid(1000) }
    }
}

/// What a token says, as JSON.
///
/// # Errors
/// [`Code::TokenTooLarge`].
pub(super) fn written(
    site: &Site,
    about: &About<'_>,
    asked: &Asked<'_>,
    (times, jti): (Times, &TokenId),
) -> Result<Vec<u8>> {
    let failed = |cause| Error::internal("write a token", cause);
    let own = Claims::of(about, &site.issuer, times, jti, asked.azp);
    let Some((template, facts)) = asked.template else { return serde_json::to_vec(&own).map_err(failed) };
    let Value::Object(mut all) = serde_json::to_value(&own).map_err(failed)? else { return Ok(Vec::new()) };
    let values = if template.claims.has_places() { facts.values(site, about) } else { Value::Null };
    for (name, value) in template.claims.fill(&values) {
        // What is Keyrack's own was refused at start: it stands whatever got here.
        all.entry(name).or_insert(value);
    }
    match template.audience.as_slice() {
        [] => {}
        [one] => drop(all.insert("aud".to_owned(), Value::from(one.as_str()))),
        several => drop(all.insert("aud".to_owned(), Value::from(several))),
    }
    let text = serde_json::to_vec(&all).map_err(failed)?;
    if text.len() > LARGEST { Err(Code::TokenTooLarge.into()) } else { Ok(text) }
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
            nbf: times.nbf,
            exp: times.exp,
            jti: jti.as_str(),
            auth_time: proof.proved_at.div_euclid(1000),
            amr: proof.methods.split_ascii_whitespace().collect(),
            azp,
            act: about.act.map(|sub| Actor { sub }),
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
