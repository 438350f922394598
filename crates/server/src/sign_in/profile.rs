//! What a profile lacks, filled in before the sign-in is there; and another number in place of one that is to be proved.

use super::entry;
use super::inside::Inside;
use super::machine::{Proved, current_step};
use super::prepare::{self, Wanted};
use super::verify::{self, Trial};
use super::{code, policy};
use crate::app::{App, Site};
use crate::caller::Browser;
use crate::contact::{Kind, store as contacts};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::PhoneNumberId;
use crate::membership::words;
use crate::params;
use crate::session::enter::Left;
use crate::throttle::{self, CONTACT, Subject, Verdict};
use crate::user::notice::Changed;
use crate::user::phone::E164;
use crate::user::username::Username;
use crate::user::{User, ways};
use keyrack_protocol::{ChangeReason, Code, CurrentSessionStep as Step};
use std::sync::Arc;

/// What somebody filled in, checked.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Username.
    pub username: Option<Username>,
    /// Phone number; it is not proved yet.
    pub phone: Option<E164>,
}

/// Takes what was filled in, and moves the attempt on. At `verify_phone` it takes another number in place of the one that
/// nobody can prove, and sends a code to that.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT`; `REQUIRED_FIELD` while something is missing, and `USERNAME_EXISTS`: then nothing was taken; the
/// refusals of a sign-in; `too_many_attempts` when the account had codes sent to too many numbers.
pub async fn complete(browser: &Browser, attempt: &str, filled: Filled) -> Result<Left> {
    let (id, shown) = verify::open_attempt(browser, attempt).await?;
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (trial, phone_id) = (Trial::of_nothing(browser, id), PhoneNumberId::draw(&app.world));
    let taken = match (shown.current_step, filled.phone.clone()) {
        (Step::CompleteProfile, _) => {
            let taken = browser.app.db.write(move |tx| take(tx, (&app, &site), &trial, (&filled, &phone_id)));
            taken.await
        }
        (Step::VerifyPhone, Some(phone)) => {
            let other = move |tx: &mut Tx<'_>| replace(tx, (&app, &site), &trial, (&phone, &phone_id));
            let replaced = browser.app.db.write(other).await?.map_err(Error::from)?;
            let wanted = Wanted { strategy: "phone_otp".to_owned(), ..Wanted::default() };
            prepare::prepare(browser, attempt, wanted).await?;
            return Ok(replaced);
        }
        (Step::VerifyPhone, None) => {
            return Err(Error::refused(Code::RequiredField, "The field phone_number is missing."));
        }
        _ => return Err(Code::BadAttempt.into()),
    };
    let completed = taken.and_then(|taken| taken.map_err(Error::from));
    browser.app.metrics.sign_ins.note(&completed);
    completed
}

fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
    (filled, phone_id): (&Filled, &PhoneNumberId),
) -> verify::Taken {
    let (mut inside, attempt) = match verify::later_step(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    if current_step(&attempt.kept.stage) != Step::CompleteProfile {
        return Ok(Err(Code::BadAttempt));
    }
    let before = inside.owner.user.clone();
    let phone = filled.phone.as_ref().filter(|_| before.ways.phones.is_empty());
    if let Some(phone) = phone {
        give(tx, site, (&mut inside, phone_id, phone), trial)?;
    }
    let user = &mut inside.owner.user;
    fill(user, filled);
    if let Some(name) = policy::missing(site, user).first() {
        return Err(Error::refused(Code::RequiredField, format!("The field {name} is missing.")));
    }
    write(tx, site, user, trial.arrival.now)?;
    words::renew(tx, &site.config.id, &user.id)?;
    let username = user.username.clone().filter(|_| before.username.is_none());
    let told = [
        username.map(|username| (Changed::UsernameChanged, username)),
        phone.map(|phone| (Changed::PhoneGiven, phone.to_string())),
    ];
    for (what, detail) in told.into_iter().flatten() {
        inside.way_changed(tx, (app, site), (what, &detail), (&attempt, &trial.arrival))?;
    }
    inside.tell(tx, site, &trial.arrival)?;
    entry::moved(tx, (app, site), inside, (&attempt, Proved::Profile), &trial.arrival)
}

/// Puts another number in the place of the one that the attempt waits for: it may be mistyped, or somebody else's. Only
/// whoever has proved every factor that the account has comes here, as no other step is before this one then.
fn replace(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
    (phone, phone_id): (&E164, &PhoneNumberId),
) -> verify::Taken {
    let (mut inside, attempt) = match verify::later_step(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    let waits = current_step(&attempt.kept.stage) == Step::VerifyPhone;
    let Some(old) = code::phone_to_prove(&inside.owner.user).cloned().filter(|_| waits) else {
        return Ok(Err(Code::BadAttempt));
    };
    if old.phone == phone.as_str() {
        return Ok(Ok(inside.room.leave_unchanged()));
    }
    let sender = Subject::new(&app.vault, &site.config.id, inside.owner.user.id.as_str());
    if let Verdict::Wait(ms) = throttle::count(tx, &CONTACT, &sender, trial.arrival.now)? {
        return Err(Error::throttled(ms));
    }
    contacts::take(tx, Kind::Phone, (&inside.owner.user.id, &old.phone))?;
    give(tx, site, (&mut inside, phone_id, phone), trial)?;
    let told = (Changed::PhoneGiven, phone.as_str());
    inside.way_changed(tx, (app, site), told, (&attempt, &trial.arrival))?;
    inside.tell(tx, site, &trial.arrival)?;
    inside.room.leave(tx, site, ChangeReason::Attempt, trial.arrival.now).map(Ok)
}

/// Gives the account a number that is not proved, as its primary one.
fn give(
    tx: &mut Tx<'_>,
    site: &Site,
    (inside, id, phone): (&mut Inside, &PhoneNumberId, &E164),
    trial: &Trial,
) -> Result<()> {
    let (user, now) = (&mut inside.owner.user, trial.arrival.now);
    let has = user.ways.phones.iter().find(|one| one.phone == phone.as_str()).map(|one| one.id.to_string());
    if has.is_none() {
        let it = (&user.id, id.as_str(), phone.as_str());
        contacts::add(tx, (&site.config.id, Kind::Phone), it, now)?;
    }
    let primary = has.unwrap_or_else(|| id.to_string());
    contacts::make_primary(tx, Kind::Phone, (&user.id, &primary), now)?;
    user.ways.phones.clear();
    ways::load(tx, user)
}

/// Only what is missing is filled in: whoever has a name changes it where they are signed in.
fn fill(user: &mut User, filled: &Filled) {
    let missing = |has: &String| has.is_empty();
    if missing(&user.first_name) {
        user.first_name = filled.first_name.clone().unwrap_or_default();
    }
    if missing(&user.last_name) {
        user.last_name = filled.last_name.clone().unwrap_or_default();
    }
    if user.username.is_none() {
        user.username = filled.username.as_ref().map(Username::to_string);
    }
}

fn write(tx: &mut Tx<'_>, site: &Site, user: &User, now: i64) -> Result<()> {
    let username = user.username.as_deref().map(Username::parse).transpose()?;
    let skeleton = username.as_ref().map(Username::skeleton);
    let written = tx.execute(
        "update users set first_name = $2, last_name = $3, username = $4, username_skeleton = $5, updated_at = $6
         where id = $1 and not exists (
             select 1 from users o where o.deployment_id = $7 and o.username_skeleton = $5 and o.id <> $1)",
        params![
            user.id.as_str(),
            &user.first_name,
            &user.last_name,
            user.username.as_ref(),
            skeleton.as_ref(),
            now,
            &site.config.id
        ],
    );
    if written? == 1 { Ok(()) } else { Err(Code::UsernameExists.into()) }
}
