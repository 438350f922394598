//! `/admin/users/{user}/contacts`, on the socket.

use super::contacts::{self, Which};
use super::door::{About, Body, Operator};
use super::http::named;
use super::view::{Contact, List};
use crate::audit::Event;
use crate::error::Result;
use crate::http::answer;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

pub(super) async fn list(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let id = named(&operator, &user).await?;
    let deployment = operator.site.config.id.clone();
    let items = operator.app.db.read(move |on| contacts::list(on, &deployment, &id)).await?;
    Ok(answer::ok(List { items, next_cursor: None }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    email: Option<String>,
    phone_number: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// `email` or `phone_number`, `verified?`.
pub(super) async fn add(
    operator: Operator,
    Path(user): Path<String>,
    Body(new): Body<New>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let id = named(&operator, &user).await?;
    let (kind, text) = contacts::said(new.email.as_deref(), new.phone_number.as_deref())?;
    let wanted = (id.clone(), kind, text, new.verified);
    let added = contacts::add(&operator.app, &operator.site, wanted, operator.saying()?).await?;
    log(&operator, id.as_str());
    Ok(answer::ok(added))
}

fn log(operator: &Operator, user: &str) {
    operator.log(Event::AccountChanged, About { user: Some(user), ..About::default() });
}

async fn which(operator: &Operator, (user, id): (String, String)) -> Result<Which> {
    operator.says_only(&["reason"])?;
    Ok(Which { user: named(operator, &user).await?, id })
}

pub(super) async fn verify(operator: Operator, Path(path): Path<(String, String)>) -> Result<Response> {
    let which = which(&operator, path).await?;
    let user = which.user.clone();
    let changed: Contact = contacts::verify(&operator.app, &operator.site, which, operator.saying()?).await?;
    log(&operator, user.as_str());
    Ok(answer::ok(changed))
}

pub(super) async fn make_primary(operator: Operator, Path(path): Path<(String, String)>) -> Result<Response> {
    let which = which(&operator, path).await?;
    let user = which.user.clone();
    let changed = contacts::make_primary(&operator.app, &operator.site, which, operator.saying()?).await?;
    log(&operator, user.as_str());
    Ok(answer::ok(changed))
}

pub(super) async fn remove(operator: Operator, Path(path): Path<(String, String)>) -> Result<Response> {
    let which = which(&operator, path).await?;
    let user = which.user.clone();
    let removed = contacts::remove(&operator.app, &operator.site, which, operator.saying()?).await?;
    log(&operator, user.as_str());
    Ok(answer::ok(removed))
}
