//! Proving again who one is: what sensitive changes ask for when the last proof is more than ten minutes old.
//!
//! It renews when the sign-in that acts was proved, and its key with it ([`crate::session::Proof`]). It lets nobody in:
//! whoever asks is signed in already.

pub mod http;

use super::own_password;
use crate::app::{App, Site};
use crate::audit::{self, Event};
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::SecretId;
use crate::outbox;
use crate::secret::{self, For, Fresh, Used};
use crate::session::enter::Left;
use crate::throttle::{self, ADDRESS, CODE_GUESS, CODE_MAIL, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::{User, mails};
use crate::world::SKEW_MS;
use keyrack_protocol::{Code, ReauthenticationMethod as Method, ReauthenticationPrepared};

/// Asked again sooner than this, no new code is made.
const RESEND_MS: i64 = 30_000;

/// Sends a code by which somebody can prove again who they are. Asked too soon or too often it does nothing, and says the
/// same.
///
/// # Errors
/// `unsupported_strategy` when the account has no such way.
pub async fn prepare(account: &Account, method: Method) -> Result<ReauthenticationPrepared> {
    let to = match method {
        Method::EmailOtp => address(account.user()?).ok_or(Code::StrategyUnknown)?,
        _ => return Err(Code::StrategyUnknown.into()),
    };
    let (app, site) = (&account.app, &account.site);
    let code = app.world.random.six_digits();
    let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
    let owner = account.sign_in.to_string();
    let hash = secret::hash(&app.vault, For::Reauthenticate, &owner, &code);
    let fresh = Fresh { id: SecretId::draw(&app.world), hash };
    let mail = outbox::seal(app, "reauthentication_code", &mails::proof_code(site, &to, &code), expires_at)?;
    let budget = Subject::new(&app.vault, &site.config.id, &to);
    let masked = EmailAddress::parse(&to)?.masked();
    let sent = account.change_own(
        move |tx, (_, site), own| {
            if address(&own.user).as_ref() != Some(&to) {
                return Err(Code::StrategyUnknown.into());
            }
            let (owner, now) = ((site.config.id.as_str(), For::Reauthenticate, owner.as_str()), own.now());
            let is_soon = |made_at| (-SKEW_MS..RESEND_MS).contains(&(now - made_at));
            if secret::made_at(tx, owner)?.is_some_and(is_soon)
                || throttle::count(tx, &CODE_MAIL, &budget, now)? != Verdict::Counted
            {
                return Ok(());
            }
            own.record(tx, site, Event::CodeSent, "")?;
            secret::replace(tx, owner, &fresh, (now, expires_at))?;
            outbox::post(tx, &site.config.id, &mail, now)
        },
    );
    sent.await?;
    Ok(ReauthenticationPrepared { method, otp_sent: true, masked_address: Some(masked) })
}

/// The proved address that codes go to: the primary one, or else the oldest.
fn address(user: &User) -> Option<String> {
    let mut proved = user.emails.iter().filter(|email| email.verified_at.is_some());
    let primary = proved.clone().find(|email| email.is_primary);
    primary.or_else(|| proved.next()).map(|email| email.email.clone())
}

/// Proves it by the password.
///
/// # Errors
/// As [`own_password::check`].
pub async fn by_password(account: &Account, typed: String) -> Result<Left> {
    let hash = own_password::check(account, typed).await?;
    let proved = account.change_own(
        move |tx, of, own| {
            // Whoever changed the password meanwhile meant this one to stop working.
            if own.password_hash.as_ref() != Some(&hash) {
                return Err(Code::InvalidCredentials.into());
            }
            proved(tx, of, own, ("pwd", false))
        },
    );
    Ok(proved.await?.0)
}

/// Proves it by a code.
///
/// # Errors
/// `INVALID_CODE`, `verification_code_expired`, `too_many_attempts`; `unsupported_strategy` when the account has no such
/// way.
pub async fn by_code(account: &Account, method: Method, typed: &str) -> Result<Left> {
    let (app, site) = (&account.app, &account.site);
    let guess = secret::hash(&app.vault, For::Reauthenticate, account.sign_in.as_str(), typed);
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    let counted = [subject(account.user.as_str()), subject(&account.counted_address())];
    let tried = account.change_own(
        move |tx, (app, site), own| {
            let mut full = Vec::new();
            for (rule, subject) in [(&CODE_GUESS, &counted[0]), (&ADDRESS, &counted[1])] {
                if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, own.now())? {
                    return Err(Error::throttled(ms));
                }
            }
            let (name, is_second) = match check(tx, site, own, (method, &guess))? {
                Ok(proved) => proved,
                Err(refused) => {
                    own.record(tx, site, Event::ProofRefused, refused.as_str())?;
                    let about = audit::About { user: Some(&own.user.id), ..audit::About::default() };
                    audit::lockouts(tx, site, &own.by(), &full, about)?;
                    return Ok(Some(refused));
                }
            };
            throttle::forget(tx, &CODE_GUESS, &counted[0])?;
            throttle::take_back(tx, &ADDRESS, &counted[1])?;
            proved(tx, (app, site), own, (name, is_second))?;
            Ok(None)
        },
    );
    match tried.await? {
        (_, Some(refused)) => Err(refused.into()),
        (left, None) => Ok(left),
    }
}

/// What a code proves, by its name in RFC 8176, and whether that can be a second factor; or why it proves nothing, which
/// is counted.
fn check(
    tx: &mut Tx<'_>,
    site: &Site,
    own: &Own,
    (method, guess): (Method, &str),
) -> Result<std::result::Result<(&'static str, bool), Code>> {
    match method {
        Method::EmailOtp => {
            let owner = (site.config.id.as_str(), For::Reauthenticate, own.sign_in.as_str());
            Ok(match secret::consume(tx, owner, guess, own.now())? {
                Used::Now => Ok(("mail", false)),
                Used::Expired => Err(Code::CodeExpired),
                Used::Wrong | Used::Dead => Err(Code::InvalidCode),
            })
        }
        _ => Err(Code::StrategyUnknown.into()),
    }
}

/// Renews when the sign-in was proved, and its key.
fn proved(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &mut Own,
    (name, is_second): (&'static str, bool),
) -> Result<()> {
    own.record(tx, site, Event::ProvedAgain, name)?;
    let proof = own.proof.with(name, is_second, own.now());
    own.renew_key(tx, app, &proof)
}
