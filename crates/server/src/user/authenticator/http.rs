//! `/me/authenticator`.

use super::store::{self, Confirmed, Draft};
use crate::app::Site;
use crate::caller::Fresh;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::AuthenticatorId;
use crate::time::rfc3339;
use crate::user::notice::Changed;
use crate::user::ways::authenticator_view;
use crate::user::{SENSITIVE, factors};
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, NewAuthenticator, Removed, UserAuthenticator};

const CONFIRM: &[Field] = &[
    Field::required("authenticator_id", "The set-up that is confirmed."),
    Field::optional("codes", "Two codes of the authenticator that follow each other, the earlier one first.")
        .list(),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Set an authenticator up. The answer has what a program needs, and nothing shows it again; it is no factor \
                 until it is confirmed, and a set-up that was begun before and not confirmed is over.";
    let begin_it = Operation::post::<NewAuthenticator>("/me/authenticator", "addMyAuthenticator", about)
        .of_browser()
        .refuses_also(SENSITIVE, &[Code::FactorNotOffered, Code::TooManyAuthenticators]);
    let about = "Confirm an authenticator. With two codes that follow each other; it is a second factor from now on, which this sign-in has \
         proved: it gets a new key, which the answer hands out.";
    let path = "/me/authenticator/attempt-verification";
    let confirm_it = Operation::post::<UserAuthenticator>(path, "confirmMyAuthenticator", about)
        .takes(CONFIRM)
        .hands_out()
        .refuses_also(
            SENSITIVE,
            &[
                Code::FactorNotOffered,
                Code::RequiredField,
                Code::CodeRequired,
                Code::InvalidCode,
                Code::AuthenticatorNotFound,
            ],
        );
    let about = "Remove an authenticator. Not the last second factor where one is asked for.";
    let path = "/me/authenticator/{authenticator_id}/delete";
    let remove_it = Operation::post::<Removed>(path, "removeMyAuthenticator", about)
        .of_browser()
        .refuses_also(SENSITIVE, &[Code::AuthenticatorNotFound, Code::SecondFactorEnforced]);
    let by_method = "/me/authenticator/{authenticator_id}";
    Routes::default()
        .add(begin_it, begin)
        .add(confirm_it, confirm)
        .add(remove_it.also_at(Method::DELETE, by_method, "deleteMyAuthenticator"), remove)
        .add(remove_it, remove)
}

fn is_offered(site: &Site) -> Result<()> {
    if site.config.auth.second_factor.authenticator { Ok(()) } else { Err(Code::FactorNotOffered.into()) }
}

async fn begin(Fresh(account): Fresh) -> Result<Response> {
    is_offered(&account.site)?;
    let draft = Draft::draw(&account.app)?;
    let begun = account.change_own(move |tx, (_, site), own| {
        own.is_fresh()?;
        store::begin(tx, &site.config.id, &own.user, &draft, own.now())?;
        let name = store::account_name(tx, &own.user)?;
        Ok(NewAuthenticator {
            id: draft.id.to_string(),
            otp_url: draft.secret.url(&site.config.app_name, &name)?,
            totp_secret: draft.secret.base32(),
            created_at: rfc3339(own.now()),
        })
    });
    Ok(answer::ok(begun.await?.1))
}

/// The two codes of a request, if there are two.
fn two_codes(fields: &Fields) -> Result<Option<[String; 2]>> {
    let codes = fields.list("codes")?.unwrap_or_default();
    let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
    Ok(codes.try_into().ok())
}

/// Why a set-up that is there was not confirmed.
fn not_confirmed(has_codes: bool) -> Error {
    if has_codes {
        let text = "These are not two codes of this authenticator that follow each other; wait for the next one, and look \
                    at the clock of the device.";
        return Error::refused(Code::InvalidCode, text);
    }
    let text = "Send codes twice: the code that the authenticator shows, and the one that it shows next.";
    Error::refused(Code::CodeRequired, text)
}

async fn confirm(Fresh(account): Fresh, fields: Fields) -> Result<Response> {
    is_offered(&account.site)?;
    let id =
        AuthenticatorId::parse(fields.required("authenticator_id")?).ok_or(Code::AuthenticatorNotFound)?;
    let said = two_codes(&fields)?;
    let confirmed = account.change_own(move |tx, (app, site), own| {
        own.is_fresh()?;
        let now = own.now();
        let codes = said.as_ref().map_or(["", ""], |[one, two]| [one, two]);
        let authenticator = match store::confirm(tx, &app.vault, (&own.user.id, &id), codes, now)? {
            Confirmed::Now(authenticator) => authenticator,
            Confirmed::Unknown => return Err(Code::AuthenticatorNotFound.into()),
            Confirmed::Wrong => return Err(not_confirmed(said.is_some())),
        };
        factors::settle(tx, site, &own.user.id, now)?;
        own.way_changed(tx, (app, site), Changed::AuthenticatorAdded, "")?;
        own.touch();
        // It was proved by what confirmed it.
        let proof = own.proof.with("otp", true, now);
        own.renew_key(tx, app, &proof)?;
        Ok(authenticator_view(&authenticator))
    });
    let (left, shown) = confirmed.await?;
    Ok(account.answer_with(&left, shown))
}

async fn remove(Fresh(account): Fresh, named: Named) -> Result<Response> {
    let id = AuthenticatorId::parse(&named.id("authenticator_id")).ok_or(Code::AuthenticatorNotFound)?;
    let removed = account.change_own(move |tx, (app, site), own| {
        own.is_fresh()?;
        if !store::remove(tx, &own.user.id, &id)? {
            return Err(Code::AuthenticatorNotFound.into());
        }
        // A set-up that was not confirmed was no way in.
        if own.user.ways.authenticators.iter().any(|one| one.id == id) {
            factors::settle(tx, site, &own.user.id, own.now())?;
            own.way_changed(tx, (app, site), Changed::AuthenticatorRemoved, "")?;
            own.touch();
        }
        Ok(Removed { id: id.to_string() })
    });
    Ok(answer::ok(removed.await?.1))
}
