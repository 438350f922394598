//! The code or link of the first factor. An attempt of nobody's identifier gets secrets like any other, and no message.

use super::{Drawn, Secret, To, Wanted, expiry, masked, post};
use crate::app::{App, Site};
use crate::audit::About;
use crate::caller::Browser;
use crate::error::Result;
use crate::id::AttemptId;
use crate::mail::{self, PHONE_CODE, SIGN_IN_CODE, SIGN_IN_LINK};
use crate::outbox;
use crate::session::agent;
use crate::session::enter;
use crate::sign_in::store::{self, Kept};
use crate::sign_in::{code, link, whose};
use crate::user::email::EmailAddress;
use keyrack_protocol::{Code, VerificationPrepared};
use std::sync::Arc;

/// Mails a code, or a link with a code beside it.
pub(super) async fn by_mail(
    browser: &Browser,
    id: AttemptId,
    to: &str,
    wanted: Wanted,
) -> Result<VerificationPrepared> {
    let to = EmailAddress::parse(to)?;
    let is_link = wanted.strategy == "magic_link";
    let drawn = if is_link { draw_link(browser, &id, &to, &wanted)? } else { draw_code(browser, &id, &to)? };
    send(browser, id, (drawn, is_link)).await?;
    Ok(VerificationPrepared { masked_email: Some(to.masked()), ..VerificationPrepared::by(&wanted.strategy) })
}

/// Sends a code to the number that was typed, or that the digits which were typed mean.
pub(super) async fn by_phone(browser: &Browser, id: AttemptId) -> Result<VerificationPrepared> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (deployment, of) = (site.config.id.clone(), id.clone());
    let read = app.db.read(move |on| store::load(on, &deployment, &of)).await?;
    let number = read.ok_or(Code::BadAttempt)?.kept.identifier;
    let (secret, expires_at) = (app.world.random.six_digits(), expiry(browser));
    let minutes = mail::minutes(&site.config);
    let facts = [("code", secret.as_str()), ("minutes", minutes.as_str())];
    let sms = mail::render_sms(&site, &PHONE_CODE, (browser.language(), &number), &facts)?;
    let drawn = Drawn {
        secrets: vec![Secret::draw(&app, code::FIRST, &secret, |secret| code::hash(&app, &id, secret))],
        to: To::number(browser, &number),
        message: outbox::seal_sms(&app, PHONE_CODE.name, &sms, expires_at)?,
        expires_at,
    };
    send(browser, id, (drawn, false)).await?;
    Ok(VerificationPrepared { masked_phone: Some(masked(&number)), ..VerificationPrepared::by("phone_otp") })
}

async fn send(browser: &Browser, id: AttemptId, (drawn, is_link): (Drawn, bool)) -> Result<()> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let sent = browser.app.db.write(move |tx| {
        let room = enter::existing(tx, (&app, &site), &arrival, &[])?.ok_or(Code::BadAttempt)?;
        room.loaded.visible_attempt(room.opened, id.as_str())?;
        let attempt = store::load(tx, &site.config.id, &id)?.ok_or(Code::BadAttempt)?;
        let is_somebodys = whose::is_somebodys(tx, &site.config.id, &attempt)?;
        let about = (About::default(), &arrival);
        if post(tx, (&app, &site), &attempt, (&drawn, is_somebodys), about)? && is_link {
            let kept = Kept { asked: Some(link::asked(&arrival)), ..attempt.kept.clone() };
            store::keep(tx, &attempt, &kept)?;
        }
        Ok(())
    });
    sent.await
}

fn draw_code(browser: &Browser, id: &AttemptId, to: &EmailAddress) -> Result<Drawn> {
    let (app, site): (&App, &Site) = (&browser.app, &browser.site);
    let (secret, expires_at) = (app.world.random.six_digits(), expiry(browser));
    let minutes = mail::minutes(&site.config);
    let facts = [("code", secret.as_str()), ("minutes", minutes.as_str())];
    let mail = mail::render(site, &SIGN_IN_CODE, (browser.language(), to.as_str()), &facts)?;
    Ok(Drawn {
        secrets: vec![Secret::draw(app, code::FIRST, &secret, |secret| code::hash(app, id, secret))],
        to: To::Mail(to.to_string()),
        message: outbox::seal(app, SIGN_IN_CODE.name, &mail, expires_at)?,
        expires_at,
    })
}

fn draw_link(browser: &Browser, id: &AttemptId, to: &EmailAddress, wanted: &Wanted) -> Result<Drawn> {
    let (app, site): (&App, &Site) = (&browser.app, &browser.site);
    let (token, expires_at) = (link::draw(app), expiry(browser));
    let secret = link::code_of(&app.vault, id, &token);
    let back = wanted.back.as_deref().and_then(|back| link::back(&site.config, back));
    let leads = link::address(&site.config, (id, &token), back.as_deref());
    let (minutes, address) = (mail::minutes(&site.config), browser.address.to_string());
    let facts = [
        ("link", leads.as_str()),
        ("code", secret.as_str()),
        ("minutes", minutes.as_str()),
        ("browser", agent::browser(&browser.user_agent)),
        ("device", agent::device(&browser.user_agent)),
        ("address", address.as_str()),
    ];
    let mail = mail::render(site, &SIGN_IN_LINK, (browser.language(), to.as_str()), &facts)?;
    Ok(Drawn {
        secrets: vec![
            Secret::draw(app, code::FIRST, &secret, |secret| code::hash(app, id, secret)),
            Secret::draw(app, link::LINK, &token, |secret| link::hash(&app.vault, id, secret)),
        ],
        to: To::Mail(to.to_string()),
        message: outbox::seal(app, SIGN_IN_LINK.name, &mail, expires_at)?,
        expires_at,
    })
}
