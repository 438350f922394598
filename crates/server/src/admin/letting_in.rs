//! `/admin/waitlist`, on the socket.

use super::door::{About, Body, Operator};
use super::page::Page;
use super::waitlist::{self, Whom};
use crate::audit::Event;
use crate::error::Result;
use crate::http::answer;
use crate::user::email::EmailAddress;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

/// `state?` (`waiting`, `all`), `limit?`, `cursor?`: who has waited longest first.
pub(super) async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["state", "limit", "cursor"])?;
    let page = Page::read(operator.query("limit"), operator.query("cursor"), waitlist::is_cursor)?;
    let waiting = operator.word("state", &["waiting", "all"])? != "all";
    let deployment = operator.site.config.id.clone();
    let list = operator.app.db.read(move |on| waitlist::page(on, &deployment, &page, waiting));
    Ok(answer::ok(list.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    #[serde(default)]
    emails: Vec<String>,
    first: Option<i64>,
}

/// `emails` or `first` (1 to 200).
pub(super) async fn invite(operator: Operator, Body(named): Body<Named>) -> Result<Response> {
    operator.says_only(&[])?;
    let emails: Vec<&str> = named.emails.iter().map(String::as_str).collect();
    let whom = Whom::read(&emails, named.first)?;
    let invited = waitlist::invite(&operator.app, &operator.site, whom, operator.by()).await?;
    operator.log(Event::InvitationSent, About { ended: None, ..About::default() });
    Ok(answer::ok(invited))
}

/// Takes an address off the list.
pub(super) async fn remove(operator: Operator, Path(email): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let email = EmailAddress::parse(&email)?;
    waitlist::refuse(&operator.app, &operator.site, &email, operator.by()).await?;
    operator.log(Event::WaitlistRefused, About::default());
    Ok(answer::ok(serde_json::json!({ "removed": email.as_str() })))
}
