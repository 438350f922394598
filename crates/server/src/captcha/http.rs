//! `POST /captcha/challenge` and `POST /captcha/redeem`.

use crate::caller::Browser;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use keyrack_protocol::{CaptchaChallenge, CaptchaPuzzle, CaptchaRedeemed};
use serde::Serialize;

/// What operations take that ask for a token where the deployment does.
pub const CHALLENGE_TOKEN: Field = Field::optional(
    "challenge_token",
    "What `POST /captcha/redeem` gave, where `auth_settings.challenge_required` of the deployment is true.",
)
.length(0, 200);

const REDEEM: &[Field] = &[
    Field::required("token", "The challenge's token."),
    Field::required("solutions", "The numbers, in order; in JSON they may be numbers.").list(),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "A challenge to work on, as the Cap widget asks for it: find for each `i` from 1 to `c` a number whose \
                 SHA-256 behind the `i`th salt begins with the `i`th target. It is good for 20 minutes and for the \
                 address that asked.";
    let challenge =
        Operation::post::<CaptchaChallenge>("/captcha/challenge", "getChallenge", about).of_browser().bare();
    let about = "Hand in the numbers. The token is good for 20 minutes and 30 uses, in this session if there is one, at \
                 this address. A challenge is redeemed once; what is no solution of one is answered with `success` \
                 false.";
    let redeem = Operation::post::<CaptchaRedeemed>("/captcha/redeem", "redeemChallenge", about)
        .takes(REDEEM)
        .of_browser()
        .bare();
    Routes::default().add(challenge, get_challenge).add(redeem, redeem_challenge)
}

async fn get_challenge(browser: Browser) -> Result<Response> {
    let puzzle = super::puzzle(&browser.site);
    let (token, expires) = super::challenge(&browser);
    let (s, d) = (puzzle.salt as u32, puzzle.difficulty as u32);
    bare(&CaptchaChallenge { challenge: CaptchaPuzzle { c: puzzle.count, s, d }, token, expires })
}

async fn redeem_challenge(browser: Browser, fields: Fields) -> Result<Response> {
    let token = fields.text("token")?.unwrap_or_default();
    let solutions = fields.numbers("solutions")?;
    let redeemed = super::redeem(&browser, token, &solutions).await?;
    let success = redeemed.is_some();
    let (token, expires) = redeemed.unzip();
    bare(&CaptchaRedeemed { success, token, expires })
}

/// Without the envelope: the widget knows none.
fn bare(answer: &impl Serialize) -> Result<Response> {
    let body = serde_json::to_vec(answer).map_err(|cause| Error::internal("write an answer", cause))?;
    Ok(answer::json(StatusCode::OK, Bytes::from(body)))
}
