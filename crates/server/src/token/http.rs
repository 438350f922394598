//! `GET /session/token` and the public keys.

use super::{About, Held};
use crate::app::Site;
use crate::caller::Browser;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::front::Public;
use crate::http::operation::{Field, Operation};
use crate::http::origin::is_allowed;
use crate::http::routes::Routes;
use crate::membership::{Permissions, Scope, role, roles_of};
use crate::session::read::Reading;
use crate::session::tab::{OfTab, TabScope};
use crate::session::{LiveSignIn, acting, scope};
use crate::user::may_act;
use axum::Extension;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use keyrack_protocol::{Code, Jwks, Token};
use std::sync::Arc;

const MINT: &[Field] =
    &[Field::optional("template", "The token template; there is `default`, which an absent one means too.")];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Mint a token. A signed JWT about the active sign-in, which any backend verifies with the public keys \
                 alone. `expires` is in Unix milliseconds; `lifetime_ms` does not depend on the client's clock.";
    let mint_it =
        Operation::get::<Token>("/session/token", "getToken", about).takes(MINT).of_browser().refuses(&[
            Code::SignedOut,
            Code::TemplateNotFound,
            Code::UserDisabled,
            Code::AddressNotAllowed,
            Code::OrganizationRequiresMfa,
            Code::WorkspaceRequiresMfa,
        ]);
    let about = "The public keys. What tokens are verified with: a JWK Set (RFC 7517). May be cached for five minutes.";
    let keys = Operation::get::<Jwks>("/.well-known/jwks.json", "getKeys", about).bare();
    Routes::default().add(mint_it, mint).add(keys, jwks)
}

/// `template?`: `default`, which an absent one means too.
async fn mint(browser: Browser, OfTab(tab): OfTab, headers: HeaderMap, fields: Fields) -> Result<Response> {
    if fields.text("template")?.is_some_and(|template| template != "default") {
        return Err(Code::TemplateNotFound.into());
    }
    let mut reading = read(&browser, tab.as_ref()).await?;
    // Whoever may not use the session from a page may not name itself in its tokens either.
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let azp = origin.filter(|origin| is_allowed(&browser.site, origin));
    for _ in 0..acting::TRIES {
        let Reading::Live(cached, opened) = &reading else { return Err(Code::SignedOut.into()) };
        let sign_in = match &tab {
            Some(tab) => tab.sign_in(&cached.loaded, *opened)?,
            None => cached.loaded.active_for(*opened).ok_or(Code::SignedOut)?,
        };
        may_act(&sign_in.user)?;
        let stands = match tab.clone() {
            Some(tab) => Some(held_in_tab(&browser, sign_in, tab).await?),
            None => {
                scope::admit(sign_in, sign_in.scope.as_ref(), browser.address)?;
                // Whoever was put out meanwhile stands elsewhere now.
                held(&browser, sign_in).await?
            }
        };
        if let Some((scope, held)) = stands {
            let (scope, held) = (scope.as_ref(), held.as_ref());
            let about = About { loaded: &cached.loaded, sign_in, scope, held };
            let now = browser.app.world.clock.now_ms();
            return super::mint(&browser.app.world, &browser.site, about, azp, now).map(answer::ok);
        }
        reading = read(&browser, tab.as_ref()).await?;
    }
    Err(Error::unavailable("mint a token", "where the sign-in stands changes all the time"))
}

/// The session, for what speaks for the active sign-in or for the one of a tab.
async fn read(browser: &Browser, tab: Option<&TabScope>) -> Result<Reading> {
    match tab {
        Some(tab) => browser.reading_in(Some(tab)).await,
        None => browser.speaking().await,
    }
}

/// Where somebody stands, and what they may there.
type Stands = (Option<Scope>, Option<Held>);

/// What a sign-in may where it stands, asked of the database at every mint: outside nothing is given, inside nothing is
/// given when it stands there no more.
async fn held(browser: &Browser, sign_in: &LiveSignIn) -> Result<Option<Stands>> {
    let Some(scope) = sign_in.scope.clone() else { return Ok(Some((None, None))) };
    let (site, db, asked) = (Arc::clone(&browser.site), &browser.app.db, scope.clone());
    let held = match scope.workspace {
        Some(_) => db.read(move |on| held_in(on, &site, &asked)).await?,
        None => db.read_single(move |on| held_in(on, &site, &asked)).await?,
    };
    Ok(held.map(|held| (Some(scope), Some(held))))
}

/// The same where a tab says that it stands: whether it may and what it may are of one moment.
async fn held_in_tab(browser: &Browser, sign_in: &LiveSignIn, tab: TabScope) -> Result<Stands> {
    let (site, sign_in, from) = (Arc::clone(&browser.site), sign_in.clone(), browser.address);
    let look = browser.app.db.read(move |on| {
        let Some(scope) = tab.stand(on, &site, (&sign_in, from))? else { return Ok((None, None)) };
        let held = held_in(on, &site, &scope)?.ok_or(Code::ScopeNotAvailable)?;
        Ok((Some(scope), Some(held)))
    });
    look.await
}

/// One statement for the organization, and one for the workspace.
fn held_in(on: &mut Snapshot<'_>, site: &Site, scope: &Scope) -> Result<Option<Held>> {
    let of = |kind| (roles_of(&site.config, kind), kind);
    let Some(organization) = role::of_standing(on, of(Kind::Organization), &scope.organization)? else {
        return Ok(None);
    };
    let Some(workspace) = &scope.workspace else {
        return Ok(Some(Held { organization, workspace: Permissions::default() }));
    };
    let workspace = role::of_standing(on, of(Kind::Workspace), workspace)?;
    Ok(workspace.map(|workspace| Held { organization, workspace }))
}

/// The public keys, for any origin and any cache.
async fn jwks(Extension(site): Extension<Arc<Site>>) -> Result<Response> {
    let keys = Jwks { keys: vec![site.signer.jwk.clone()] };
    let body =
        serde_json::to_vec(&keys).map_err(|cause| crate::error::Error::internal("write the keys", cause))?;
    let mut response = answer::json(StatusCode::OK, Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response.extensions_mut().insert(Public);
    Ok(response)
}
