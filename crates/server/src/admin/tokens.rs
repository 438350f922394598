//! `/admin/signing-keys`, `/admin/token-templates` and what a token would say; the same for [`super::v1`].

use super::door::{Body, Operator};
use super::http::named;
use super::organizations;
use super::view::{self, Preview, SigningKeys, TokenTemplates};
use crate::app::Site;
use crate::audit::Event;
use crate::config::TokenTemplate;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::{SessionId, SignInId, UserId};
use crate::membership::{Permissions, Scope, Standing, role, roles_of, standing, unknown};
use crate::session::{Bounds, LiveSignIn, Loaded, Proof};
use crate::time::rfc3339;
use crate::token::facts::{self, Facts};
use crate::token::rotation::{self, SHORTEST_LEAD_MS, When};
use crate::token::{self, About, Algorithm, Asked, Held};
use crate::user::{self, User};
use axum::response::Response;
use keyrack_protocol::Code;
use serde::Deserialize;
use std::sync::Arc;

/// The longest that a key may be published before it signs: 90 days.
const LONGEST_LEAD_MS: i64 = 90 * 86_400_000;

/// Every key of a deployment at a moment.
#[must_use]
pub fn keys(site: &Site, now: i64) -> SigningKeys {
    let ring = site.keys.ring();
    let made = ring.all().iter().map(|key| {
        let state = ring.state(key, now);
        view::SigningKey {
            id: key.signer.kid().map(str::to_owned),
            algorithm: key.signer.algorithm.as_str().to_owned(),
            state: state.as_str().to_owned(),
            is_published: state.is_published(),
            template: None,
            created_at: Some(rfc3339(key.created_at)),
            signs_at: Some(rfc3339(key.signs_at)),
            withdrawn_at: key.withdrawn_at.map(rfc3339),
        }
    });
    let brought = site.config.token_templates.iter().flat_map(|template| {
        let signing = template.key.iter().map(|key| (key, "signing"));
        let all = signing.chain(template.also_published.iter().map(|key| (key, "previous")));
        all.map(|(key, state)| view::SigningKey {
            id: key.kid().map(str::to_owned),
            algorithm: key.algorithm.as_str().to_owned(),
            state: state.to_owned(),
            is_published: key.jwk.is_some(),
            template: Some(template.name.clone()),
            created_at: None,
            signs_at: None,
            withdrawn_at: None,
        })
    });
    SigningKeys { items: made.chain(brought).collect() }
}

/// Every kind of tokens of a deployment.
#[must_use]
pub fn templates(site: &Site) -> TokenTemplates {
    let default = view::TokenTemplate {
        name: "default".to_owned(),
        lifetime_ms: site.config.lifetimes.token_ms,
        clock_skew_ms: 5_000,
        algorithm: Algorithm::Es256.as_str().to_owned(),
        has_own_key: false,
        audience: Vec::new(),
        claims: serde_json::Map::new(),
    };
    let own = site.config.token_templates.iter().map(|template| view::TokenTemplate {
        name: template.name.clone(),
        lifetime_ms: template.lifetime_ms,
        clock_skew_ms: template.clock_skew_ms,
        algorithm: template.algorithm.as_str().to_owned(),
        has_own_key: template.key.is_some(),
        audience: template.audience.clone(),
        claims: template.claims.written(),
    });
    TokenTemplates { items: std::iter::once(default).chain(own).collect() }
}

/// Lists the keys.
///
/// # Errors
/// What the database says.
pub async fn list_keys(operator: Operator) -> Result<Response> {
    operator.says_only(&[])?;
    rotation::refresh(&operator.app, &operator.site).await?;
    Ok(answer::ok(keys(&operator.site, operator.app.world.clock.now_ms())))
}

/// Lists the templates.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub async fn list_templates(operator: Operator) -> Result<Response> {
    operator.says_only(&[])?;
    Ok(answer::ok(templates(&operator.site)))
}

/// How keys are to follow.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// Only the key of this algorithm.
    algorithm: Option<String>,
    /// How long the next key is published before it signs.
    lead_ms: Option<i64>,
    /// Whether others may have the present ones.
    #[serde(default)]
    now: bool,
}

/// `algorithm?`, `lead_ms?`, `now?`: the next key of each algorithm.
///
/// # Errors
/// [`Code::InvalidParameter`], [`Code::RotationUnderWay`].
pub async fn rotate(operator: Operator, Body(asked): Body<Rotate>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (app, site, by) = (&operator.app, &operator.site, operator.saying()?);
    let wrong = |text: String| Error::refused(Code::InvalidParameter, text);
    let all = rotation::algorithms(site);
    let algorithms = match asked.algorithm.as_deref() {
        None => all,
        Some(name) => {
            let known = all.iter().map(|algorithm| algorithm.as_str()).collect::<Vec<_>>().join(", ");
            let found = Algorithm::parse(name).filter(|algorithm| all.contains(algorithm));
            vec![found.ok_or_else(|| {
                wrong(format!("Keyrack makes no key for {name:?} here; it makes them for {known}."))
            })?]
        }
    };
    let when = match (asked.now, asked.lead_ms) {
        (true, None) => When::Now,
        (true, Some(_)) => return Err(wrong("Either at once or after a time.".to_owned())),
        (false, lead) => When::After(lead.unwrap_or(rotation::LEAD_MS)),
    };
    if let When::After(lead) = when
        && !(SHORTEST_LEAD_MS..=LONGEST_LEAD_MS).contains(&lead)
    {
        return Err(wrong(
            "The lead must be from ten minutes (lead_ms 600000: for as long keys may be kept) to 90 days."
                .to_owned(),
        ));
    }
    rotation::rotate(app, site, &algorithms, when, by).await?;
    operator.log(Event::SigningKeyMade, super::door::About::default());
    Ok(answer::ok(keys(site, app.world.clock.now_ms())))
}

/// Of whom a token is to be shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Of {
    template: String,
    user: String,
    organization: Option<String>,
    workspace: Option<String>,
}

/// `template`, `user`, `organization?`, `workspace?`: what such a token would say. Ids of session and sign-in are stand-ins.
///
/// # Errors
/// [`Code::TemplateNotFound`], [`Code::UserNotFound`], [`Code::OrganizationNotFound`].
pub async fn preview(operator: Operator, Body(asked): Body<Of>) -> Result<Response> {
    operator.says_only(&[])?;
    let (app, site) = (&operator.app, Arc::clone(&operator.site));
    let template = site.config.token_templates.iter().find(|template| template.name == asked.template);
    if template.is_none() && asked.template != "default" {
        let own = site.config.token_templates.iter().map(|it| it.name.as_str());
        let names = std::iter::once("default").chain(own).collect::<Vec<_>>().join(", ");
        let text = format!("There is no token template of this name; there is {names}.");
        return Err(Error::refused(Code::TemplateNotFound, text));
    }
    let id = named(&operator, &asked.user).await?;
    let organization = match &asked.organization {
        Some(text) => Some(organizations::named(app, &site, text).await?),
        None => None,
    };
    let asked = Of { organization, ..asked };
    let (of, now) = (Arc::clone(&site), app.world.clock.now_ms());
    let found = app.db.read(move |on| find(on, &of, &id, &asked)).await?;
    Ok(answer::ok(shown((app, &site), template, found, now)?))
}

struct Found {
    user: User,
    scope: Option<Scope>,
    held: Option<Held>,
    facts: Facts,
}

fn find(on: &mut Snapshot<'_>, site: &Site, id: &UserId, asked: &Of) -> Result<Found> {
    let deployment = site.config.id.as_str();
    let user = user::store::find(on, deployment, id)?.ok_or(Code::UserNotFound)?;
    user::may_act(&user)?;
    let mut stands = |kind: Kind, place: &Option<String>| -> Result<Option<(Standing, Permissions)>> {
        let Some(place) = place else { return Ok(None) };
        let standing = standing::find(on, deployment, (kind, place), id)?.ok_or_else(|| outside(kind))?;
        let held = role::of_standing(on, (roles_of(&site.config, kind), kind), &standing)?;
        Ok(Some((standing, held.unwrap_or_default())))
    };
    let organization = stands(Kind::Organization, &asked.organization)?;
    let workspace = stands(Kind::Workspace, &asked.workspace)?;
    let (scope, held) = match (organization, workspace) {
        (None, None) => (None, None),
        (None, Some(_)) => {
            let text = "Name the organization, too, that the workspace is in.";
            return Err(Error::refused(Code::InvalidParameter, text));
        }
        (Some((organization, may)), workspace) => {
            let (workspace, there) = workspace.unzip();
            let held = Held { organization: may, workspace: there.unwrap_or_default() };
            (Some(Scope { organization, workspace }), Some(held))
        }
    };
    let facts = facts::read(on, id, scope.as_ref())?;
    Ok(Found { user, scope, held, facts })
}

/// Why the user of a preview cannot stand in a place.
fn outside(kind: Kind) -> Error {
    let text = match kind {
        Kind::Organization => {
            "The user is not a member of this organization; see `keyrack organization list --user`."
        }
        Kind::Workspace => "The user is in no such workspace; see `keyrack workspace list --user`.",
    };
    Error::refused(unknown(kind), text)
}

/// Somebody who is signed in as `found` would be, by a password, just now.
fn shown(
    (app, site): (&crate::app::App, &Site),
    template: Option<&TokenTemplate>,
    found: Found,
    now: i64,
) -> Result<Preview> {
    let proof = Proof::by_password(now);
    let sign_in = LiveSignIn {
        id: SignInId::stored("sin_preview".to_owned()),
        key_hash: String::new(),
        proof: proof.clone(),
        old: None,
        user: found.user,
        bounds: Bounds::default(),
        scope: None,
        ip_address: String::new(),
        user_agent: String::new(),
        activated_at: now,
        last_active_at: now,
        expires_at: site.expires_at(now, now),
        created_at: now,
        updated_at: now,
    };
    let loaded = Loaded {
        id: SessionId::stored("ses_preview".to_owned()),
        deployment: site.config.id.clone(),
        revision: 1,
        key_hash: String::new(),
        active: None,
        end_reason: None,
        valid_until: sign_in.expires_at,
        outer_until: sign_in.expires_at,
        created_at: now,
        updated_at: now,
        ended_at: None,
        sign_ins: Vec::new(),
        attempts: Vec::new(),
    };
    let (scope, held) = (found.scope.as_ref(), found.held.as_ref());
    let about = About { loaded: &loaded, sign_in: &sign_in, proof: &proof, act: None, scope, held };
    let asked = Asked { azp: None, now, template: template.map(|template| (template, &found.facts)) };
    let (header, claims) = token::preview(&app.world, site, about, asked)?;
    Ok(Preview { header, claims })
}
