//! `/me/phone-numbers`.

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
use crate::user::phone::E164;
use crate::user::{User, reachable};
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, Removed, UserPhoneNumber, VerificationPrepared};

const ADD: &[Field] = &[
    Field::required("phone_number", "The number: in E.164, or as it is dialled in the country.")
        .length(1, 40),
    Field::optional("country_code", "The country, where the number does not say it: `+49`, or `DE`.")
        .length(1, 8),
];
const CODE: &[Field] = &[Field::required("code", "The code: six digits.").length(1, 20)];
const ONE: &str = "/me/phone-numbers/{phone_number_id}";
/// Why no code is sent to a number.
const UNREACHABLE: &[Code] = &[Code::InvalidPhoneNumber, Code::CountryRestricted, Code::VoipNumberBlocked];
const OF_ONE: &[Code] = &[Code::SignedOut, Code::UserDisabled, Code::PhoneNumberNotFound];

/// The routes of this feature.
pub fn routes() -> Routes {
    having().and(proving())
}

fn having() -> Routes {
    let about = "My phone numbers. Oldest first.";
    let list_them = Operation::get::<Vec<UserPhoneNumber>>("/me/phone-numbers", "getMyPhoneNumbers", about)
        .of_browser()
        .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about = "One of my phone numbers. By its id.";
    let show_it =
        Operation::get::<UserPhoneNumber>(ONE, "getMyPhoneNumber", about).of_browser().refuses(OF_ONE);
    let about = "Add a phone number. It counts for nothing until it is verified; 10 at most.";
    let add_it = Operation::post::<UserPhoneNumber>("/me/phone-numbers", "addPhoneNumber", about)
        .takes(ADD)
        .of_browser()
        .refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::ReauthenticationRequired,
            Code::RequiredField,
            Code::InvalidPhoneNumber,
            Code::CountryRestricted,
            Code::VoipNumberBlocked,
            Code::PhoneNumberExists,
            Code::TooManyContacts,
        ]);
    let about = "Make a phone number the primary one. A verified one.";
    let path = "/me/phone-numbers/{phone_number_id}/make-primary";
    let make_it = Operation::post::<UserPhoneNumber>(path, "makePhoneNumberPrimary", about)
        .of_browser()
        .refuses_also(OF_ONE, &[Code::ReauthenticationRequired, Code::ContactNotProved]);
    let about = "Remove a phone number. Not the last way in; a verified one needs a fresh proof.";
    let path = "/me/phone-numbers/{phone_number_id}/delete";
    let remove_it = Operation::post::<Removed>(path, "deletePhoneNumber", about).of_browser().refuses_also(
        OF_ONE,
        &[Code::ReauthenticationRequired, Code::NoAlternative, Code::SecondFactorEnforced],
    );
    Routes::default()
        .add(list_them, list)
        .add(show_it, show)
        .add(add_it, add)
        .add(make_it, make)
        .add(remove_it.also_at(Method::DELETE, ONE, "deletePhoneNumberByMethod"), delete)
        .add(remove_it, delete)
}

fn proving() -> Routes {
    let about = "Send a code to a phone number of mine. For 10 minutes; asked too soon or too often nothing is sent, and the \
                 answer is the same. `otp_sent` is false for one that is verified.";
    let path = "/me/phone-numbers/{phone_number_id}/prepare-verification";
    let prepare_it = Operation::post::<VerificationPrepared>(path, "preparePhoneNumberVerification", about)
        .of_browser()
        .refuses_also(OF_ONE, UNREACHABLE);
    let about = "Enter the code for a phone number of mine. It is verified, and taken from whoever had it before: numbers \
                 change hands.";
    let path = "/me/phone-numbers/{phone_number_id}/attempt-verification";
    let attempt_it = Operation::post::<UserPhoneNumber>(path, "attemptPhoneNumberVerification", about)
        .takes(CODE)
        .of_browser()
        .refuses_also(
            OF_ONE,
            &[Code::RequiredField, Code::InvalidCode, Code::CodeExpired, Code::TooManyAttempts],
        );
    Routes::default().add(prepare_it, prepare_one).add(attempt_it, attempt_one)
}

/// The number as it is shown.
fn view(site: &Site, user: &User, id: &str) -> Result<UserPhoneNumber> {
    let shown = crate::user::view(site, user).user_phone_numbers.into_iter().find(|phone| phone.id == id);
    Ok(shown.ok_or(Code::PhoneNumberNotFound)?)
}

/// The same, as it is by now.
async fn present(account: &Account, id: &str) -> Result<Response> {
    Ok(answer::ok(view(&account.site, &account.present().await?, id)?))
}

async fn list(account: Account) -> Result<Response> {
    Ok(answer::ok(crate::user::view(&account.site, account.user()?).user_phone_numbers))
}

async fn show(account: Account, path: Named) -> Result<Response> {
    Ok(answer::ok(view(&account.site, account.user()?, &path.id("phone_number_id"))?))
}

/// `phone_number`, `country_code?`.
async fn add(account: Fresh, fields: Fields) -> Result<Response> {
    let phone = E164::parse(fields.required("phone_number")?, fields.text("country_code")?)?;
    reachable::check(&account.site.config.restrictions, &phone)?;
    let id = super::add(&account, Kind::Phone, phone.to_string()).await?;
    present(&account, &id).await
}

async fn make(account: Fresh, path: Named) -> Result<Response> {
    let id = path.id("phone_number_id");
    make_primary(&account, Kind::Phone, id.clone()).await?;
    present(&account, &id).await
}

async fn delete(account: Account, path: Named) -> Result<Response> {
    let id = path.id("phone_number_id");
    remove(&account, Kind::Phone, id.clone()).await?;
    Ok(answer::ok(Removed { id }))
}

async fn prepare_one(account: Account, path: Named) -> Result<Response> {
    Ok(answer::ok(prepare(&account, Kind::Phone, &path.id("phone_number_id")).await?))
}

/// `code`.
async fn attempt_one(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let id = path.id("phone_number_id");
    attempt(&account, Kind::Phone, (&id, fields.required("code")?)).await?;
    present(&account, &id).await
}
