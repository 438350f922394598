//! `/admin/v1/waitlist`.

use super::Said;
use super::said::{CURSOR, LIMIT, REASON};
use crate::admin::view::{Invited, List, WaitlistEntry};
use crate::admin::waitlist::{self, Whom};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::user::email::EmailAddress;
use axum::response::Response;
use keyrack_protocol::{Code, Removed};

const STATES: &[&str] = &["waiting", "all"];
const LIST: &[Field] = &[
    Field::optional("state", "`waiting`, or `all` with those who were invited.").one_of(STATES),
    LIMIT,
    CURSOR,
];
const INVITE: &[Field] = &[
    Field::optional("emails", "These addresses: at most 200.").list(),
    Field::optional(
        "first",
        "So many of those who have waited longest, 1 to 200: in digits, or as a number.",
    )
    .pattern("^[1-9][0-9]{0,2}$"),
];
const REFUSE: &[Field] = &[Field::required("email", "The address."), REASON];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "List who waits. The longest first.";
    let list_them = Operation::get::<List<WaitlistEntry>>("/admin/v1/waitlist", "listWaitlist", about)
        .takes(LIST)
        .of_backend(Scope::WaitlistRead);
    let about =
        "Let somebody in who waits. Mails a link that lets that address sign up; an older one works no more.";
    let path = "/admin/v1/waitlist/invite";
    let invite_them = Operation::post::<Invited>(path, "inviteFromWaitlist", about)
        .takes(INVITE)
        .of_backend(Scope::WaitlistWrite)
        .refuses(&[Code::InvalidEmail, Code::WaitlistEntryNotFound]);
    let about =
        "Refuse somebody who waits. The address is off the list, and an invitation of it works no more.";
    let path = "/admin/v1/waitlist/refuse";
    let refuse_it = Operation::post::<Removed>(path, "refuseFromWaitlist", about)
        .takes(REFUSE)
        .of_backend(Scope::WaitlistWrite)
        .refuses(&[Code::RequiredField, Code::InvalidEmail, Code::WaitlistEntryNotFound]);
    Routes::default().add(list_them, list).add(invite_them, invite).add(refuse_it, refuse)
}

async fn list(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::WaitlistRead)?;
    let (page, waiting) = (said.page(waitlist::is_cursor)?, said.word("state", STATES)? != "all");
    let deployment = backend.site.config.id.clone();
    let list = backend.app.db.read(move |on| waitlist::page(on, &deployment, &page, waiting));
    Ok(answer::bare(&list.await?))
}

async fn invite(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::WaitlistWrite)?;
    let emails = said.list("emails")?.unwrap_or_default();
    let whom = Whom::read(&emails, said.number("first", 1..=200)?.map(i64::from))?;
    Ok(answer::bare(&waitlist::invite(&backend.app, &backend.site, whom, backend.by()).await?))
}

async fn refuse(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::WaitlistWrite)?;
    let (email, by) = (EmailAddress::parse(said.required("email")?)?, said.by(&backend)?);
    waitlist::refuse(&backend.app, &backend.site, &email, by).await?;
    Ok(answer::bare(&Removed { id: email.to_string() }))
}
