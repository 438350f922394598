//! `GET /session/token`.

use super::stands::{held, held_in_tab};
use super::{About, Asked, facts, keys};
use crate::audit::Known;
use crate::caller::{Browser, whose};
use crate::config::TokenTemplate;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::origin::is_allowed;
use crate::http::routes::Routes;
use crate::id::UserId;
use crate::membership::Scope;
use crate::session::read::Reading;
use crate::session::tab::{OfTab, TabScope};
use crate::session::{acting, scope};
use crate::user::may_act;
use axum::Extension;
use axum::response::Response;
use http::{HeaderMap, header};
use keyrack_protocol::{Code, Token};

const MINT: &[Field] = &[Field::optional(
    "template",
    "The token template: one of the deployment's, or `default`, which an absent one means too.",
)];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Mint a token. A signed JWT about the active sign-in, which any backend verifies with the public keys \
                 alone. `expires` is in Unix milliseconds, and equal to the claim `exp`; `lifetime_ms` does not depend on the client's clock.";
    let mint_it =
        Operation::get::<Token>("/session/token", "getToken", about).takes(MINT).of_browser().refuses(&[
            Code::SignedOut,
            Code::TemplateNotFound,
            Code::TokenTooLarge,
            Code::UserDisabled,
            Code::AddressNotAllowed,
            Code::OrganizationRequiresMfa,
            Code::WorkspaceRequiresMfa,
        ]);
    Routes::default().add(mint_it, mint).and(keys::routes())
}

/// The template that is asked for; none for `default`, which an absent one means too.
fn template<'s>(browser: &'s Browser, fields: &Fields) -> Result<Option<&'s TokenTemplate>> {
    let Some(name) = fields.text("template")?.filter(|name| *name != "default") else { return Ok(None) };
    let known = browser.site.config.token_templates.iter().find(|template| template.name == name);
    known.map(Some).ok_or_else(|| Code::TemplateNotFound.into())
}

/// `template?`
async fn mint(
    browser: Browser,
    OfTab(tab): OfTab,
    Extension(known): Extension<Known>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response> {
    let template = template(&browser, &fields)?;
    let mut reading = read(&browser, tab.as_ref()).await?;
    // Whoever may not use the session from a page may not name itself in its tokens either.
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let azp = origin.filter(|origin| is_allowed(&browser.site, origin));
    for _ in 0..acting::TRIES {
        let Reading::Live(cached, opened) = &reading else { return Err(Code::SignedOut.into()) };
        let sign_in = match &tab {
            Some(tab) => {
                // Whoever names what is not theirs is on record as who is active there.
                if let Some(active) = cached.loaded.active_for(*opened) {
                    known.tell(whose(&cached.loaded, active));
                }
                tab.sign_in(&cached.loaded, *opened)?
            }
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
            let facts = facts_for(&browser, template, &sign_in.user.id, scope).await?;
            let vault = &browser.app.vault;
            let proof = browser.rack.as_ref().map(|rack| sign_in.proof_for(rack, vault));
            let proof = proof.unwrap_or(&sign_in.proof);
            let act = sign_in.bounds.act.as_ref().map(|act| act.sub.as_str());
            let about = About { loaded: &cached.loaded, sign_in, proof, act, scope, held };
            let now = browser.app.world.clock.now_ms();
            let asked = Asked { azp, now, template: template.zip(facts.as_ref()) };
            return super::mint(&browser.app.world, &browser.site, about, asked).map(answer::ok);
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

/// What a template's places are filled with beside what the session knows.
async fn facts_for(
    browser: &Browser,
    template: Option<&TokenTemplate>,
    user: &UserId,
    scope: Option<&Scope>,
) -> Result<Option<facts::Facts>> {
    match template {
        None => Ok(None),
        Some(template) if !template.claims.has_places() => Ok(Some(facts::Facts::default())),
        Some(_) => {
            let (user, scope) = (user.clone(), scope.cloned());
            browser.app.db.read(move |on| facts::read(on, &user, scope.as_ref())).await.map(Some)
        }
    }
}
