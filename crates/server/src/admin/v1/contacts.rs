//! `/admin/v1/users/{user_id}/contacts`.

use super::said::REASON;
use super::{Said, user_id};
use crate::admin::contacts::{self, Which};
use crate::admin::view::{Contact, List};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::UserId;
use axum::response::Response;
use http::Method;
use keyrack_protocol::Code;

const ADD: &[Field] = &[
    Field::optional("email", "The address; either this or `phone_number`.").length(0, 254),
    Field::optional("phone_number", "The number: in E.164.").length(0, 40),
    Field::optional("verified", "Whether the backend vouches for it; else its owner still has to verify it.")
        .flag(),
    REASON,
];
const WHY: &[Field] = &[REASON];
const OF_ONE: &[Code] = &[Code::UserNotFound, Code::EmailAddressNotFound, Code::PhoneNumberNotFound];

/// The routes of this feature.
pub fn routes() -> Routes {
    let all = "/admin/v1/users/{user_id}/contacts";
    let one = "/admin/v1/users/{user_id}/contacts/{contact_id}";
    let about = "List an account's addresses and phone numbers. The addresses first, each kind oldest first.";
    let list_them = Operation::get::<List<Contact>>(all, "listContacts", about)
        .takes(&[])
        .of_backend(Scope::UsersRead)
        .refuses(&[Code::UserNotFound]);
    let about = "Add an address or a phone number. One that the backend vouches for is a way in at once, and taken from \
                 whoever had it unverified; the owner is told by mail.";
    let add_it = Operation::post::<Contact>(all, "addContact", about)
        .takes(ADD)
        .of_backend(Scope::UsersWrite)
        .refuses(&[
            Code::UserNotFound,
            Code::RequiredField,
            Code::InvalidEmail,
            Code::InvalidPhoneNumber,
            Code::TooManyContacts,
            Code::EmailExists,
        ]);
    let about =
        "Verify an address or a phone number. The backend vouches for it, as if its owner had proved it.";
    let path = "/admin/v1/users/{user_id}/contacts/{contact_id}/verify";
    let verify_it = Operation::post::<Contact>(path, "verifyContact", about)
        .takes(WHY)
        .of_backend(Scope::UsersWrite)
        .refuses_also(OF_ONE, &[Code::EmailExists]);
    let about = "Make an address or a phone number the primary one. A verified one.";
    let path = "/admin/v1/users/{user_id}/contacts/{contact_id}/make-primary";
    let prefer_it = Operation::post::<Contact>(path, "makeContactPrimary", about)
        .takes(WHY)
        .of_backend(Scope::UsersWrite)
        .refuses_also(OF_ONE, &[Code::ContactNotProved]);
    let about = "Remove an address or a phone number. Not the last way in, and not the primary address beside others.";
    let remove = Operation::post::<Contact>(one, "removeContact", about);
    let remove_it = Operation { method: Method::DELETE, ..remove }
        .takes(WHY)
        .of_backend(Scope::UsersWrite)
        .refuses_also(OF_ONE, &[Code::NoAlternative, Code::PrimaryNotRemovable, Code::SecondFactorEnforced]);
    Routes::default()
        .add(list_them, list)
        .add(add_it, add)
        .add(verify_it, verify)
        .add(prefer_it, make_primary)
        .add(remove_it, remove_one)
}

fn whose(path: &Named) -> Result<UserId> {
    user_id(&path.id("user_id"))
}

fn which(path: &Named) -> Result<Which> {
    Ok(Which { user: whose(path)?, id: path.id("contact_id") })
}

async fn list(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::UsersRead)?;
    let (id, deployment) = (whose(&path)?, backend.site.config.id.clone());
    let items = backend.app.db.read(move |on| contacts::list(on, &deployment, &id)).await?;
    Ok(answer::bare(&List { items, next_cursor: None }))
}

async fn add(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::UsersWrite)?;
    let (kind, text) = contacts::said(said.text("email")?, said.text("phone_number")?)?;
    let new = (whose(&path)?, kind, text, said.flag("verified")?.unwrap_or(false));
    let by = said.by(&backend)?;
    Ok(answer::bare(&contacts::add(&backend.app, &backend.site, new, by).await?))
}

async fn verify(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::UsersWrite)?;
    let (which, by) = (which(&path)?, said.by(&backend)?);
    Ok(answer::bare(&contacts::verify(&backend.app, &backend.site, which, by).await?))
}

async fn make_primary(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::UsersWrite)?;
    let (which, by) = (which(&path)?, said.by(&backend)?);
    Ok(answer::bare(&contacts::make_primary(&backend.app, &backend.site, which, by).await?))
}

async fn remove_one(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::UsersWrite)?;
    let (which, by) = (which(&path)?, said.by(&backend)?);
    Ok(answer::bare(&contacts::remove(&backend.app, &backend.site, which, by).await?))
}
