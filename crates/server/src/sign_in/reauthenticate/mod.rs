//! Proving again who one is: what sensitive changes ask for when the last proof is more than ten minutes old.
//!
//! It renews when the sign-in that acts was proved, and its key with it ([`crate::session::Proof`]). It lets nobody in:
//! whoever asks is signed in already. What a method proves, its file says ([`super::factor::Again`]).

pub mod http;

use super::factor::Judge;
use crate::app::{App, Site};
use crate::audit::{self, Event};
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::fields::Fields;
use crate::id::{SecretId, SignInId};
use crate::mail;
use crate::outbox::Sealed;
use crate::secret::{self, For, Fresh, Used};
use crate::session::enter::Left;
use crate::throttle::{self, ADDRESS, Rule, Subject, Verdict};
use crate::user::{self, Asker, Purse, SmsBudget, User};
use keyrack_protocol::Code;

/// A code that is sent to whoever is signed in, drawn before the transaction.
pub(super) struct Sent {
    to: String,
    budget: Option<SmsBudget>,
    purse: Purse,
    owner: String,
    fresh: Fresh,
    message: Sealed,
    expires_at: i64,
}

impl Sent {
    /// Draws a code of one way to this address, or to this number with its budgets; `seal` writes the message around it.
    pub fn draw(
        account: &Account,
        way: &str,
        (to, budget): (String, Option<SmsBudget>),
        seal: impl FnOnce(&[(&str, &str)], i64) -> Result<Sealed>,
    ) -> Result<Self> {
        let (app, site) = (&account.app, &account.site);
        let code = app.world.random.six_digits();
        let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
        let owner = owner(&account.sign_in, way);
        let hash = secret::hash(&app.vault, For::Reauthenticate, &owner, &code);
        let facts = [("code", code.as_str()), ("minutes", &mail::minutes(&site.config))];
        Ok(Self {
            purse: Purse::of(&app.vault, &site.config.id, (Asker::Own(&account.user), &to)),
            fresh: Fresh { id: SecretId::draw(&app.world), hash },
            message: seal(&facts, expires_at)?,
            to,
            budget,
            owner,
            expires_at,
        })
    }

    /// Sends it, if the account still has where it goes. Asked too soon or too often it does nothing, and says the same.
    ///
    /// # Errors
    /// `unsupported_strategy` when the account has no such way any more.
    pub async fn send(
        self,
        account: &Account,
        reached: impl Fn(&User) -> Option<String> + Send + 'static,
    ) -> Result<()> {
        let sent = account.change_own(move |tx, (_, site), own| {
            if reached(&own.user).as_ref() != Some(&self.to) {
                return Err(Code::StrategyUnknown.into());
            }
            let owner = (site.config.id.as_str(), For::Reauthenticate, self.owner.as_str());
            let now = own.now();
            let may_be_sent = match &self.budget {
                Some(number) => number.allows(tx, site, (&self.purse, true), now)?,
                None => user::code_budget(tx, &self.purse, now)?,
            };
            if !may_be_sent {
                return Ok(());
            }
            own.record(tx, site, Event::CodeSent, "")?;
            secret::replace(tx, owner, &self.fresh, (now, self.expires_at))?;
            crate::outbox::post(tx, &site.config.id, &self.message, now)
        });
        sent.await.map(drop)
    }
}

/// Where codes go to, of what is proved, each with whether it is the primary one: that, or else the oldest.
pub(super) fn reached(mut proved: Vec<(bool, &str)>) -> Option<String> {
    proved.sort_by_key(|(is_primary, _)| !is_primary);
    proved.first().map(|(_, to)| (*to).to_owned())
}

/// Whose the code is: that of one way of one sign-in.
fn owner(sign_in: &SignInId, way: &str) -> String {
    format!("{sign_in}/{way}")
}

/// Judges what was typed as the code that was sent by one way.
pub(super) fn judge_sent(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &Own,
    (way, typed): (&str, &str),
) -> Result<std::result::Result<(), Code>> {
    let owner = owner(&own.sign_in, way);
    let guess = secret::hash(&app.vault, For::Reauthenticate, &owner, typed);
    let kept = (site.config.id.as_str(), For::Reauthenticate, owner.as_str());
    Ok(match secret::consume(tx, kept, &guess, own.now())? {
        Used::Now => Ok(()),
        Used::Expired => Err(Code::CodeExpired),
        Used::Wrong | Used::Dead => Err(Code::InvalidCode),
    })
}

/// Proves it by the code of a request.
///
/// # Errors
/// As [`by_typed`]; `CODE_REQUIRED`.
pub(super) async fn by_code(account: &Account, fields: &Fields, by: (&'static Rule, Judge)) -> Result<Left> {
    let code = fields.text("verification_code")?.ok_or(Code::CodeRequired)?;
    by_typed(account, code.to_owned(), by).await
}

/// Proves it by a code, or by what a passkey signed, as JSON: counted under a rule, and then judged.
///
/// # Errors
/// `INVALID_CODE`, `verification_code_expired`, `invalid_passkey`, `passkey_request_expired`, `too_many_attempts`;
/// `unsupported_strategy` when the account has no such way.
pub(super) async fn by_typed(
    account: &Account,
    typed: String,
    (rule, judge): (&'static Rule, Judge),
) -> Result<Left> {
    let (app, site) = (&account.app, &account.site);
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    let counted = [subject(&throttle::own(account.user.as_str())), subject(&account.counted_address())];
    let tried = account.change_own(move |tx, (app, site), own| {
        let mut full = Vec::new();
        for (rule, subject) in [(rule, &counted[0]), (&ADDRESS, &counted[1])] {
            if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, own.now())? {
                return Err(Error::throttled(ms));
            }
        }
        let by = match judge(tx, (app, site), own, &typed)? {
            Ok(by) => by,
            Err(refused) => {
                own.record(tx, site, Event::ProofRefused, refused.as_str())?;
                let about = audit::About { user: Some(&own.user.id), ..audit::About::default() };
                audit::lockouts(tx, site, &own.by(), &full, about)?;
                return Ok(Some(refused));
            }
        };
        throttle::forget(tx, rule, &counted[0])?;
        throttle::take_back(tx, &ADDRESS, &counted[1])?;
        proved(tx, (app, site), own, by)?;
        Ok(None)
    });
    match tried.await? {
        (_, Some(refused)) => Err(refused.into()),
        (left, None) => Ok(left),
    }
}

/// Renews when the sign-in was proved, and its key.
pub(super) fn proved(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &mut Own,
    (name, is_second): (&'static str, bool),
) -> Result<()> {
    own.record(tx, site, Event::ProvedAgain, name)?;
    let proof = own.proof.with(name, is_second, own.now());
    own.renew_key(tx, app, &proof)
}
