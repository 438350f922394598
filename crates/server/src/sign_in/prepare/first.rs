//! What is sent to prove the first factor. An attempt of nobody's identifier gets secrets like any other, and no message.

use super::{Drawn, Secret, To, expiry, post};
use crate::app::{App, Site};
use crate::audit::About;
use crate::caller::Browser;
use crate::error::Result;
use crate::id::AttemptId;
use crate::mail;
use crate::outbox::Sealed;
use crate::session::enter;
use crate::sign_in::store::{self, Asked, Kept};
use crate::sign_in::{code, whose};
use crate::user::phone::E164;
use crate::user::reachable;
use keyrack_protocol::{Code, SignInMethod};
use std::sync::Arc;

/// Whether a code may go to what was typed. A number that is one of the operator's countries no more looks like nobody's: a
/// refusal would tell whose digits mean one.
fn may_be_sent(site: &Site, kept: &Kept) -> bool {
    let number = E164::parse(&kept.identifier, None);
    kept.method != SignInMethod::PhoneOtp
        || number.is_ok_and(|number| reachable::check(&site.config.restrictions, &number).is_ok())
}

/// Sends what was drawn; `asked` says who asked, where whoever opens it elsewhere is shown that.
pub(in crate::sign_in) async fn send(
    browser: &Browser,
    id: AttemptId,
    (drawn, asked): (Drawn, Option<Asked>),
) -> Result<()> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let sent = browser.app.db.write(move |tx| {
        let room = enter::existing(tx, (&app, &site), &arrival, &[])?.ok_or(Code::BadAttempt)?;
        room.loaded.visible_attempt(room.opened, id.as_str())?;
        let attempt = store::load(tx, &site.config.id, &id)?.ok_or(Code::BadAttempt)?;
        let is_somebodys =
            may_be_sent(&site, &attempt.kept) && whose::is_somebodys(tx, &site.config.id, &attempt)?;
        let about = (About::default(), &arrival);
        let is_posted = post(tx, (&app, &site), &attempt, (&drawn, is_somebodys), about)?;
        if is_posted && asked.is_some() {
            store::keep(tx, &attempt, &Kept { asked: asked.clone(), ..attempt.kept.clone() })?;
        }
        Ok(())
    });
    sent.await
}

/// Draws a code, with what is sent: `seal` writes the message around it.
pub(in crate::sign_in) fn draw_code(
    browser: &Browser,
    (id, to): (&AttemptId, To),
    seal: impl FnOnce(&[(&str, &str)], i64) -> Result<Sealed>,
) -> Result<Drawn> {
    let (app, site): (&App, &Site) = (&browser.app, &browser.site);
    let (secret, expires_at) = (app.world.random.six_digits(), expiry(browser));
    let minutes = mail::minutes(&site.config);
    let facts = [("code", secret.as_str()), ("minutes", minutes.as_str())];
    Ok(Drawn {
        secrets: vec![Secret::draw(app, code::FIRST, &secret, |secret| code::hash(app, id, secret))],
        to,
        message: seal(&facts, expires_at)?,
        expires_at,
    })
}
