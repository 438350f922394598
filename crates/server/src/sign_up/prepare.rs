//! Sending the codes of a sign-up: asked for, and by itself when an attempt comes to its phone number.

use super::machine::{Stage, profile};
use super::{authenticator, store};
use crate::app::Site;
use crate::audit::{self, About, By, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{AttemptId, SecretId, SessionId};
use crate::mail::{self, PHONE_CODE, SIGN_UP_CODE, SIGN_UP_NOTE};
use crate::outbox;
use crate::secret::{self, For, Fresh};
use crate::session::enter::{self, Room};
use crate::session::{Shown, read};
use crate::throttle::{self, OWNER_NOTE, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::phone::{E164, ending};
use crate::user::{self, Asker, Purse, SmsBudget, reachable};
use keyrack_protocol::{Code, SignupAttempt, SignupAttemptStep, VerificationPrepared};
use std::sync::Arc;

/// An open sign-up, as its session shows it.
pub struct Open {
    /// Its id.
    pub id: AttemptId,
    /// Its address.
    pub email: EmailAddress,
    /// Its phone number, if it has one.
    pub phone: Option<E164>,
    /// What it waits for.
    pub step: SignupAttemptStep,
    /// What is left, that among it.
    pub left: Vec<SignupAttemptStep>,
}

impl Open {
    /// The one that a text names.
    ///
    /// # Errors
    /// `BAD_SIGN_IN_ATTEMPT` when it is not this browser's, or is over.
    pub async fn read(browser: &Browser, attempt: &str) -> Result<Self> {
        let reading =
            read::read(&browser.app, &browser.site, browser.rack.as_ref(), Some(browser.address)).await?;
        let read::Reading::Live(cached, opened) = reading else { return Err(Code::BadAttempt.into()) };
        let attempt = cached.loaded.visible_attempt(opened, attempt)?;
        match &attempt.shown {
            Shown::SignUp(shown) if !shown.completed => Self::of(attempt.id.clone(), shown),
            _ => Err(Code::BadAttempt.into()),
        }
    }

    fn of(id: AttemptId, shown: &SignupAttempt) -> Result<Self> {
        let phone = format!("{}{}", shown.phone_country_code, shown.phone_number);
        let phone = if phone.is_empty() { None } else { Some(E164::parse(&phone, None)?) };
        let (step, left) = (shown.current_step, shown.remaining_steps.clone());
        Ok(Self { id, email: EmailAddress::parse(&shown.email)?, phone, step, left })
    }
}

/// Sends a new code for what an attempt waits for; the old one dies. Asked too soon or too often it does nothing, and
/// says the same.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT` when the attempt is not this browser's or waits for no code; `VERIFICATION_STRATEGY_REQUIRED`
/// when `strategy` is not that of its step.
pub async fn prepare(browser: &Browser, attempt: &str, strategy: &str) -> Result<VerificationPrepared> {
    let open = Open::read(browser, attempt).await?;
    match (open.step, strategy, &open.phone) {
        (SignupAttemptStep::VerifyEmail, "email_otp", _) => {
            // Only the note goes to an account's owner, who need not read what this browser does.
            let (site, email) = (Arc::clone(&browser.site), open.email.clone());
            let read =
                browser.app.db.read(move |on| user::language::language_of(on, &site.config.id, &email));
            let language = read.await?.filter(|it| !it.is_empty());
            let drawn = EmailCode::draw(browser, &open.id, (&open.email, language.as_deref()))?;
            send(browser, &open.id, move |tx, site, about, stage, by| match stage {
                Stage::NeedsEmail { decoy, .. } => drawn.post(tx, site, about, *decoy, by),
                _ => Err(Code::BadAttempt.into()),
            })
            .await?;
            Ok(VerificationPrepared {
                masked_email: Some(open.email.masked()),
                ..VerificationPrepared::by("email_otp")
            })
        }
        (SignupAttemptStep::VerifyPhone, "phone_otp", Some(phone)) => {
            let drawn = PhoneCode::draw(browser, &open.id, phone)?;
            send(browser, &open.id, move |tx, site, about, stage, by| match stage {
                Stage::NeedsPhone { .. } => drawn.post(tx, site, about, by),
                _ => Err(Code::BadAttempt.into()),
            })
            .await?;
            Ok(VerificationPrepared {
                masked_phone: Some(ending(phone.as_str())),
                ..VerificationPrepared::by("phone_otp")
            })
        }
        (SignupAttemptStep::VerifyAuthenticator, "authenticator", _) => {
            authenticator::set_up(browser, (&open.id, open.email.as_str())).await
        }
        _ => Err(Code::StrategyRequired.into()),
    }
}

/// Does `post` in the attempt's session.
async fn send(
    browser: &Browser,
    id: &AttemptId,
    post: impl Fn(&mut Tx<'_>, &Site, (&AttemptId, &SessionId), &Stage, &By) -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let id = id.clone();
    browser
        .app
        .db
        .write(move |tx| {
            let room: Room = enter::existing(tx, (&app, &site), &arrival, &[])?.ok_or(Code::BadAttempt)?;
            room.loaded.visible_attempt(room.opened, id.as_str())?;
            let kept = store::load(tx, &id)?.ok_or(Code::BadAttempt)?;
            profile(&kept.stage).ok_or(Code::BadAttempt)?;
            post(tx, &site, (&id, &room.loaded.id), &kept.stage, &arrival.by().stranger())
        })
        .await
}

/// A code for an address and the mails that may be sent, drawn before the transaction that knows which.
pub struct EmailCode {
    fresh: Fresh,
    /// The hash of something nobody has: what a decoy waits for.
    unknown: String,
    budget: Subject,
    purse: Purse,
    code: outbox::Sealed,
    note: outbox::Sealed,
    expires_at: i64,
}

impl EmailCode {
    fn draw(
        browser: &Browser,
        attempt: &AttemptId,
        (email, owners): (&EmailAddress, Option<&str>),
    ) -> Result<Self> {
        let (app, site) = (&browser.app, &browser.site);
        let code = app.world.random.six_digits();
        let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
        let hash = |secret: &str| secret::hash(&app.vault, For::SignUpEmail, attempt.as_str(), secret);
        let (reads, to) = (browser.language(), email.as_str());
        // They say nothing that the person filled in: a stranger could have filled it in.
        let facts = [("code", code.as_str()), ("minutes", &mail::minutes(&site.config))];
        let mailed = mail::render(site, &SIGN_UP_CODE, (reads, to), &facts)?;
        let note = mail::render(site, &SIGN_UP_NOTE, (owners.unwrap_or(reads), to), &[])?;
        Ok(Self {
            fresh: Fresh { id: SecretId::draw(&app.world), hash: hash(&code) },
            unknown: hash(SecretId::draw(&app.world).as_str()),
            budget: Subject::new(&app.vault, &site.config.id, email.as_str()),
            purse: Purse::of(&app.vault, &site.config.id, (Asker::SignUp, email.as_str())),
            code: outbox::seal(app, SIGN_UP_CODE.name, &mailed, expires_at)?,
            note: outbox::seal(app, SIGN_UP_NOTE.name, &note, expires_at)?,
            expires_at,
        })
    }

    fn post(
        &self,
        tx: &mut Tx<'_>,
        site: &Site,
        (id, session): (&AttemptId, &SessionId),
        decoy: bool,
        by: &By,
    ) -> Result<()> {
        let now = by.now;
        let owner = (site.config.id.as_str(), For::SignUpEmail, id.as_str());
        if !user::code_budget(tx, &self.purse, now)? {
            return Ok(());
        }
        let event = if decoy { Event::CodeWithheld } else { Event::CodeSent };
        let about = About { session: Some(session), identifier: Some(&self.budget), ..About::default() };
        audit::record(tx, site, by, event, about)?;
        let hash = if decoy { &self.unknown } else { &self.fresh.hash };
        let fresh = Fresh { hash: hash.clone(), ..self.fresh.clone() };
        secret::replace(tx, owner, &fresh, (now, self.expires_at))?;
        // Counted alike, and a row in any case: whether there is an owner is nobody's to measure.
        let noted = if decoy { &self.budget } else { &self.purse.subject };
        let may_be_noted = throttle::count(tx, &OWNER_NOTE, noted, now)? == Verdict::Counted;
        match (decoy, may_be_noted) {
            (false, _) => outbox::post(tx, &site.config.id, &self.code, now),
            (true, true) => outbox::post(tx, &site.config.id, &self.note, now),
            (true, false) => outbox::withhold(tx, &site.config.id, &self.note, now),
        }
    }
}

/// A code for a phone number and the text message with it, drawn before the transaction that sends it.
pub struct PhoneCode {
    fresh: Fresh,
    budget: SmsBudget,
    purse: Purse,
    sms: outbox::Sealed,
    expires_at: i64,
}

impl PhoneCode {
    /// Draws one.
    ///
    /// # Errors
    /// Only if the message cannot be written or sealed.
    pub fn draw(browser: &Browser, attempt: &AttemptId, phone: &E164) -> Result<Self> {
        let (app, site) = (&browser.app, &browser.site);
        let code = app.world.random.six_digits();
        let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
        let facts = [("code", code.as_str()), ("minutes", &mail::minutes(&site.config))];
        let sms = reachable::sms(site, &PHONE_CODE, (browser.language(), phone.as_str()), &facts)?;
        let hash = secret::hash(&app.vault, For::SignUpPhone, attempt.as_str(), &code);
        let client = browser.counted_address();
        Ok(Self {
            fresh: Fresh { id: SecretId::draw(&app.world), hash },
            budget: SmsBudget::new(&app.vault, &site.config.id, (phone.as_str(), &client)),
            purse: Purse::of(&app.vault, &site.config.id, (Asker::SignUp, phone.as_str())),
            sms: outbox::seal_sms(app, PHONE_CODE.name, &sms, expires_at)?,
            expires_at,
        })
    }

    /// Sends it, if the budgets allow; the one before dies then.
    ///
    /// # Errors
    /// What the database says.
    pub fn post(
        &self,
        tx: &mut Tx<'_>,
        site: &Site,
        (id, session): (&AttemptId, &SessionId),
        by: &By,
    ) -> Result<()> {
        if !self.budget.allows(tx, site, (&self.purse, true), by.now)? {
            return Ok(());
        }
        let about =
            About { session: Some(session), identifier: Some(self.budget.number()), ..About::default() };
        audit::record(tx, site, by, Event::CodeSent, about)?;
        let owner = (site.config.id.as_str(), For::SignUpPhone, id.as_str());
        secret::replace(tx, owner, &self.fresh, (by.now, self.expires_at))?;
        outbox::post(tx, &site.config.id, &self.sms, by.now)
    }
}
