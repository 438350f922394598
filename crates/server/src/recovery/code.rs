//! Taking the code of a recovery mail: for the right one there is a token, as the mail's link holds one.

use super::token::Token;
use super::{owner_of, token_ms};
use crate::app::Site;
use crate::audit::{self, About, By, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SecretId, UserId};
use crate::secret::{self, For, Fresh, Used};
use crate::throttle::{self, ADDRESS, RESET_GUESS, Subject, Verdict};
use crate::user::email::EmailAddress;
use keyrack_protocol::Code;
use std::sync::Arc;

/// What a guess needs, drawn before its transaction.
struct Guess {
    email: EmailAddress,
    owner: Option<UserId>,
    hash: String,
    identifier: Subject,
    client: Subject,
    token: Fresh,
    by: By,
}

/// Gives a token for the code that was mailed to an address.
///
/// # Errors
/// `INVALID_CODE`, `too_many_attempts`: the same for an address of nobody.
pub async fn exchange(browser: &Browser, email: EmailAddress, code: &str) -> Result<Token> {
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Code::InvalidCode.into());
    }
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (deployment, asked) = (site.config.id.clone(), email.clone());
    let owner = app.db.read(move |on| owner_of(on, &deployment, &asked)).await?;
    let token = Token::draw(&app.world, &owner.clone().unwrap_or_else(|| UserId::draw(&app.world)));
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    let identifier = subject(email.as_str());
    let guess = Guess {
        hash: secret::hash(&app.vault, For::ResetCode, identifier.hash(), code),
        token: Fresh { id: SecretId::draw(&app.world), hash: token.hash(&app.vault, email.as_str()) },
        client: subject(&browser.counted_address()),
        by: browser.arrive().by().stranger(),
        identifier,
        owner,
        email,
    };
    let taken = app.db.write(move |tx| take(tx, &site, &guess)).await?;
    taken.map(|()| token).map_err(Error::from)
}

/// A refusal inside is committed (the guess is counted); an error outside undoes everything.
fn take(tx: &mut Tx<'_>, site: &Site, guess: &Guess) -> Result<std::result::Result<(), Code>> {
    let (now, deployment) = (guess.by.now, site.config.id.as_str());
    let mut full = Vec::new();
    for (rule, subject) in [(&RESET_GUESS, &guess.identifier), (&ADDRESS, &guess.client)] {
        if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, now)? {
            return Err(Error::throttled(ms));
        }
    }
    let for_code = (deployment, For::ResetCode, guess.identifier.hash());
    let owner = owner_of(tx, deployment, &guess.email)?.filter(|owner| Some(owner) == guess.owner.as_ref());
    let used = secret::consume(tx, for_code, &guess.hash, now)?;
    let about = About { identifier: Some(&guess.identifier), ..About::default() };
    let Some(owner) = owner.filter(|_| used == Used::Now) else {
        // Not even that it has expired: of one that its owner has used a stranger would not learn that.
        let code = Code::InvalidCode;
        audit::record(tx, site, &guess.by, Event::CodeRefused, About { reason: code.as_str(), ..about })?;
        audit::lockouts(tx, site, &guess.by, &full, about)?;
        return Ok(Err(code));
    };
    audit::record(tx, site, &guess.by, Event::CodeAccepted, About { user: Some(&owner), ..about })?;
    // Guesses at the address are not forgiven: how many are left would tell a stranger that its owner was here.
    throttle::take_back(tx, &ADDRESS, &guess.client)?;
    // It takes the place of the link's: whoever has the code has the mail.
    let for_token = (deployment, For::Reset, owner.as_str());
    secret::replace(tx, for_token, &guess.token, (now, now + token_ms(site)))?;
    Ok(Ok(()))
}
