//! `/admin/v1/users`.

use super::said::{CURSOR, LIMIT, REASON};
use super::{Said, user_id};
use crate::admin::profile;
use crate::admin::users::{self, Sought};
use crate::admin::view::{AccountExport, Decided, List, User};
use crate::admin::{self, Decision, Form};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::UserId;
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::kept::{self, EXTERNAL_ID, Kept};
use crate::user::password::MAX_LENGTH;
use crate::user::username::{self, Username};
use axum::response::Response;
use http::Method;
use keyrack_protocol::Code;

const STATES: &[&str] = &["present", "active", "disabled", "deleted"];
/// By what one account is found, at most one of them.
const EXACT: [&str; 4] = ["email", "phone_number", "username", "external_id"];
const LIST: &[Field] = &[
    Field::optional(
        "search",
        "What an address, a number in E.164, a username, a name or a last name begins with, however it is written, or \
         a whole external id.",
    )
    .length(0, 254),
    Field::optional("email", "Whoever has exactly this address, proved or not.").length(0, 254),
    Field::optional("phone_number", "Whoever has exactly this number, with its country's code in front."),
    Field::optional("username", "Whoever has exactly this username."),
    Field::optional("external_id", "Whoever has exactly this external id.").length(0, EXTERNAL_ID),
    Field::optional("state", "`present` (all but the deleted), `active`, `disabled`, `deleted`.")
        .one_of(STATES),
    LIMIT,
    CURSOR,
];
const FIRST_NAME: Field =
    Field::optional("first_name", "At most 100 characters; an empty text for none.").length(0, 100);
const LAST_NAME: Field = Field::optional("last_name", "The same.").length(0, 100);
const KEPT_ID: Field = Field::optional(
    "external_id",
    "The id that the application knows the account by, one account's only; an empty text for none.",
)
.length(0, EXTERNAL_ID);
const PUBLIC: Field = Field::optional(
    "public_metadata",
    "What the account's owner sees in the session: an object of at most 4 KiB, which replaces the one before.",
)
.object();
const PRIVATE: Field = Field::optional(
    "private_metadata",
    "What only backends see: an object of at most 4 KiB, which replaces the one before.",
)
.object();
const CREATE: &[Field] = &[
    Field::required("email", "The address.").length(1, 254),
    Field::optional(
        "unproved",
        "`true`: the address is still to be proved, which a username and a password let its owner do. Else the backend \
         vouches for it.",
    )
    .flag(),
    Field::optional("username", "A username, also one that nobody may choose alone.")
        .length(0, username::MAX_LENGTH),
    FIRST_NAME,
    LAST_NAME,
    Field::optional("password", "Without one nobody can sign in with one yet.").length(0, MAX_LENGTH),
    KEPT_ID,
    PUBLIC,
    PRIVATE,
];
const UPDATE: &[Field] = &[
    FIRST_NAME,
    LAST_NAME,
    Field::optional("username", "Another username; an empty text for none.").length(0, username::MAX_LENGTH),
    KEPT_ID,
    PUBLIC,
    PRIVATE,
    REASON,
];
const WHY: &[Field] = &[REASON];
const NOT_THERE: &[Code] = &[Code::UserNotFound];
/// What both who is made and who is changed may be refused for.
const SAID: &[Code] = &[
    Code::InvalidName,
    Code::InvalidUsername,
    Code::UsernameExists,
    Code::InvalidMetadata,
    Code::ExternalIdExists,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let (all, one) = ("/admin/v1/users", "/admin/v1/users/{user_id}");
    let about =
        "List accounts. The newest first: all of a state, or those that are looked for by one parameter.";
    let list_them = Operation::get::<List<User>>(all, "listUsers", about)
        .takes(LIST)
        .of_backend(Scope::UsersRead)
        .refuses(&[Code::InvalidEmail, Code::InvalidPhoneNumber, Code::InvalidUsername]);
    let about = "Make an account. The backend vouches for the address, unless it says that it is unproved.";
    let create_it = Operation::post::<User>(all, "createUser", about)
        .takes(CREATE)
        .of_backend(Scope::UsersWrite)
        .refuses_also(
            SAID,
            &[
                Code::RequiredField,
                Code::InvalidEmail,
                Code::EmailExists,
                Code::PasswordTooShort,
                Code::PasswordTooLong,
                Code::PasswordTooSimple,
                Code::PasswordBreached,
                Code::PasswordNamesYou,
                Code::TooManyAttempts,
            ],
        );
    let about = "Read an account. Also one that was deleted, as long as its id is kept.";
    let show_it = Operation::get::<User>(one, "getUser", about)
        .takes(&[])
        .of_backend(Scope::UsersRead)
        .refuses(NOT_THERE);
    let about = "Change an account. What is not said stays. Its sessions show it at once.";
    let update_it = Operation { method: Method::PATCH, ..Operation::post::<User>(one, "updateUser", about) }
        .takes(UPDATE)
        .of_backend(Scope::UsersWrite)
        .refuses_also(SAID, &[Code::UserNotFound, Code::NoAlternative]);
    let about = "Delete an account. All its sign-ins end, its address is free again, and of its data only the id stays.";
    let delete_it =
        Operation { method: Method::DELETE, ..Operation::post::<Decided>(one, "deleteUser", about) }
            .takes(WHY)
            .of_backend(Scope::UsersWrite)
            .refuses(NOT_THERE);
    Routes::default()
        .add(list_them, list)
        .add(create_it, create)
        .add(show_it, show)
        .add(update_it, update)
        .add(delete_it, delete)
        .and(decisions())
}

/// What is decided about an account, and what is told of it.
fn decisions() -> Routes {
    let about = "Everything of an account. What its owner may ask for, and what only backends see.";
    let export_it = Operation::get::<AccountExport>("/admin/v1/users/{user_id}/export", "exportUser", about)
        .takes(&[])
        .of_backend(Scope::UsersRead)
        .refuses(NOT_THERE);
    let decision = |path: &'static str, id: &'static str, about: &'static str| {
        Operation::post::<Decided>(path, id, about)
            .takes(WHY)
            .of_backend(Scope::UsersWrite)
            .refuses(NOT_THERE)
    };
    let about = "Disable an account. It may not act any more: all its sign-ins end, on every path, before this answers.";
    let disable_it = decision("/admin/v1/users/{user_id}/disable", "disableUser", about);
    let about = "Enable an account. It may act again; what has ended stays ended.";
    let enable_it = decision("/admin/v1/users/{user_id}/enable", "enableUser", about);
    let about = "Forget second factors. Of an account whose owner has lost them; all its sign-ins end.";
    let reset_it = decision("/admin/v1/users/{user_id}/reset-factors", "resetUserFactors", about);
    Routes::default()
        .add(export_it, export)
        .add(disable_it, disable)
        .add(enable_it, enable)
        .add(reset_it, reset_factors)
}

async fn list(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::UsersRead)?;
    let page = said.page(|text| UserId::parse(text).is_some())?;
    let (state, sought) = (said.word("state", STATES)?, sought(&said)?);
    let (deployment, now) = (backend.site.config.id.clone(), backend.by().now);
    let list = backend.app.db.read(move |on| {
        let found = users::page(on, &deployment, (&page, state), sought.as_ref(), now)?;
        Ok(page.list(found, |user| &user.id))
    });
    Ok(answer::bare(&list.await?))
}

/// By what accounts are looked for; none for all.
fn sought(said: &Said) -> Result<Option<Sought>> {
    let mut all = said.text("search")?.map(Sought::typed).into_iter().collect::<Vec<_>>();
    for name in EXACT {
        all.extend(said.text(name)?.map(|text| Sought::exactly(name, text)).transpose()?);
    }
    if all.len() > 1 {
        let text = format!("Look by one of search, {}.", EXACT.join(", "));
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(all.pop())
}

fn kept(said: &Said) -> Result<Kept> {
    let metadata = |name: &str| said.emptied_object(name)?.map(|object| kept::metadata(&object)).transpose();
    Ok(Kept {
        external_id: said.emptied("external_id")?.map(kept::external_id).transpose()?,
        public_metadata: metadata("public_metadata")?,
        private_metadata: metadata("private_metadata")?,
    })
}

fn name(said: &Said, field: &str) -> Result<Option<String>> {
    Ok(said.emptied(field)?.map(user::name).transpose()?)
}

async fn create(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::UsersWrite)?;
    let form = Form {
        email: EmailAddress::parse(said.required("email")?)?,
        unproved: said.flag("unproved")?.unwrap_or_default(),
        username: said.text("username")?.map(Username::parse).transpose()?,
        first_name: name(&said, "first_name")?.unwrap_or_default(),
        last_name: name(&said, "last_name")?.unwrap_or_default(),
        password: said.text("password")?.map(str::to_owned),
        kept: kept(&said)?,
    };
    Ok(answer::bare(&admin::create(&backend.app, &backend.site, form, backend.by()).await?))
}

async fn show(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::UsersRead)?;
    let id = user_id(&path.id("user_id"))?;
    let (deployment, now) = (backend.site.config.id.clone(), backend.by().now);
    let found = backend.app.db.read(move |on| users::one(on, &deployment, &id, now)).await?;
    Ok(answer::bare(&found.ok_or(Code::UserNotFound)?))
}

async fn update(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::UsersWrite)?;
    let id = user_id(&path.id("user_id"))?;
    let username = match said.emptied("username")? {
        None => None,
        Some("") => Some(None),
        Some(text) => Some(Some(Username::parse(text)?)),
    };
    let change = profile::Said {
        first_name: name(&said, "first_name")?,
        last_name: name(&said, "last_name")?,
        username,
        kept: kept(&said)?,
    };
    let by = said.by(&backend)?;
    Ok(answer::bare(&profile::change(&backend.app, &backend.site, id, change, by).await?))
}

async fn delete(backend: Backend, path: Named, said: Said) -> Result<Response> {
    decide(&backend, &path, &said, Decision::Delete).await
}

async fn disable(backend: Backend, path: Named, said: Said) -> Result<Response> {
    decide(&backend, &path, &said, Decision::Disable).await
}

async fn enable(backend: Backend, path: Named, said: Said) -> Result<Response> {
    decide(&backend, &path, &said, Decision::Enable).await
}

async fn reset_factors(backend: Backend, path: Named, said: Said) -> Result<Response> {
    decide(&backend, &path, &said, Decision::ResetFactors).await
}

async fn decide(backend: &Backend, path: &Named, said: &Said, what: Decision) -> Result<Response> {
    backend.may(Scope::UsersWrite)?;
    let (id, by) = (user_id(&path.id("user_id"))?, said.by(backend)?);
    Ok(answer::bare(&admin::decide(&backend.app, &backend.site, id, what, by).await?))
}

async fn export(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::UsersRead)?;
    let id = user_id(&path.id("user_id"))?;
    Ok(answer::bare(&profile::export(&backend.app, &backend.site, id, backend.by()).await?))
}
