//! The last step of a sign-up where everybody needs a second factor: an authenticator is set up before there is an
//! account, and its first code makes it.

use super::machine::{SetUp, Stage};
use super::{shown, store};
use crate::app::{App, Site};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{AttemptId, AuthenticatorId, UserId};
use crate::params;
use crate::session::enter;
use crate::user::authenticator::{Secret, step_of};
use keyrack_protocol::{Code, VerificationPrepared};
use std::sync::Arc;

/// An authenticator that proved itself, for the account that is made.
pub(super) struct Confirmed {
    set_up: SetUp,
    /// The time step whose code was taken: it works no more.
    step: i64,
}

/// Draws what an authenticator is set up with, and keeps it with the attempt; the one before works no more. The answer
/// shows it, and nothing shows it again.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT` when the attempt waits for something else.
pub(super) async fn set_up(
    browser: &Browser,
    (id, email): (&AttemptId, &str),
) -> Result<VerificationPrepared> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let (authenticator, secret) = (AuthenticatorId::draw(&app.world), Secret::draw(&app.world));
    let sealed = secret.seal((&app.vault, &app.world), &authenticator)?;
    let set_up = SetUp { id: authenticator.to_string(), sealed };
    let id = id.clone();
    let kept = browser.app.db.write(move |tx| {
        let room = enter::existing(tx, (&app, &site), &arrival, &[])?.ok_or(Code::BadAttempt)?;
        room.loaded.visible_attempt(room.opened, id.as_str())?;
        let kept = store::load(tx, &id)?.ok_or(Code::BadAttempt)?;
        let Stage::NeedsAuthenticator { profile, .. } = &kept.stage else {
            return Err(Code::BadAttempt.into());
        };
        let stage = Stage::NeedsAuthenticator { profile: profile.clone(), set_up: Some(set_up.clone()) };
        let shown = shown(&site, (&id, &room.loaded.id), (profile, &stage), kept.expires_at);
        store::save(tx, &id, &kept, (&stage, &shown), kept.expires_at)
    });
    kept.await?;
    Ok(VerificationPrepared {
        otp_url: Some(secret.url(&browser.site.config.app_name, email)?),
        totp_secret: Some(secret.base32()),
        ..VerificationPrepared::by("authenticator")
    })
}

/// What a typed code proves; none when it is not one of the authenticator that is being set up.
pub(super) fn judge(app: &App, stage: &Stage, typed: &str, now: i64) -> Result<Option<Confirmed>> {
    let Stage::NeedsAuthenticator { set_up: Some(set_up), .. } = stage else { return Ok(None) };
    let secret = Secret::open(&app.vault, &AuthenticatorId::stored(set_up.id.clone()), &set_up.sealed)?;
    let step = step_of(&secret, typed, (0, now))?;
    Ok(step.map(|step| Confirmed { set_up: set_up.clone(), step }))
}

/// Gives it to the new account. The caller settles the account's factors.
pub(super) fn give(tx: &mut Tx<'_>, site: &Site, (user, it): (&UserId, &Confirmed), now: i64) -> Result<()> {
    tx.execute(
        "insert into authenticators (id, deployment_id, user_id, sealed, last_step, verified_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
        params![&it.set_up.id, &site.config.id, user.as_str(), &it.set_up.sealed, it.step, now],
    )?;
    Ok(())
}
