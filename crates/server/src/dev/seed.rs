//! `keyrack dev --seed FILE`: people to try things out with, from a TOML file.
//!
//! A start with the same file changes nothing; with a changed one it changes what differs, and says how much. Who
//! is no longer in the file stays. Passwords stand in it in plain text: that is why only `keyrack dev` reads it.

mod file;

pub use file::{Person, read};

use crate::account::deletion;
use crate::admin::{self, Decision, Form};
use crate::app::{App, Shared, Site};
use crate::audit::{Actor, By};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SessionId, UserId};
use crate::membership::words;
use crate::session::store as sessions;
use crate::user::kept::Kept;
use crate::user::store::Credentials;
use crate::user::{self, User, standing};
use keyrack_protocol::{ChangeReason, Code, EndReason};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What a seed came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sown {
    /// People who were not there.
    pub made: usize,
    /// People of whom something differed.
    pub changed: usize,
    /// People who were as the file says.
    pub unchanged: usize,
}

impl fmt::Display for Sown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} made, {} changed, {} as they were", self.made, self.changed, self.unchanged)
    }
}

/// Makes everybody of a seed, or changes what differs.
///
/// # Errors
/// One that names the person; those before stay.
pub async fn sow(app: &Shared, people: &[Person]) -> Result<Sown> {
    let mut sown = Sown::default();
    for person in people {
        let site = app.sites.iter().find(|site| site.config.id == person.deployment);
        let site = site.ok_or(Code::DeploymentNotFound)?;
        let about = |error: Error| {
            let why = error.cause().unwrap_or(error.message()).to_owned();
            Error::internal(&format!("{}: {}", person.place, person.email), why)
        };
        match sow_one(app, site, person).await.map_err(about)? {
            Outcome::Made => sown.made += 1,
            Outcome::Changed => sown.changed += 1,
            Outcome::Unchanged => sown.unchanged += 1,
        }
    }
    Ok(sown)
}

enum Outcome {
    Made,
    Changed,
    Unchanged,
}

async fn sow_one(app: &Shared, site: &Arc<Site>, person: &Person) -> Result<Outcome> {
    let (deployment, email) = (site.config.id.clone(), person.email.clone());
    let found = app.db.read(move |on| user::store::find_by_email(on, &deployment, &email)).await?;
    let by = By::client(Actor::Operator(None), "", app.world.clock.now_ms());
    let Some(found) = found else {
        let form = Form {
            email: person.email.clone(),
            unproved: false,
            username: person.username.clone(),
            first_name: person.first_name.clone().unwrap_or_default(),
            last_name: person.last_name.clone().unwrap_or_default(),
            password: person.password.clone(),
            kept: Kept::default(),
        };
        let made = admin::create(app, site, form, by.clone()).await?;
        if person.disabled == Some(true) {
            let id = UserId::stored(made.id);
            admin::decide(app, site, id, Decision::Disable, by).await?;
        }
        return Ok(Outcome::Made);
    };
    let password_hash = differing_password(app, person, &found).await?;
    let changed = change(app, site, (person, &found.user_id), password_hash, by).await?;
    Ok(if changed { Outcome::Changed } else { Outcome::Unchanged })
}

/// The hash to keep, if the password is another one now. A person without one in the file keeps what there is.
async fn differing_password(app: &App, person: &Person, found: &Credentials) -> Result<Option<String>> {
    let Some(password) = &person.password else { return Ok(None) };
    let hasher = &app.hasher;
    if hasher.verify(hasher.place()?, password.clone(), found.password_hash.clone()).await? {
        return Ok(None);
    }
    hasher.hash(hasher.place()?, &app.world, password.clone()).await.map(Some)
}

/// Changes what differs; false when nothing does.
async fn change(
    app: &Shared,
    site: &Arc<Site>,
    (person, id): (&Person, &UserId),
    password_hash: Option<String>,
    by: By,
) -> Result<bool> {
    let (to, asked, locked, seeding) = (Arc::clone(site), person.clone(), id.clone(), by.clone());
    let changed = app.db.write(move |tx| {
        let (user, _) = user::store::lock(tx, &to.config.id, &locked)?.ok_or(Code::UserNotFound)?;
        let renamed = rename(tx, &to, (&user, &asked), seeding.now)?;
        if let Some(hash) = &password_hash {
            standing::set_password(tx, &user, hash, seeding.now)?;
            deletion::end_all(tx, &to, &user, EndReason::CredentialsChanged, &seeding)?;
        }
        Ok((renamed || password_hash.is_some(), user.disabled_at.is_some()))
    });
    let (changed, was_disabled) = changed.await?;
    let Some(disabled) = person.disabled.filter(|disabled| *disabled != was_disabled) else {
        return Ok(changed);
    };
    let decision = if disabled { Decision::Disable } else { Decision::Enable };
    admin::decide(app, site, id.clone(), decision, by).await?;
    Ok(true)
}

/// Gives an account the names that are asked for; every session that shows it gets a new revision.
fn rename(tx: &mut Tx<'_>, site: &Site, (user, asked): (&User, &Person), now: i64) -> Result<bool> {
    let names = standing::Names {
        first_name: asked.first_name.as_deref().unwrap_or(&user.first_name),
        last_name: asked.last_name.as_deref().unwrap_or(&user.last_name),
        username: asked
            .username
            .as_ref()
            .filter(|name| user.username.as_deref() != Some(name.as_str()))
            .map(Some),
    };
    if names.first_name == user.first_name && names.last_name == user.last_name && names.username.is_none() {
        return Ok(false);
    }
    if !standing::rename(tx, user, &names, now)? {
        return Err(Code::UsernameExists.into());
    }
    let deployment = &site.config.id;
    words::renew(tx, deployment, &user.id)?;
    let shown_in = sessions::sign_ins_of(tx, deployment, user, now)?;
    let shown_in: BTreeSet<&SessionId> = shown_in.iter().map(|sign_in| &sign_in.session).collect();
    sessions::lock(tx, deployment, &shown_in.iter().copied().collect::<Vec<_>>())?;
    for session in shown_in {
        sessions::raise(tx, site, session, ChangeReason::Changed, now)?;
    }
    Ok(true)
}
