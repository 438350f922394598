//! `/dev/outbox`: the mails and text messages that were captured instead of sent.

use super::local;
use crate::app::Shared;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::outbox::deliver_due;
use crate::time::rfc3339;
use crate::world::{CapturedMail, CapturedSms};
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

/// The routes of this feature.
pub fn routes() -> Router<Shared> {
    Router::new().route("/dev/outbox", get(show).delete(clear)).route_layer(from_fn(local::only))
}

/// Captured messages, oldest first; `?to=` filters.
async fn show(State(app): State<Shared>, fields: Fields) -> Result<Response> {
    // What was acknowledged a moment ago may still wait to be sent: whoever looks now expects it.
    deliver_due(&app).await?;
    let to = fields.text("to")?;
    let is_asked = |one: &str| to.is_none_or(|to| to == one);
    let mails = app.world.mailer.captured_mails().into_iter();
    let mails = mails
        .filter(|captured| is_asked(&captured.mail.to))
        .map(|captured| (captured.id.clone(), mail(&captured)));
    let texts = app.world.sms.captured_messages().into_iter();
    let texts = texts
        .filter(|captured| is_asked(&captured.sms.to))
        .map(|captured| (captured.id.clone(), sms(&captured)));
    let mut all: Vec<(String, Value)> = mails.chain(texts).collect();
    // Ids are in the order in which they were drawn.
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let messages: Vec<Value> = all.into_iter().map(|(_, message)| message).collect();
    let body = json!({ "messages": messages }).to_string();
    Ok(answer::json(StatusCode::OK, Bytes::from(body)))
}

fn mail(captured: &CapturedMail) -> Value {
    let mail = &captured.mail;
    json!({
        "id": captured.id,
        "kind": "email",
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "code": mail.code,
        "link": mail.link,
        "created_at": rfc3339(captured.created_at),
    })
}

fn sms(captured: &CapturedSms) -> Value {
    let sms = &captured.sms;
    json!({
        "id": captured.id,
        "kind": "sms",
        "to": sms.to,
        "subject": "",
        "text": sms.text,
        "html": "",
        "code": sms.code,
        "link": null,
        "created_at": rfc3339(captured.created_at),
    })
}

async fn clear(State(app): State<Shared>) -> Result<Response> {
    deliver_due(&app).await?;
    app.world.mailer.clear();
    app.world.sms.clear();
    Ok(answer::json(StatusCode::OK, Bytes::from_static(b"{\"messages\":[]}")))
}
