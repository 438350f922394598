//! What whoever has a token asks for: what it is worth, and to accept.

use super::accept::{self, Accepted, Offer, Outcome};
use super::look::{self, Sent};
use super::sentence;
use crate::app::{Shared, Site};
use crate::audit::{self, Actor, By, Event};
use crate::caller::Browser;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::session::view as session;
use crate::user::email::EmailAddress;
use crate::{organization, waitlist, workspace};
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, InvitationAcceptance, InvitationRefusal, InvitationValidation};
use std::sync::Arc;

const TOKEN: &[Field] = &[Field::required("token", "The token of the mailed link.").length(1, 200)];

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let about = "What an invitation is worth. For whoever has its token; it changes nothing, and answers 200 also for a \
                 token that is none.";
    let validate_it = Operation::post::<InvitationValidation>(
        "/deployment/invitations/validate",
        "validateInvitation",
        about,
    )
    .takes(TOKEN)
    .refuses(&[Code::RequiredField]);
    let about = "Accept an invitation. Of the accounts that are signed in here the one accepts that has proved the \
                 invited address; it is the active one then, and acts where it was invited to. Refusals are 200 as well, with `error_code`.";
    let accept_it = Operation::post::<InvitationAcceptance>(
        "/organizations/invitations/accept",
        "acceptInvitation",
        about,
    )
    .takes(TOKEN)
    .of_browser()
    .refuses(&[Code::RequiredField, Code::UserDisabled]);
    Routes::default()
        .add(validate_it.also_by(Method::GET, "validateInvitationByGet"), validate)
        .add(validate_it, validate)
        .add(accept_it, accept)
}

/// `token`.
async fn validate(
    State(app): State<Shared>,
    Extension(site): Extension<Arc<Site>>,
    fields: Fields,
) -> Result<Response> {
    let (token, now) = (fields.required("token")?, app.world.clock.now_ms());
    let told = match (Sent::read(&app.vault, token), waitlist::look::Sent::read(&app.vault, token)) {
        (Some(sent), _) => app.db.read(move |on| look::validate(on, &site, &sent, now)).await?,
        (None, Some(sent)) => app.db.read(move |on| look::validate_waitlist(on, &site, &sent, now)).await?,
        (None, None) => look::invalid(),
    };
    Ok(answer::ok(told))
}

/// `token`.
async fn accept(browser: Browser, fields: Fields) -> Result<Response> {
    let outcome = match Sent::read(&browser.app.vault, fields.required("token")?) {
        None => Outcome::Refused(InvitationRefusal::InvitationInvalid, None),
        Some(sent) => {
            let offer = Offer { sent, arrival: browser.arrive() };
            let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
            browser.app.db.write(move |tx| accept::accept(tx, (&app, &site), &offer)).await?
        }
    };
    match outcome {
        Outcome::Member(accepted) => Ok(answer::ok(member(&browser, &accepted))),
        Outcome::SignIn(email) => {
            let message = "Sign in with the invited address to accept the invitation.";
            Ok(answer::ok(InvitationAcceptance {
                requires_signin: true,
                message: message.to_owned(),
                ..refused(None, Some(&email))
            }))
        }
        Outcome::Refused(why, email) => {
            note(&browser, why).await;
            Ok(answer::ok(refused(Some(why), email.as_ref())))
        }
    }
}

/// Records that a token opened nothing; who only has to sign up has done nothing odd.
async fn note(browser: &Browser, why: InvitationRefusal) {
    if why == InvitationRefusal::InvitationRequiresSignup {
        return;
    }
    let now = browser.app.world.clock.now_ms();
    let by = By::client(Actor::Stranger, &browser.address.to_string(), now);
    let session = browser.rack.as_ref().map(|rack| rack.session().clone());
    audit::note(&browser.app, &browser.site, by, Event::InvitationRefused, session).await;
}

fn member(browser: &Browser, it: &Accepted) -> InvitationAcceptance {
    let now = browser.app.world.clock.now_ms();
    browser.app.activity.note(&browser.site, &it.sign_in, now);
    InvitationAcceptance {
        organization: Some(organization::view::organization(&browser.site, &it.organization)),
        workspace: it.workspace.as_ref().map(|(it, of)| workspace::view::workspace(&browser.site, it, of)),
        signin_id: Some(it.sign_in.to_string()),
        already_member: it.already,
        message: "You are a member now.".to_owned(),
        session: Some(session::session(&browser.site, &it.left.loaded, it.left.opened)),
        ..refused(None, None)
    }
}

fn refused(why: Option<InvitationRefusal>, email: Option<&EmailAddress>) -> InvitationAcceptance {
    use InvitationRefusal::{InvitationEmailMismatch, InvitationRequiresSignup};
    InvitationAcceptance {
        organization: None,
        workspace: None,
        signin_id: None,
        already_member: false,
        requires_signin: matches!(why, Some(InvitationRequiresSignup | InvitationEmailMismatch)),
        invited_email: email.map(EmailAddress::to_string),
        error_code: why,
        message: why.map(sentence).unwrap_or_default().to_owned(),
        session: None,
    }
}
