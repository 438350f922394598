//! A link that is mailed, with a code beside it.

pub(in crate::sign_in) mod link;

use super::{Asked, Factor, First, Known};
use crate::app::{App, Site};
use crate::caller::Browser;
use crate::error::Result;
use crate::mail::{self, SIGN_IN_LINK};
use crate::outbox;
use crate::session::agent;
use crate::sign_in::code;
use crate::sign_in::prepare::{Drawn, Secret, To, expiry, first};
use crate::sign_in::{begin, verify};
use crate::user::email::EmailAddress;
use keyrack_protocol::{CurrentSessionStep as Step, SignInMethod, VerificationPrepared};

const METHOD: SignInMethod = SignInMethod::MagicLink;
const STEP: Step = Step::VerifyEmailLink;

pub(super) static FACTOR: Factor = Factor {
    first: Some(First {
        method: METHOD,
        by: Known::Email,
        is_offered: |auth| auth.magic_link,
        begin: |browser, fields| {
            Box::pin(async move {
                begin::by_mail(browser, EmailAddress::parse(fields.required("email")?)?, (METHOD, STEP)).await
            })
        },
        step: STEP,
        prepare: Some(|browser, asked| Box::pin(send(browser, asked))),
        take: |browser, id, (typed, _)| Box::pin(verify::sent(browser, id, typed)),
        name: "mail",
    }),
    ..Factor::named("magic_link")
};

/// Mails a link to the address that was typed.
async fn send(browser: &Browser, asked: Asked) -> Result<VerificationPrepared> {
    let to = EmailAddress::parse(&asked.shown.email)?;
    let drawn = draw(browser, &asked, &to)?;
    first::send(browser, asked.id, (drawn, Some(link::asked(&browser.arrive())))).await?;
    Ok(VerificationPrepared { masked_email: Some(to.masked()), ..VerificationPrepared::by("magic_link") })
}

fn draw(browser: &Browser, Asked { id, wanted, .. }: &Asked, to: &EmailAddress) -> Result<Drawn> {
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
