//! What a profile lacks, filled in before the sign-in is there.

use super::entry;
use super::machine::{Proved, current_step};
use super::policy;
use super::verify::{self, Trial};
use crate::app::{App, Site};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::PhoneNumberId;
use crate::membership::words;
use crate::params;
use crate::session::enter::Left;
use crate::user::phone::E164;
use crate::user::username::Username;
use crate::user::{self, User, ways};
use keyrack_protocol::{Code, CurrentSessionStep as Step};
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

/// Takes what was filled in, and moves the attempt on.
///
/// # Errors
/// `BAD_SIGN_IN_ATTEMPT`; `REQUIRED_FIELD` while something is missing, and `USERNAME_EXISTS`: then nothing was taken; the
/// refusals of a sign-in.
pub async fn complete(browser: &Browser, attempt: &str, filled: Filled) -> Result<Left> {
    let (id, shown) = verify::open_attempt(browser, attempt).await?;
    if shown.current_step != Step::CompleteProfile {
        return Err(Code::BadAttempt.into());
    }
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let (trial, phone_id) = (Trial::of_nothing(browser, id), PhoneNumberId::draw(&app.world));
    let completed = browser.app.db.write(move |tx| take(tx, (&app, &site), &trial, (&filled, &phone_id)));
    let completed = completed.await.and_then(|taken| taken.map_err(Error::from));
    browser.app.metrics.sign_ins.note(&completed);
    completed
}

fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
    (filled, phone_id): (&Filled, &PhoneNumberId),
) -> Result<std::result::Result<Left, Code>> {
    let (mut inside, attempt) = match verify::later_step(tx, (app, site), trial)? {
        Ok(entered) => entered,
        Err(refused) => return Ok(Err(refused)),
    };
    if current_step(&attempt.kept.stage) != Step::CompleteProfile {
        return Ok(Err(Code::BadAttempt));
    }
    let user = &mut inside.owner.user;
    fill(user, filled);
    if let Some(phone) = filled.phone.as_ref().filter(|_| user.ways.phones.is_empty()) {
        user::contacts::add_phone(tx, &site.config.id, (user, phone_id), phone.as_str(), trial.arrival.now)?;
        ways::load(tx, user)?;
    }
    if let Some(name) = policy::missing(site, user).first() {
        return Err(Error::refused(Code::RequiredField, format!("The field {name} is missing.")));
    }
    write(tx, site, user, trial.arrival.now)?;
    words::renew(tx, &site.config.id, &user.id)?;
    inside.tell(tx, site, &trial.arrival)?;
    entry::moved(tx, (app, site), inside, (&attempt, Proved::Profile), &trial.arrival)
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
