//! Proving again who one is: what sensitive changes ask for when the last proof is more than ten minutes old.
//!
//! It renews when the sign-in that acts was proved, and its key with it ([`crate::session::Proof`]). It lets nobody in:
//! whoever asks is signed in already.

pub mod http;
mod passkey;

use super::{factor, own_password};
use crate::app::{App, Site};
use crate::audit::{self, Event};
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SecretId, SignInId};
use crate::mail::{self, PHONE_CODE, PROOF_CODE};
use crate::outbox;
use crate::secret::{self, For, Fresh, Used};
use crate::session::enter::Left;
use crate::throttle::{self, ADDRESS, CODE_GUESS, SECOND_FACTOR, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::phone::E164;
use crate::user::{self, Asker, Purse, SmsBudget, User};
use keyrack_protocol::{Code, ReauthenticationMethod as Method, ReauthenticationPrepared};

/// Sends a code by which somebody can prove again who they are. Asked too soon or too often it does nothing, and says the
/// same.
///
/// # Errors
/// `unsupported_strategy` when the account has no such way.
pub async fn prepare(account: &Account, method: Method) -> Result<ReauthenticationPrepared> {
    let to = reached(method, account.user()?).ok_or(Code::StrategyUnknown)?;
    let (app, site) = (&account.app, &account.site);
    let code = app.world.random.six_digits();
    let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
    let owner = owner(&account.sign_in, method);
    let hash = secret::hash(&app.vault, For::Reauthenticate, &owner, &code);
    let fresh = Fresh { id: SecretId::draw(&app.world), hash };
    let (facts, recipient) = (
        [("code", code.as_str()), ("minutes", &mail::minutes(&site.config))],
        (account.language(), to.as_str()),
    );
    let purse = Purse::of(&app.vault, &site.config.id, (Asker::Own(&account.user), &to));
    let (message, number) = match method {
        Method::PhoneOtp => {
            let sms = mail::render_sms(site, &PHONE_CODE, recipient, &facts)?;
            let budget = SmsBudget::new(&app.vault, &site.config.id, (&to, &account.counted_address()));
            (outbox::seal_sms(app, PHONE_CODE.name, &sms, expires_at)?, Some(budget))
        }
        _ => {
            let mail = mail::render(site, &PROOF_CODE, recipient, &facts)?;
            (outbox::seal(app, PROOF_CODE.name, &mail, expires_at)?, None)
        }
    };
    let masked = match method {
        Method::PhoneOtp => E164::parse(&to, None)?.masked(),
        _ => EmailAddress::parse(&to)?.masked(),
    };
    let sent = account.change_own(move |tx, (_, site), own| {
        if reached(method, &own.user).as_ref() != Some(&to) {
            return Err(Code::StrategyUnknown.into());
        }
        let (owner, now) = ((site.config.id.as_str(), For::Reauthenticate, owner.as_str()), own.now());
        let may_be_sent = match &number {
            Some(number) => number.allows(tx, site, (&purse, true), now)?,
            None => user::code_budget(tx, &purse, now)?,
        };
        if !may_be_sent {
            return Ok(());
        }
        own.record(tx, site, Event::CodeSent, "")?;
        secret::replace(tx, owner, &fresh, (now, expires_at))?;
        outbox::post(tx, &site.config.id, &message, now)
    });
    sent.await?;
    Ok(ReauthenticationPrepared { method, otp_sent: true, masked_address: Some(masked), options: None })
}

/// Where codes go to: the primary address or number that is proved, or else the oldest.
fn reached(method: Method, user: &User) -> Option<String> {
    let primary_first = |mut all: Vec<(bool, &str)>| {
        all.sort_by_key(|(is_primary, _)| !is_primary);
        all.first().map(|(_, to)| (*to).to_owned())
    };
    match method {
        Method::EmailOtp => {
            let proved = user.emails.iter().filter(|email| email.verified_at.is_some());
            primary_first(proved.map(|email| (email.is_primary, email.email.as_str())).collect())
        }
        Method::PhoneOtp => {
            let proved = user.ways.phones.iter().filter(|phone| phone.verified_at.is_some());
            primary_first(proved.map(|phone| (phone.is_primary, phone.phone.as_str())).collect())
        }
        _ => None,
    }
}

/// Whose the code is: that of one way of one sign-in.
fn owner(sign_in: &SignInId, method: Method) -> String {
    let way = if method == Method::PhoneOtp { "phone" } else { "email" };
    format!("{sign_in}/{way}")
}

/// Proves it by the password.
///
/// # Errors
/// As [`own_password::check`].
pub async fn by_password(account: &Account, typed: String) -> Result<Left> {
    let hash = own_password::check(account, typed).await?;
    let proved = account.change_own(move |tx, of, own| {
        // Whoever changed the password meanwhile meant this one to stop working.
        if own.password_hash.as_ref() != Some(&hash) {
            return Err(Code::InvalidCredentials.into());
        }
        proved(tx, of, own, ("pwd", false))
    });
    Ok(proved.await?.0)
}

/// Proves it by a code, or by what a passkey signed, as JSON.
///
/// # Errors
/// `INVALID_CODE`, `verification_code_expired`, `invalid_passkey`, `passkey_request_expired`, `too_many_attempts`; `unsupported_strategy` when the account has no such
/// way.
pub async fn by_code(account: &Account, method: Method, typed: &str) -> Result<Left> {
    let (app, site) = (&account.app, &account.site);
    let hash = secret::hash(&app.vault, For::Reauthenticate, &owner(&account.sign_in, method), typed);
    let guess = Guess { typed: typed.to_owned(), hash };
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    let rule = match method {
        Method::Authenticator | Method::BackupCode => &SECOND_FACTOR,
        _ => &CODE_GUESS,
    };
    let counted = [subject(&throttle::own(account.user.as_str())), subject(&account.counted_address())];
    let tried = account.change_own(move |tx, (app, site), own| {
        let mut full = Vec::new();
        for (rule, subject) in [(rule, &counted[0]), (&ADDRESS, &counted[1])] {
            if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, own.now())? {
                return Err(Error::throttled(ms));
            }
        }
        let (name, is_second) = match check(tx, (app, site), own, (method, &guess))? {
            Ok(proved) => proved,
            Err(refused) => {
                own.record(tx, site, Event::ProofRefused, refused.as_str())?;
                let about = audit::About { user: Some(&own.user.id), ..audit::About::default() };
                audit::lockouts(tx, site, &own.by(), &full, about)?;
                return Ok(Some(refused));
            }
        };
        throttle::forget(tx, rule, &counted[0])?;
        throttle::take_back(tx, &ADDRESS, &counted[1])?;
        proved(tx, (app, site), own, (name, is_second))?;
        Ok(None)
    });
    match tried.await? {
        (_, Some(refused)) => Err(refused.into()),
        (left, None) => Ok(left),
    }
}

/// What somebody typed, and what would be kept of it if it was the code that was sent.
struct Guess {
    typed: String,
    hash: String,
}

/// What a code proves, by its name in RFC 8176, and whether that can be a second factor; or why it proves nothing, which
/// is counted.
fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &Own,
    (method, guess): (Method, &Guess),
) -> Result<std::result::Result<(&'static str, bool), Code>> {
    let (name, second) = match method {
        Method::EmailOtp => ("mail", None),
        Method::PhoneOtp => ("sms", None),
        Method::Authenticator => ("", Some(factor::Method::Authenticator)),
        Method::BackupCode => ("", Some(factor::Method::BackupCode)),
        Method::Passkey => {
            let checked = passkey::check(tx, (app, site), (own, &guess.typed))?;
            return Ok(checked.map(|name| (name, true)));
        }
        Method::Password => return Err(Code::StrategyUnknown.into()),
    };
    if let Some(second) = second {
        let tried =
            factor::Tried { owner: own.sign_in.as_str(), method: second, typed: &guess.typed, by: &own.by() };
        let named = factor::check(tx, (app, site), &own.user, &tried)?;
        if named.is_some() && second == factor::Method::BackupCode {
            factor::backup_code::tell(tx, (app, site), &own.user, (&own.whence, own.now()))?;
        }
        return Ok(named.map(|name| (name, true)).ok_or(Code::InvalidCode));
    }
    let owner = owner(&own.sign_in, method);
    let owner = (site.config.id.as_str(), For::Reauthenticate, owner.as_str());
    Ok(match secret::consume(tx, owner, &guess.hash, own.now())? {
        Used::Now => {
            let is_second = method == Method::PhoneOtp && factor::phone_otp::is_there(site, &own.user);
            Ok((name, is_second))
        }
        Used::Expired => Err(Code::CodeExpired),
        Used::Wrong | Used::Dead => Err(Code::InvalidCode),
    })
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
