//! `/admin/webhooks`: see what endpoints were told, have it sent again, try one out.

use super::door::{Body, Operator};
use super::page::{Page, moment};
use super::view::{List, Replayed, WebhookEvent};
use crate::audit::hooks::store::{self, Shown};
use crate::audit::{About, hooks};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::WebhookEventId;
use crate::time::rfc3339;
use axum::response::Response;
use keyrack_protocol::Code;
use serde::Deserialize;

/// `endpoint?`, `state?` (`any`, `queued`, `sent`, `dead`), `limit?`, `cursor?`: newest first.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["endpoint", "state", "limit", "cursor"])?;
    let is_id = |text: &str| WebhookEventId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let state = operator.word("state", &["any", "queued", "sent", "dead"])?;
    let state = if state == "any" { "" } else { state };
    let endpoint = operator.query("endpoint").unwrap_or_default().to_owned();
    let deployment = operator.site.config.id.clone();
    let list: List<WebhookEvent> = operator
        .app
        .db
        .read(move |on| {
            let found = store::list(on, &deployment, (&endpoint, state), (&page.after, page.rows()))?;
            Ok(page.list(found.into_iter().map(view).collect(), |event: &WebhookEvent| &event.id))
        })
        .await?;
    Ok(answer::ok(list))
}

fn view(Shown { row, state, answer, next_at, settled_at }: Shown) -> WebhookEvent {
    let about = [row.user, row.sign_in, row.session, row.invitation, row.place];
    WebhookEvent {
        id: row.id,
        endpoint: row.endpoint,
        kind: row.kind,
        about: about.into_iter().find(|id| !id.is_empty()).unwrap_or_default(),
        happened_at: rfc3339(row.happened_at),
        next_at: Some(rfc3339(next_at)).filter(|_| state == "queued"),
        settled_at: settled_at.map(rfc3339),
        state,
        tries: row.tries,
        answer,
    }
}

/// What is to be sent again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// These, whatever became of them.
    #[serde(default)]
    ids: Vec<String>,
    /// Or of this endpoint
    endpoint: Option<String>,
    /// what happened since then: a time, a day, or how long ago
    since: Option<String>,
    /// and was not taken: it was given up, or waits for its next try.
    #[serde(default)]
    dead: bool,
}

/// `ids`, or `endpoint` and `since` and `dead?`.
///
/// # Errors
/// [`Code::InvalidParameter`], also when one of the ids is of nothing: then none is sent.
pub async fn replay(operator: Operator, Body(again): Body<Again>) -> Result<Response> {
    operator.says_only(&[])?;
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let queued = match (again.endpoint, again.since) {
        (None, None) if !again.ids.is_empty() && !again.dead => {
            let queued = operator.app.db.write(move |tx| {
                for id in &again.ids {
                    if !store::replay(tx, &deployment, id, now)? {
                        return Err(Error::refused(Code::InvalidParameter, format!("There is no {id}.")));
                    }
                }
                Ok(again.ids.len() as u64)
            });
            queued.await?
        }
        (Some(endpoint), Some(since)) if again.ids.is_empty() => {
            let (endpoint, since) = (known(&operator, &endpoint)?, moment(&since, now)?);
            let queued = operator
                .app
                .db
                .write(move |tx| store::replay_since(tx, (&deployment, &endpoint), (since, again.dead), now));
            queued.await?
        }
        _ => {
            let text = "Say either ids, or an endpoint and since when.";
            return Err(Error::refused(Code::InvalidParameter, text));
        }
    };
    Ok(answer::ok(Replayed { queued }))
}

/// Which endpoint is to be tried.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    endpoint: String,
}

/// `endpoint`: sends it a `webhook.test`, whatever it asked to be told.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub async fn test(operator: Operator, Body(tried): Body<Tried>) -> Result<Response> {
    operator.says_only(&[])?;
    let endpoint = known(&operator, &tried.endpoint)?;
    let (site, now) = (operator.site.clone(), operator.app.world.clock.now_ms());
    let put = operator
        .app
        .db
        .write(move |tx| hooks::put(tx, &site, (&endpoint, hooks::TEST), &About::default(), now));
    put.await?;
    Ok(answer::ok(Replayed { queued: 1 }))
}

/// An endpoint of the deployment.
fn known(operator: &Operator, name: &str) -> Result<String> {
    let all = &operator.site.config.webhooks;
    if all.iter().any(|endpoint| endpoint.name == name) {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = all.iter().map(|endpoint| endpoint.name.as_str()).collect();
    let text = match names.as_slice() {
        [] => "The configuration has no [[deployment.webhook]].".to_owned(),
        names => format!("There is no webhook of this name; there is {}.", names.join(", ")),
    };
    Err(Error::refused(Code::InvalidParameter, text))
}
