//! `POST /auth/passkey/login/begin` and `/finish`.

use crate::audit::{self, Event};
use crate::caller::Browser;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::passkey::party::Party;
use crate::passkey::said;
use axum::response::Response;
use keyrack_protocol::{Code, PasskeyRequest, Session};

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Ask for a passkey. The options are for `navigator.credentials.get()`, also with \
                 `mediation: \"conditional\"`, so that browsers offer passkeys while an address is filled in; they are \
                 good once, for five minutes. Nothing is said of who has one. Makes the session, if there is none.";
    let begin_it =
        Operation::post::<PasskeyRequest>("/auth/passkey/login/begin", "beginPasskeySignIn", about)
            .hands_out()
            .refuses(&[Code::PasskeysDisabled, Code::TooManyAttempts, Code::TooManyAccounts]);
    let about = "Sign in with a passkey. What `navigator.credentials.get()` gave. It counts as two factors, so nothing \
                 else is asked for. A passkey that was removed, that nobody has or that proves nothing gets one answer.";
    let finish_it = Operation::post::<Session>("/auth/passkey/login/finish", "finishPasskeySignIn", about)
        .takes(said::ASSERTION)
        .hands_out()
        .refuses(&[
            Code::RequiredField,
            Code::PasskeysDisabled,
            Code::PasskeyRequestExpired,
            Code::InvalidCredentials,
            Code::TooManyAttempts,
            Code::UserDisabled,
            Code::UserAlreadySignedIn,
            Code::TooManyAccounts,
        ]);
    Routes::default().add(begin_it, begin).add(finish_it, finish)
}

/// `POST /auth/passkey/login/begin`.
async fn begin(browser: Browser) -> Result<Response> {
    let (left, request) = super::begin(&browser).await?;
    Ok(browser.hand_out(&left, answer::ok(request)))
}

/// `POST /auth/passkey/login/finish`: what the browser gave.
async fn finish(browser: Browser, fields: Fields) -> Result<Response> {
    let finished = async {
        let party = Party::of(&browser.site.config).ok_or(Code::PasskeysDisabled)?;
        let answer = match said::assertion(&fields, &party) {
            Ok(answer) => answer,
            Err(error) => {
                if error.code() == Code::InvalidCredentials {
                    note(&browser, error.code()).await;
                }
                return Err(error);
            }
        };
        super::finish(&browser, answer).await
    };
    let finished = finished.await;
    browser.app.metrics.sign_ins.note(&finished);
    if matches!(&finished, Err(error) if error.code() == Code::PasskeyRequestExpired) {
        note(&browser, Code::PasskeyRequestExpired).await;
    }
    Ok(browser.answer(&finished?))
}

/// Records what comes this far only: what was signed on another page, and what answers another question. Other wrong answers
/// have a record.
async fn note(browser: &Browser, code: Code) {
    let by = browser.arrive().by().stranger();
    audit::note_about(&browser.app, &browser.site, by, Event::SignInRefused, code.as_str()).await;
}
