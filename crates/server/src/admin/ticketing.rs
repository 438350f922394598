//! `/admin/tickets`, on the socket: make tickets, list those that are open, take them back.

use super::door::{About, Body, Operator};
use super::http::named;
use super::page::Page;
use super::tickets;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::{InvitationId, SignInId, TicketId};
use crate::ticket::create::{self, Order};
use crate::ticket::{Kind, Opens, store};
use axum::extract::Path;
use axum::response::Response;
use keyrack_protocol::Code;
use serde::Deserialize;
use std::sync::Arc;

/// What is said of one that is to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    kind: String,
    user: Option<String>,
    sign_in: Option<String>,
    invitation: Option<String>,
    actor: Option<String>,
    reason: Option<String>,
    expires_in: Option<i64>,
    code_challenge: Option<String>,
    redirect_uri: Option<String>,
}

fn missing(name: &str) -> Error {
    Error::refused(Code::RequiredField, format!("The field {name} is missing."))
}

/// `kind`, and by it `user` (id, address or username), `sign_in`, `invitation`, `actor`, `reason`; `expires_in?`,
/// `code_challenge?`, `redirect_uri?`: the answer alone holds the ticket.
pub(super) async fn create(operator: Operator, Body(new): Body<New>) -> Result<Response> {
    operator.says_only(&[])?;
    let opens = opens(&operator, &new).await?;
    let user = opens.user().map(ToString::to_string);
    let order = Order { opens, expires_in: new.expires_in, challenge: new.code_challenge };
    let made = tickets::make(&operator.app, &operator.site, (order, new.redirect_uri), operator.by()).await?;
    operator.log(Event::TicketCreated, About { user: user.as_deref(), ..About::default() });
    Ok(answer::ok(made))
}

async fn opens(operator: &Operator, new: &New) -> Result<Opens> {
    let said = |text: &Option<String>, name| text.clone().ok_or_else(|| missing(name));
    let kind = Kind::parse(&new.kind).ok_or_else(|| {
        let words = Kind::ALL.map(Kind::as_str).join(", ");
        Error::refused(Code::InvalidParameter, format!("kind must be one of {words}."))
    })?;
    let these = [
        ("user", new.user.is_some()),
        ("sign_in", new.sign_in.is_some()),
        ("invitation", new.invitation.is_some()),
        ("actor", new.actor.is_some()),
        ("reason", new.reason.is_some()),
    ];
    tickets::says_only(kind, &these)?;
    Ok(match kind {
        Kind::SignIn => Opens::SignIn(named(operator, &said(&new.user, "user")?).await?),
        Kind::Impersonation => {
            let act = create::acting(&said(&new.actor, "actor")?, &said(&new.reason, "reason")?)?;
            Opens::Impersonation(named(operator, &said(&new.user, "user")?).await?, act)
        }
        Kind::Handover => {
            let id = SignInId::parse(&said(&new.sign_in, "sign_in")?).ok_or(Code::SignInNotFound)?;
            let (site, now, sign_in) = (Arc::clone(&operator.site), operator.by().now, id.clone());
            let found = operator.app.db.read(move |on| store::whose(on, &site.config.id, &sign_in, now));
            Opens::Handover(found.await?.ok_or(Code::SignInNotFound)?.user, id)
        }
        Kind::Invitation => {
            let id = InvitationId::parse(&said(&new.invitation, "invitation")?);
            Opens::Invitation(id.ok_or(Code::InvitationNotFound)?)
        }
    })
}

/// `limit?`, `cursor?`: those that can still be used, newest first.
pub(super) async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["limit", "cursor"])?;
    let is_id = |text: &str| TicketId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let (site, now) = (Arc::clone(&operator.site), operator.by().now);
    let list = operator.app.db.read(move |on| tickets::page(on, &site.config.id, (&page, &Kind::ALL), now));
    Ok(answer::ok(list.await?))
}

/// Takes an open one back.
pub(super) async fn revoke(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let id = TicketId::parse(&id).ok_or(Code::TicketNotFound)?;
    let (it, by) = ((id, Kind::ALL.to_vec()), operator.saying()?);
    let revoked = tickets::revoke(&operator.app, &operator.site, it, by).await?;
    operator.log(Event::TicketRevoked, About { user: revoked.user_id.as_deref(), ..About::default() });
    Ok(answer::ok(revoked))
}
