//! Asking for another password: a mail with a code and a link to whoever has the address, and nothing to be learned by
//! whoever asks.

use super::token::Token;
use super::{mails, owner_of, token_ms};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SecretId, UserId};
use crate::mail::PASSWORD_RESET;
use crate::outbox;
use crate::secret::{self, For, Fresh};
use crate::throttle::{self, RESET_ASKED, RESET_MAIL, Subject, Verdict};
use crate::user;
use crate::user::email::EmailAddress;
use crate::world::SKEW_MS;
use std::sync::Arc;

/// Asked again sooner than this, nothing is sent, and the answer is the same.
const AGAIN_MS: i64 = 60_000;

/// Mails a code and a link, if somebody who may act has proved the address. The ones before are dead then.
///
/// # Errors
/// `too_many_attempts`, for the client's address alone.
pub async fn ask(browser: &Browser, email: EmailAddress) -> Result<()> {
    let (app, site, by) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive().by());
    let (deployment, asked) = (site.config.id.clone(), email.clone());
    // Before the transaction: the mail says whose token it brings, and is sealed.
    let read = app.db.read(move |on| {
        let language = user::language::language_of(on, &deployment, &asked)?;
        Ok((owner_of(on, &deployment, &asked)?, language))
    });
    let (owner, language) = read.await?;
    let language = language.filter(|it| !it.is_empty()).unwrap_or_else(|| browser.language().to_owned());
    let drawn = Drawn::draw(browser, owner, (&email, &language))?;
    let client = Subject::new(&app.vault, &site.config.id, &browser.counted_address());
    let is_dev = app.config.dev && browser.address.is_loopback();
    let asked = browser.app.db.write(move |tx| {
        // Under dev everybody is this machine.
        if !is_dev && let Verdict::Wait(ms) = throttle::count(tx, &RESET_ASKED, &client, by.now)? {
            return Err(Error::throttled(ms));
        }
        post(tx, &site, (&drawn, &email), &by.stranger())
    });
    asked.await
}

/// What one request needs, drawn before its transaction: the same for an address of nobody.
struct Drawn {
    /// Whose account it is; none if it is nobody's.
    owner: Option<UserId>,
    /// What codes for the address are counted and kept under.
    identifier: Subject,
    code: Fresh,
    token: Fresh,
    /// What is kept where nobody is to have a code.
    unknown: [Fresh; 2],
    mail: outbox::Sealed,
    /// When the code and when the link ends.
    until: (i64, i64),
}

impl Drawn {
    fn draw(
        browser: &Browser,
        owner: Option<UserId>,
        (email, language): (&EmailAddress, &str),
    ) -> Result<Self> {
        let (app, site): (&App, &Site) = (&browser.app, &browser.site);
        let identifier = Subject::new(&app.vault, &site.config.id, email.as_str());
        let named = owner.clone().unwrap_or_else(|| UserId::draw(&app.world));
        let (code, token) = (app.world.random.six_digits(), Token::draw(&app.world, &named));
        let fresh = |hash: String| Fresh { id: SecretId::draw(&app.world), hash };
        let of_code = |code: &str| secret::hash(&app.vault, For::ResetCode, identifier.hash(), code);
        let nothing = || fresh(of_code(SecretId::draw(&app.world).as_str()));
        let now = app.world.clock.now_ms();
        let until = (now + site.config.lifetimes.code_ms, now + token_ms(site));
        let mail = mails::recovery(site, (language, email.as_str()), (&code, &token.to_text()))?;
        Ok(Self {
            owner,
            code: fresh(of_code(&code)),
            token: fresh(token.hash(&app.vault, email.as_str())),
            unknown: [nothing(), nothing()],
            mail: outbox::seal(app, PASSWORD_RESET.name, &mail, until.1)?,
            until,
            identifier,
        })
    }
}

/// Keeps the code and the link and posts the mail; for nobody's address it keeps what nobody has, and posts a mail that is
/// never sent.
fn post(tx: &mut Tx<'_>, site: &Site, (drawn, email): (&Drawn, &EmailAddress), by: &By) -> Result<()> {
    let (now, deployment) = (by.now, site.config.id.as_str());
    let for_code = (deployment, For::ResetCode, drawn.identifier.hash());
    if secret::made_at(tx, for_code)?.is_some_and(|made| (-SKEW_MS..AGAIN_MS).contains(&(now - made))) {
        return Ok(());
    }
    if throttle::count(tx, &RESET_MAIL, &drawn.identifier, now)? != Verdict::Counted {
        return Ok(());
    }
    // Whoever has it since it was read gets nothing: the mail names the other account.
    let owner = owner_of(tx, deployment, email)?.filter(|owner| Some(owner) == drawn.owner.as_ref());
    let event = if owner.is_some() { Event::CodeSent } else { Event::CodeWithheld };
    audit::record(tx, site, by, event, About { identifier: Some(&drawn.identifier), ..About::default() })?;
    let (code, token) = match &owner {
        Some(_) => (&drawn.code, &drawn.token),
        None => (&drawn.unknown[0], &drawn.unknown[1]),
    };
    let for_token = owner.as_ref().map_or(drawn.identifier.hash(), UserId::as_str);
    secret::replace(tx, for_code, code, (now, drawn.until.0))?;
    secret::replace(tx, (deployment, For::Reset, for_token), token, (now, drawn.until.1))?;
    match owner {
        Some(_) => outbox::post(tx, deployment, &drawn.mail, now),
        None => outbox::withhold(tx, deployment, &drawn.mail, now),
    }
}
