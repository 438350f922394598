//! `/admin/v1/audit`.

use super::said::{CURSOR, LIMIT};
use super::{Said, user_id};
use crate::admin::page::moment;
use crate::admin::view::List;
use crate::api_key::Scope;
use crate::audit::store::{self, Asked, Record};
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{AuditId, SessionId};
use axum::response::Response;
use keyrack_protocol::Code;

const LIST: &[Field] = &[
    Field::optional("user_id", "Only what is about this account."),
    Field::optional("session_id", "Only what is about this session."),
    Field::optional("event", "Only this event, such as `sign_in_ended`.").pattern("^[a-z_]{1,40}$"),
    Field::optional("since", "Only what happened since: a time, a day, or how long ago (`24h`)."),
    LIMIT,
    CURSOR,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "List what happened. Who did what to whom, from where and why, the newest first.";
    let list_them = Operation::get::<List<Record>>("/admin/v1/audit", "listAudit", about)
        .takes(LIST)
        .of_backend(Scope::AuditRead)
        .refuses(&[Code::UserNotFound, Code::SessionNotFound]);
    Routes::default().add(list_them, list)
}

async fn list(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::AuditRead)?;
    let page = said.page(|text| AuditId::parse(text).is_some())?;
    let session = said.text("session_id")?.map(|id| SessionId::parse(id).ok_or(Code::SessionNotFound));
    let since = said.text("since")?.map(|since| moment(since, backend.by().now)).transpose()?;
    let asked = Asked {
        user: said.text("user_id")?.map(user_id).transpose()?,
        session: session.transpose()?,
        event: said.text("event")?.map(store::event).transpose()?.unwrap_or_default(),
        since: since.unwrap_or(0),
        after: page.after.clone(),
        rows: page.rows(),
    };
    let deployment = backend.site.config.id.clone();
    let list = backend
        .app
        .db
        .read(move |on| Ok(page.list(store::list(on, &deployment, &asked)?, |record| &record.id)));
    Ok(answer::bare(&list.await?))
}
