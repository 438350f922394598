//! `/me/email-addresses`.

use super::{attempt, make_primary, prepare, remove};
use crate::app::Site;
use crate::caller::{Account, Fresh};
use crate::contact::Kind;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::sign_up::restrictions;
use crate::user::User;
use crate::user::email::EmailAddress;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, Removed, UserEmailAddress, VerificationPrepared};

const ADD: &[Field] = &[Field::required("email", "The address.").length(1, 254)];
const CODE: &[Field] = &[Field::required("code", "The code: six digits.").length(1, 20)];
const ONE: &str = "/me/email-addresses/{email_address_id}";
const OF_ONE: &[Code] = &[Code::SignedOut, Code::UserDisabled, Code::EmailAddressNotFound];

/// The routes of this feature.
pub fn routes() -> Routes {
    having().and(proving())
}

fn having() -> Routes {
    let about = "My addresses. Oldest first.";
    let list_them =
        Operation::get::<Vec<UserEmailAddress>>("/me/email-addresses", "getMyEmailAddresses", about)
            .of_browser()
            .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about = "One of my addresses. By its id.";
    let show_it =
        Operation::get::<UserEmailAddress>(ONE, "getMyEmailAddress", about).of_browser().refuses(OF_ONE);
    let about = "Add an address. It counts for nothing until it is verified; 10 at most. With uniform answers one of \
                 another account is added like any other, and no code ever fits. What may not sign up may not be added.";
    let add_it = Operation::post::<UserEmailAddress>("/me/email-addresses", "addEmailAddress", about)
        .takes(ADD)
        .of_browser()
        .refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::ReauthenticationRequired,
            Code::RequiredField,
            Code::InvalidEmail,
            Code::EmailExists,
            Code::EmailBlocked,
            Code::EmailNotAllowed,
            Code::DisposableEmailBlocked,
            Code::BannedKeyword,
            Code::TooManyContacts,
        ]);
    let about = "Make an address the primary one. A verified one.";
    let path = "/me/email-addresses/{email_address_id}/make-primary";
    let make_it = Operation::post::<UserEmailAddress>(path, "makeEmailAddressPrimary", about)
        .of_browser()
        .refuses_also(OF_ONE, &[Code::ReauthenticationRequired, Code::ContactNotProved]);
    let about = "Remove an address. Not the primary one, and not the last way in. A verified one needs a fresh proof.";
    let path = "/me/email-addresses/{email_address_id}/delete";
    let remove_it = Operation::post::<Removed>(path, "deleteEmailAddress", about).of_browser().refuses_also(
        OF_ONE,
        &[Code::ReauthenticationRequired, Code::PrimaryNotRemovable, Code::NoAlternative],
    );
    Routes::default()
        .add(list_them, list)
        .add(show_it, show)
        .add(add_it, add)
        .add(make_it, make)
        .add(remove_it.also_at(Method::DELETE, ONE, "deleteEmailAddressByMethod"), delete)
        .add(remove_it, delete)
}

fn proving() -> Routes {
    let about = "Mail a code for an address of mine. For 10 minutes; asked too soon or too often nothing is mailed, and the \
                 answer is the same. `otp_sent` is false for one that is verified.";
    let path = "/me/email-addresses/{email_address_id}/prepare-verification";
    let prepare_it = Operation::post::<VerificationPrepared>(path, "prepareEmailAddressVerification", about)
        .of_browser()
        .refuses_also(OF_ONE, &[Code::EmailExists]);
    let about = "Enter the code for an address of mine. It is verified, and taken from whoever had it unverified. \
                 `EMAIL_EXISTS`: somebody else verified it first, and it is removed here.";
    let path = "/me/email-addresses/{email_address_id}/attempt-verification";
    let attempt_it = Operation::post::<UserEmailAddress>(path, "attemptEmailAddressVerification", about)
        .takes(CODE)
        .of_browser()
        .refuses_also(
            OF_ONE,
            &[
                Code::RequiredField,
                Code::InvalidCode,
                Code::CodeExpired,
                Code::TooManyAttempts,
                Code::EmailExists,
            ],
        );
    Routes::default().add(prepare_it, prepare_one).add(attempt_it, attempt_one)
}

/// The address as it is shown.
fn view(site: &Site, user: &User, id: &str) -> Result<UserEmailAddress> {
    let shown = crate::user::view(site, user).user_email_addresses.into_iter().find(|email| email.id == id);
    Ok(shown.ok_or(Code::EmailAddressNotFound)?)
}

/// The same, as it is by now.
async fn present(account: &Account, id: &str) -> Result<Response> {
    Ok(answer::ok(view(&account.site, &account.present().await?, id)?))
}

async fn list(account: Account) -> Result<Response> {
    Ok(answer::ok(crate::user::view(&account.site, account.user()?).user_email_addresses))
}

async fn show(account: Account, path: Named) -> Result<Response> {
    Ok(answer::ok(view(&account.site, account.user()?, &path.id("email_address_id"))?))
}

/// `email`.
async fn add(account: Fresh, fields: Fields) -> Result<Response> {
    let email = EmailAddress::parse(fields.required("email")?)?;
    restrictions::check(&account.site.config.restrictions, &email, &[])?;
    let id = super::add(&account, Kind::Email, email.to_string()).await?;
    present(&account, &id).await
}

async fn make(account: Fresh, path: Named) -> Result<Response> {
    let id = path.id("email_address_id");
    make_primary(&account, Kind::Email, id.clone()).await?;
    present(&account, &id).await
}

async fn delete(account: Account, path: Named) -> Result<Response> {
    let id = path.id("email_address_id");
    remove(&account, Kind::Email, id.clone()).await?;
    Ok(answer::ok(Removed { id }))
}

async fn prepare_one(account: Account, path: Named) -> Result<Response> {
    Ok(answer::ok(prepare(&account, Kind::Email, &path.id("email_address_id")).await?))
}

/// `code`.
async fn attempt_one(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let id = path.id("email_address_id");
    attempt(&account, Kind::Email, (&id, fields.required("code")?)).await?;
    present(&account, &id).await
}
