//! `/me/passkeys`: the passkeys of the user who acts.

use super::party::Party;
use super::{change, said, store};
use crate::audit;
use crate::caller::{Account, Fresh};
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::user::{self, SENSITIVE};
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, PasskeyCreation, PasskeyRegistered, Removed, UserPasskey};

const NAME: &[Field] = &[Field::required("name", "At most 100 characters.").length(1, 100)];
const ONE: &str = "/me/passkeys/{passkey_id}";

/// The routes of this feature.
pub fn routes() -> Routes {
    making().and(having())
}

fn making() -> Routes {
    let about = "Begin a new passkey. The options are for `navigator.credentials.create()`; they are good once, for five \
                 minutes.";
    let begin_it = Operation::post::<PasskeyCreation>("/me/passkeys/register/begin", "beginPasskey", about)
        .of_browser()
        .refuses_also(SENSITIVE, &[Code::PasskeysDisabled, Code::TooManyPasskeys]);
    let about = "Keep a new passkey. What `navigator.credentials.create()` gave. It must have been made on a page of an \
                 allowed origin, by a device that made sure who is there. The sign-in has proved a second factor by that: it gets \
                 a new key, which the answer hands out.";
    let finish_it =
        Operation::post::<PasskeyRegistered>("/me/passkeys/register/finish", "finishPasskey", about)
            .takes(said::ATTESTATION)
            .hands_out()
            .refuses_also(
                SENSITIVE,
                &[
                    Code::RequiredField,
                    Code::InvalidName,
                    Code::PasskeysDisabled,
                    Code::PasskeyRequestExpired,
                    Code::InvalidPasskey,
                    Code::PasskeyExists,
                    Code::TooManyPasskeys,
                ],
            );
    Routes::default().add(begin_it, begin).add(finish_it, finish)
}

fn having() -> Routes {
    let about = "My passkeys. Those of the signed-in user, oldest first.";
    let list_it = Operation::get::<Vec<UserPasskey>>("/me/passkeys", "getMyPasskeys", about)
        .of_browser()
        .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about = "Rename a passkey. Devices go on showing what they were told.";
    let rename_it =
        Operation::post::<UserPasskey>(ONE, "renamePasskey", about).takes(NAME).of_browser().refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::RequiredField,
            Code::InvalidName,
            Code::PasskeyNotFound,
        ]);
    let about = "Remove a passkey. It signs nobody in any more; the device still has it until its owner removes it \
                 there. Never the last way into the account.";
    let path = "/me/passkeys/{passkey_id}/delete";
    let remove_it = Operation::post::<Removed>(path, "removePasskey", about)
        .of_browser()
        .refuses_also(SENSITIVE, &[Code::PasskeyNotFound, Code::NoAlternative, Code::SecondFactorEnforced]);
    Routes::default()
        .add(list_it, list)
        .add(rename_it.also_at(Method::PATCH, ONE, "patchPasskey"), rename)
        .add(rename_it, rename)
        .add(remove_it.also_at(Method::DELETE, ONE, "removePasskeyByMethod"), remove)
        .add(remove_it, remove)
}

/// `GET /me/passkeys`.
async fn list(account: Account) -> Result<Response> {
    let user = account.user.clone();
    let theirs = account.app.db.read_single(move |on| store::of_user(on, &user)).await?;
    let shown: Vec<UserPasskey> = theirs.iter().map(super::Passkey::view).collect();
    Ok(answer::ok(shown))
}

/// `POST /me/passkeys/register/begin`.
async fn begin(Fresh(account): Fresh) -> Result<Response> {
    Ok(answer::ok(change::begin(&account).await?))
}

/// `POST /me/passkeys/register/finish` `name?`, and what the browser gave.
async fn finish(Fresh(account): Fresh, fields: Fields) -> Result<Response> {
    let party = Party::of(&account.site.config).ok_or(Code::PasskeysDisabled)?;
    let name = match user::name(fields.text("name")?.unwrap_or_default())? {
        name if name.is_empty() => change::default_name(&account.user_agent),
        name => name,
    };
    let finished = async { change::finish(&account, &said::attestation(&fields, &party)?, &name).await };
    let finished = finished.await;
    if let Err(error) = &finished {
        note(&account, error.code()).await;
    }
    let (left, passkey) = finished?;
    let passkey = passkey.view();
    let UserPasskey { id, name, created_at, last_used_at, device_type, backed_up } = passkey.clone();
    let registered =
        PasskeyRegistered { id, name, created_at, last_used_at, device_type, backed_up, passkey };
    Ok(account.answer_with(&left, registered))
}

/// Records what was no answer to what this sign-in was asked: an old one, of another page, of another browser.
async fn note(account: &Account, code: Code) {
    if matches!(code, Code::PasskeyRequestExpired | Code::InvalidPasskey) {
        audit::note_act(&account.app, &account.site, account.by(), code, account.whose()).await;
    }
}

/// `PATCH /me/passkeys/{passkey_id}` `name`.
async fn rename(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let name = user::name(fields.required("name")?)?;
    if name.is_empty() {
        return Err(Code::RequiredField.into());
    }
    let renamed = change::rename(&account, path.id("passkey_id"), name).await?;
    Ok(answer::ok(renamed.view()))
}

/// `POST /me/passkeys/{passkey_id}/delete`, and `DELETE` of the passkey.
async fn remove(Fresh(account): Fresh, path: Named) -> Result<Response> {
    let id = change::remove(&account, path.id("passkey_id")).await?;
    Ok(answer::ok(Removed { id }))
}
