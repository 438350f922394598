//! `/dev/outbox`: the mail that was captured instead of sent.

use super::local;
use crate::app::Shared;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::outbox::deliver_due;
use crate::time::rfc3339;
use crate::world::CapturedMail;
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
    let mails = app.world.mailer.captured_mails();
    let messages: Vec<Value> =
        mails.iter().filter(|mail| to.is_none_or(|to| mail.mail.to == to)).map(message).collect();
    let body = json!({ "messages": messages }).to_string();
    Ok(answer::json(StatusCode::OK, Bytes::from(body)))
}

fn message(captured: &CapturedMail) -> Value {
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

async fn clear(State(app): State<Shared>) -> Result<Response> {
    deliver_due(&app).await?;
    app.world.mailer.clear();
    Ok(answer::json(StatusCode::OK, Bytes::from_static(b"{\"messages\":[]}")))
}
