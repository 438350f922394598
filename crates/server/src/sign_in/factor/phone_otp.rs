//! A code that is sent to a proved phone number.

use super::{Again, Asked, Factor, First, Judged, Known, Second, Tried};
use crate::app::{App, Site};
use crate::caller::{Account, Browser, Own};
use crate::db::Tx;
use crate::error::Result;
use crate::id::AttemptId;
use crate::mail::{self, PHONE_CODE};
use crate::outbox;
use crate::secret::{self, Used};
use crate::session::enter::Left;
use crate::sign_in::begin::{self, Found};
use crate::sign_in::phone::Number;
use crate::sign_in::prepare::{self, To, first};
use crate::sign_in::reauthenticate::{self, Sent};
use crate::sign_in::{code, store, verify};
use crate::throttle::CODE_GUESS;
use crate::user::backup_code::letters;
use crate::user::phone::{E164, ending};
use crate::user::ways::Phone;
use crate::user::{self, SmsBudget, User, reachable};
use keyrack_protocol::{
    Code, CurrentSessionStep as Step, ReauthenticationMethod, ReauthenticationPrepared, SignInMethod,
    VerificationPrepared,
};
use std::sync::Arc;

pub(super) static FACTOR: Factor = Factor {
    first: Some(First {
        method: SignInMethod::PhoneOtp,
        by: Known::Phone,
        is_offered: |auth| auth.phone_otp,
        begin: |browser, fields| {
            Box::pin(async move {
                let typed = fields.required("phone")?;
                let number = Number::parse(typed, fields.text("phone_country_code")?)?;
                if let Number::Whole(number) = &number {
                    reachable::check(&browser.site.config.restrictions, number)?;
                }
                begin(browser, number).await
            })
        },
        step: Step::VerifyPhoneOtp,
        prepare: Some(|browser, asked| Box::pin(send(browser, asked))),
        take: |browser, id, (typed, _)| Box::pin(verify::sent(browser, id, typed)),
        name: "sms",
    }),
    second: Some(Second {
        place: 3,
        is_there,
        is_another: |proof| !proof.has("sms"),
        stands_in: false,
        reads: |typed| letters(typed).is_none(),
        prepare: Some(prepare::later),
        check,
        used: None,
    }),
    again: Some(Again {
        word: "phone_otp",
        prepare: Some(|account| Box::pin(send_again(account))),
        prove: |account, fields| Box::pin(reauthenticate::by_code(account, fields, (&CODE_GUESS, judge))),
    }),
    proves: Some(Step::VerifyPhone),
    ..Factor::named("phone_otp")
};

async fn begin(browser: &Browser, number: Number) -> Result<Left> {
    let find = move |tx: &mut Tx<'_>, site: &Site| {
        let (user, identifier) = match number.find(tx, site)? {
            Some((user, phone)) => (Some(user), phone),
            None => (None, number.as_str().to_owned()),
        };
        // Asked of nobody too, for the same work.
        let nobody = crate::id::UserId::stored(String::new());
        let hash = user::store::password_hash(tx, &site.config.id, user.as_ref().unwrap_or(&nobody))?;
        Ok(Found { owner: user.map(|user| (user, hash)), identifier, shown: String::new() })
    };
    begin::begin(browser, (SignInMethod::PhoneOtp, Step::VerifyPhoneOtp), find).await
}

/// Sends a code to the number that was typed, or that the digits which were typed mean.
async fn send(browser: &Browser, asked: Asked) -> Result<VerificationPrepared> {
    let (site, of) = (Arc::clone(&browser.site), asked.id.clone());
    let read = browser.app.db.read(move |on| store::load(on, &site.config.id, &of)).await?;
    let number = read.ok_or(Code::BadAttempt)?.kept.identifier;
    let to = To::number(browser, &number);
    let drawn = first::draw_code(browser, (&asked.id, to), |facts, expires_at| {
        let sms = mail::render_sms(&browser.site, &PHONE_CODE, (browser.language(), &number), facts)?;
        outbox::seal_sms(&browser.app, PHONE_CODE.name, &sms, expires_at)
    })?;
    first::send(browser, asked.id, (drawn, None)).await?;
    Ok(VerificationPrepared { masked_phone: Some(ending(&number)), ..VerificationPrepared::by("phone_otp") })
}

/// Whether an account has it as a second factor, in a deployment that offers it.
fn is_there(site: &Site, user: &User) -> bool {
    site.config.auth.second_factor.phone_otp && proved(user).next().is_some()
}

/// The proved numbers of an account.
pub fn proved(user: &User) -> impl Iterator<Item = &Phone> {
    user.ways.phones.iter().filter(|phone| phone.verified_at.is_some())
}

/// The proved number that ends with these digits; the only one, if nobody said any.
#[must_use]
pub fn ending_with<'a>(user: &'a User, digits: Option<&str>) -> Option<&'a Phone> {
    match digits {
        Some(digits) => {
            proved(user).find(|phone| phone.phone.get(phone.phone.len().saturating_sub(4)..) == Some(digits))
        }
        None => Some(proved(user).next()?).filter(|_| proved(user).count() == 1),
    }
}

/// Whether what was typed is the code that was sent for the attempt to the number that it says.
fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    tried: &Tried<'_>,
) -> Result<Option<&'static str>> {
    let number = tried.sent_to.filter(|number| proved(user).any(|phone| phone.phone == *number));
    let Some(number) = number else { return Ok(None) };
    let attempt = AttemptId::stored(tried.owner.to_owned());
    let guess = code::later_hash(app, &attempt, (number, tried.typed));
    let owner = (site.config.id.as_str(), code::LATER, tried.owner);
    let used = secret::consume(tx, owner, &guess, tried.by.now)?;
    Ok((used == Used::Now).then_some("sms"))
}

/// Sends a code to the primary number of whoever is signed in, or else the oldest that is proved.
async fn send_again(account: &Account) -> Result<ReauthenticationPrepared> {
    let to = reauthenticate::reached(known(account.user()?)).ok_or(Code::StrategyUnknown)?;
    let masked = E164::parse(&to, None)?.masked();
    let (app, site, number) = (&account.app, &account.site, to.clone());
    let budget = SmsBudget::new(&app.vault, &site.config.id, (&to, &account.counted_address()));
    let drawn = Sent::draw(account, "phone", (to, Some(budget)), |facts, expires_at| {
        let sms = reachable::sms(site, &PHONE_CODE, (account.language(), &number), facts)?;
        outbox::seal_sms(app, PHONE_CODE.name, &sms, expires_at)
    })?;
    drawn.send(account, |user| reauthenticate::reached(known(user))).await?;
    Ok(ReauthenticationPrepared {
        method: ReauthenticationMethod::PhoneOtp,
        otp_sent: true,
        masked_address: Some(masked),
        options: None,
    })
}

fn known(user: &User) -> Vec<(bool, &str)> {
    proved(user).map(|phone| (phone.is_primary, phone.phone.as_str())).collect()
}

/// It is a second factor only where the deployment says so.
fn judge(tx: &mut Tx<'_>, (app, site): (&App, &Site), own: &Own, typed: &str) -> Result<Judged> {
    let judged = reauthenticate::judge_sent(tx, (app, site), own, ("phone", typed))?;
    Ok(judged.map(|()| ("sms", is_there(site, &own.user))))
}
