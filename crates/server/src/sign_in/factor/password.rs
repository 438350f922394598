//! The password, beside an address or a username; and for whoever is signed in, again.

use super::{Again, Factor, First, Known as By, takes_usernames};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::{Account, Browser};
use crate::captcha;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::fields::Fields;
use crate::id::{AttemptId, UserId};
use crate::session::Proof;
use crate::session::enter::{Arrival, Left};
use crate::sign_in::entry::{self, First as Entering};
use crate::sign_in::tries::Tries;
use crate::sign_in::verify::Typed;
use crate::sign_in::{Identifier, begin, first, own_password, reauthenticate, store};
use crate::trace;
use crate::user::email::EmailAddress;
use crate::user::imported;
use crate::user::password::{self, Against, Place};
use crate::user::standing;
use crate::user::store::Credentials;
use crate::user::username::Username;
use keyrack_protocol::{Code, CurrentSessionStep as Step, SignInMethod};
use std::sync::Arc;

/// With an address.
pub(super) static OF_EMAIL: Factor = Factor {
    first: Some(First {
        method: SignInMethod::PlainEmail,
        by: By::Email,
        is_offered: |_| true,
        begin: |browser, fields| {
            Box::pin(async move {
                let email = EmailAddress::parse(fields.required("email")?)?;
                begun(browser, Identifier::Email(email), fields).await
            })
        },
        step: Step::VerifyPassword,
        prepare: None,
        take: |browser, id, typed| Box::pin(take(browser, id, typed)),
        name: "pwd",
    }),
    again: Some(Again {
        word: "password",
        prepare: None,
        prove: |account, fields| {
            Box::pin(async move { prove(account, fields.required("password")?.to_owned()).await })
        },
    }),
    ..Factor::named("plain_email")
};

/// With a username.
pub(super) static OF_USERNAME: Factor = Factor {
    first: Some(First {
        method: SignInMethod::PlainUsername,
        by: By::Username,
        is_offered: takes_usernames,
        begin: |browser, fields| {
            Box::pin(async move {
                let username = Username::parse(fields.required("username")?)?;
                begun(browser, Identifier::Username(username), fields).await
            })
        },
        step: Step::VerifyPassword,
        prepare: None,
        take: |browser, id, typed| Box::pin(take(browser, id, typed)),
        name: "pwd",
    }),
    ..Factor::named("plain_username")
};

/// Signs in with the password of the request, or begins an attempt that waits for it.
async fn begun(browser: &Browser, identifier: Identifier, fields: &Fields) -> Result<Left> {
    if fields.flag("ask_password")?.unwrap_or_default() {
        return begin::by_identifier(browser, identifier).await;
    }
    let password = fields.required("password")?.to_owned();
    with_password(browser, (identifier, password), None).await
}

/// Takes what was typed in an attempt that waits for a password, first or in place of a second factor: a try like any other at
/// its identifier, which costs the same work where that is asked for.
async fn take(browser: &Browser, id: AttemptId, (typed, fields): (Typed, &Fields)) -> Result<Left> {
    captcha::require(browser, fields).await?;
    let (site, attempt) = (Arc::clone(&browser.site), id.clone());
    let attempt = browser.app.db.read(move |on| store::load(on, &site.config.id, &attempt)).await?;
    let identifier = Identifier::of_attempt(&attempt.ok_or(Code::BadAttempt)?.kept)?;
    with_password(browser, (identifier, typed.code), Some(id)).await
}

/// Proves it again.
async fn prove(account: &Account, typed: String) -> Result<Left> {
    let hash = own_password::check(account, typed).await?;
    let proved = account.change_own(move |tx, of, own| {
        // Whoever changed the password meanwhile meant this one to stop working.
        if own.password_hash.as_ref() != Some(&hash) {
            return Err(Code::InvalidCredentials.into());
        }
        reauthenticate::proved(tx, of, own, ("pwd", false))
    });
    Ok(proved.await?.0)
}

/// Signs in with an identifier and a password; with `attempt`, the one of this browser that waits for it goes on.
///
/// # Errors
/// `INVALID_CREDENTIALS`, `too_many_attempts`, and, once the password is proved, `USER_DISABLED`,
/// `USER_ALREADY_SIGNED_IN`, `too_many_accounts`; `BAD_SIGN_IN_ATTEMPT`.
pub async fn with_password(
    browser: &Browser,
    (identifier, typed): (Identifier, String),
    attempt: Option<AttemptId>,
) -> Result<Left> {
    if typed.len() > password::MAX_LENGTH * 4 {
        // No account has such a password, and hashing it would be work for nothing.
        return Err(Code::InvalidCredentials.into());
    }
    // Before the try is counted: what is never judged must not count as wrong.
    let place =
        browser.app.hasher.place().inspect_err(|error| browser.app.metrics.sign_ins.refused(error))?;
    let browser = browser.clone();
    // In a task of its own: whoever hangs up has tried all the same, and it is judged and recorded to the end.
    let judged = tokio::spawn(trace::along(async move {
        let judged = judge(&browser, place, (identifier, typed), attempt).await;
        browser.app.metrics.sign_ins.note(&judged);
        judged
    }));
    judged.await.map_err(|cause| Error::internal("judge a password", cause))?
}

async fn judge(
    browser: &Browser,
    place: Place,
    (identifier, typed): (Identifier, String),
    attempt: Option<AttemptId>,
) -> Result<Left> {
    let tries = Tries::of(browser, &identifier);
    let counted = count_and_find(browser, tries, identifier.clone()).await?;
    let (app, against) = (&browser.app, counted.against(browser));
    let (fits, renewed) = app.hasher.verify_and_renew(place, &app.world, (typed, against)).await?;
    match counted.found {
        Some(found) if fits => {
            open(browser, counted.tries, Known { found, renewed, identifier, attempt }).await
        }
        _ => {
            record_wrong(browser, counted.tries, counted.user).await?;
            Err(Code::InvalidCredentials.into())
        }
    }
}

/// A try that has been counted.
struct Counted {
    /// The account that it was tried at.
    found: Option<Credentials>,
    /// Whether its password may be looked at: not where the account makes a pause.
    may_be_judged: bool,
    /// Whose account it was tried at, for the records.
    user: Option<UserId>,
    /// Under what it was counted.
    tries: Tries,
}

impl Counted {
    /// What the password is compared with. A hash that was imported takes another time than ours: an account that makes a pause
    /// takes the time that it always took, and nobody's identifier that of somebody.
    fn against(&self, browser: &Browser) -> Against {
        let kept = self.found.as_ref().and_then(|found| found.password_hash.clone());
        match kept {
            Some(hash) if self.may_be_judged => Against::Kept(hash),
            Some(hash) => Against::Nothing(hash),
            None => {
                let lot = imported::lot(self.tries.identifier());
                Against::Nothing(browser.app.hasher.stand_in(&browser.site.config.id, lot))
            }
        }
    }
}

/// Counts a try, and records the pauses that it begins: the same work whether there is an account.
async fn count_and_find(browser: &Browser, tries: Tries, identifier: Identifier) -> Result<Counted> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let arrival = browser.arrive();
    let by = arrival.by().stranger();
    let counted = browser.app.db.write(move |tx| {
        let found = identifier.find(tx, &site.config.id)?;
        let tries = tries.clone().recognised(tx, (&app, &site), (found.as_ref(), &arrival))?;
        let mut full = tries.count(tx, by.now)?;
        let may_be_judged = tries.count_account(tx, &app, found.as_ref(), (&mut full, by.now))?;
        let user = found.as_ref().map(|found| found.user_id.clone());
        audit::lockouts(tx, &site, &by, &full, tries.about(user.as_ref()))?;
        Ok(Counted { found, may_be_judged, user, tries })
    });
    counted.await
}

/// Records a wrong password: the same work whether there is an account.
async fn record_wrong(browser: &Browser, tries: Tries, user: Option<UserId>) -> Result<()> {
    let (site, by) = (Arc::clone(&browser.site), browser.arrive().by().stranger());
    let recorded = browser.app.db.write(move |tx| {
        let reason = Code::InvalidCredentials.as_str();
        let about = About { reason, ..tries.about(user.as_ref()) };
        audit::record(tx, &site, &by, Event::SignInRefused, about)
    });
    recorded.await
}

/// An account whose password fitted.
struct Known {
    found: Credentials,
    /// A hash of the password as new ones are made, where the kept one is of other parameters.
    renewed: Option<String>,
    /// What was typed to say who it is.
    identifier: Identifier,
    /// The attempt that waits for it; none when there is none yet.
    attempt: Option<AttemptId>,
}

/// Opens the sign-in of an account whose password fitted.
async fn open(browser: &Browser, tries: Tries, known: Known) -> Result<Left> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let opened = browser.app.db.write(move |tx| {
        let opened = open_for(tx, (&app, &site), (&tries, &known), &arrival)?;
        if let Err(refused) = &opened {
            let about = About { reason: refused.as_str(), ..tries.about(Some(&known.found.user_id)) };
            audit::record(tx, &site, &arrival.by(), Event::SignInRefused, about)?;
        }
        Ok(opened)
    });
    opened.await?.map_err(Error::from)
}

/// A refusal inside is committed (the counts begin anew); an error outside undoes everything.
fn open_for(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (tries, Known { found, renewed, identifier, attempt }): (&Tries, &Known),
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    let owner = entry::owner(tx, site, &found.user_id)?;
    // Whoever changed the password meanwhile meant this one to stop working.
    let Some(mut owner) = owner.filter(|owner| owner.password_hash == found.password_hash) else {
        return Ok(Err(Code::InvalidCredentials));
    };
    if let Some(hash) = renewed {
        standing::renew_hash(tx, &owner.user, hash)?;
        owner.password_hash = Some(hash.clone());
    }
    let proof = Proof::by_password(arrival.now);
    let entered = match attempt {
        Some(attempt) => first::take_password(tx, (app, site), (owner, proof), (attempt, arrival))?,
        None => {
            let (method, email) = identifier.shown();
            let identifier = String::new();
            let first = Entering { method, identifier, email, proof };
            entry::proved(tx, (app, site), owner, first, arrival)?
        }
    };
    // Counters are locked after sessions, here as everywhere.
    tries.right(tx, app, &found.user_id)?;
    Ok(entered)
}
