//! `/admin/v1/tickets`.

use super::said::{CURSOR, LIMIT, REASON};
use super::{Said, user_id};
use crate::admin::tickets;
use crate::admin::view::{List, NewTicket, Ticket};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{InvitationId, SignInId, TicketId};
use crate::ticket::create::{self, Order};
use crate::ticket::{Kind, Opens, store};
use axum::response::Response;
use http::Method;
use keyrack_protocol::Code;
use std::sync::Arc;

const KINDS: &[&str] = &["sign_in", "impersonation", "handover", "invitation"];
const CREATE: &[Field] = &[
    Field::required(
        "kind",
        "What it opens: a sign-in of the user (`tickets:sign_in`); the same with somebody else acting in it \
         (`tickets:impersonate`); one beside another sign-in of the same user (`tickets:handover`); a membership, for \
         whoever is signed in (`invitations:write`).",
    )
    .one_of(KINDS),
    Field::optional("user_id", "The account, for a sign-in or an impersonation."),
    Field::optional("sign_in_id", "The sign-in that is handed over."),
    Field::optional("invitation_id", "The invitation that is accepted."),
    Field::optional(
        "actor_id",
        "Who acts as the user: the id of an account, or what you call one of your own people.",
    )
    .length(1, 100),
    Field::optional("reason", "Why somebody acts as the user, who is told it.").length(1, 200),
    Field::optional("expires_in", "For how many seconds it works, at most and mostly 300.")
        .pattern("^[1-9][0-9]{0,2}$"),
    Field::optional(
        "code_challenge",
        "Only whoever has the verifier of this can use it: the SHA-256 of that in base64url (RFC 7636, `S256`).",
    )
    .pattern("^[A-Za-z0-9_-]{43}$"),
    Field::optional("redirect_uri", "Where the page at `url` leads on to, at one of the allowed origins.")
        .length(1, 1000),
];
const LIST: &[Field] = &[LIMIT, CURSOR];
const WHY: &[Field] = &[REASON];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Make a ticket. It signs somebody in once, within five minutes; it is not shown again. Hand it to whom it is \
                 for, or send them to `url`.";
    let create_it = Operation::post::<NewTicket>("/admin/v1/tickets", "createTicket", about)
        .takes(CREATE)
        .of_backend(Scope::TicketsSignIn)
        .refuses(&[
            Code::RequiredField,
            Code::UserNotFound,
            Code::UserDisabled,
            Code::SignInNotFound,
            Code::InvitationNotFound,
            Code::ImpersonationDisabled,
            Code::ImpersonationForbidden,
        ]);
    let about =
        "List tickets. Those that can still be used, of the kinds that the key is for, the newest first.";
    let list_them = Operation::get::<List<Ticket>>("/admin/v1/tickets", "listTickets", about)
        .takes(LIST)
        .of_backend(Scope::TicketsSignIn);
    let about = "Take a ticket back. It opens nothing from then on.";
    let revoke = Operation::post::<Ticket>("/admin/v1/tickets/{ticket_id}", "revokeTicket", about);
    let revoke_it = Operation { method: Method::DELETE, ..revoke }
        .takes(WHY)
        .of_backend(Scope::TicketsSignIn)
        .refuses(&[Code::TicketNotFound]);
    Routes::default().add(create_it, create).add(list_them, list).add(revoke_it, take_back)
}

async fn create(backend: Backend, said: Said) -> Result<Response> {
    kinds(&backend)?;
    let kind = Kind::parse(said.required("kind")?).ok_or_else(|| {
        Error::refused(Code::InvalidParameter, format!("kind must be one of {}.", KINDS.join(", ")))
    })?;
    backend.may(tickets::scope(kind))?;
    let is_said = |name: &'static str| -> Result<_> { Ok((name, said.text(name)?.is_some())) };
    let about = ["user_id", "sign_in_id", "invitation_id", "actor_id", "reason"].map(is_said);
    tickets::says_only(kind, &about.into_iter().collect::<Result<Vec<_>>>()?)?;
    let opens = match kind {
        Kind::SignIn => Opens::SignIn(user_id(said.required("user_id")?)?),
        Kind::Impersonation => {
            let act = create::acting(said.required("actor_id")?, said.required("reason")?)?;
            Opens::Impersonation(user_id(said.required("user_id")?)?, act)
        }
        Kind::Handover => handed(&backend, said.required("sign_in_id")?).await?,
        Kind::Invitation => {
            let id = InvitationId::parse(said.required("invitation_id")?);
            Opens::Invitation(id.ok_or(Code::InvitationNotFound)?)
        }
    };
    let order = Order {
        opens,
        expires_in: said.number("expires_in", 0..=u32::MAX)?.map(i64::from),
        challenge: said.text("code_challenge")?.map(str::to_owned),
    };
    let back = said.text("redirect_uri")?.map(str::to_owned);
    let made = tickets::make(&backend.app, &backend.site, (order, back), backend.by()).await?;
    Ok(answer::bare(&made))
}

/// A sign-in that is handed over, with whose it is.
async fn handed(backend: &Backend, text: &str) -> Result<Opens> {
    let id = SignInId::parse(text).ok_or(Code::SignInNotFound)?;
    let (deployment, now, sign_in) = (backend.site.config.id.clone(), backend.by().now, id.clone());
    let found = backend.app.db.read(move |on| store::whose(on, &deployment, &sign_in, now)).await?;
    Ok(Opens::Handover(found.ok_or(Code::SignInNotFound)?.user, id))
}

/// The kinds that the key of a backend is for, one at least.
fn kinds(backend: &Backend) -> Result<Vec<Kind>> {
    let may = |kind: &Kind| backend.may(tickets::scope(*kind)).is_ok();
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(may).collect();
    if kinds.is_empty() {
        backend.may(Scope::TicketsSignIn)?;
    }
    Ok(kinds)
}

async fn list(backend: Backend, said: Said) -> Result<Response> {
    let kinds = kinds(&backend)?;
    let page = said.page(|text| TicketId::parse(text).is_some())?;
    let (site, now) = (Arc::clone(&backend.site), backend.by().now);
    let list = backend.app.db.read(move |on| tickets::page(on, &site.config.id, (&page, &kinds), now));
    Ok(answer::bare(&list.await?))
}

async fn take_back(backend: Backend, path: Named, said: Said) -> Result<Response> {
    let kinds = kinds(&backend)?;
    let id = TicketId::parse(&path.id("ticket_id")).ok_or(Code::TicketNotFound)?;
    let by = said.by(&backend)?;
    Ok(answer::bare(&tickets::revoke(&backend.app, &backend.site, (id, kinds), by).await?))
}
