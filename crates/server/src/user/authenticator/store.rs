//! Authenticators in the database. Whoever changes something holds the user's lock.

use super::{MOST, SETUP_MS, Secret, step_of, step_of_both};
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{AuthenticatorId, UserId};
use crate::params;
use crate::user::User;
use crate::user::ways::Authenticator;
use crate::vault::Vault;
use crate::world::SKEW_MS;
use keyrack_protocol::Code;

/// A set-up, drawn before the transaction.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: AuthenticatorId,
    /// What is shared; shown once.
    pub secret: Secret,
    sealed: String,
}

impl Draft {
    /// A new one.
    ///
    /// # Errors
    /// Only if sealing fails.
    pub fn draw(app: &App) -> Result<Self> {
        let (id, secret) = (AuthenticatorId::draw(&app.world), Secret::draw(&app.world));
        let sealed = secret.seal((&app.vault, &app.world), &id)?;
        Ok(Self { id, secret, sealed })
    }
}

/// Begins a set-up. The one before it, if it was not confirmed, is over: of two secrets only the later confirms.
///
/// # Errors
/// [`Code::TooManyAuthenticators`], or what the database says.
pub fn begin(tx: &mut Tx<'_>, deployment: &str, user: &User, draft: &Draft, now: i64) -> Result<()> {
    if user.ways.authenticators.len() >= MOST {
        return Err(Code::TooManyAuthenticators.into());
    }
    tx.execute(
        "delete from authenticators where user_id = $1 and verified_at is null",
        params![user.id.as_str()],
    )?;
    tx.execute(
        "insert into authenticators (id, deployment_id, user_id, sealed, last_step, created_at)
         values ($1, $2, $3, $4, 0, $5)",
        params![draft.id.as_str(), deployment, user.id.as_str(), &draft.sealed, now],
    )?;
    Ok(())
}

/// What an account is called in the program: its primary address, else its username, else its number.
///
/// # Errors
/// What the database says.
pub fn account_name(tx: &mut Tx<'_>, user: &User) -> Result<String> {
    let row = tx.query_one(
        "select email from email_addresses where user_id = $1 order by is_primary desc, id limit 1",
        params![user.id.as_str()],
    )?;
    let email = row.map(|row| row.cells().text()).transpose()?;
    let phone = || user.ways.phones.first().map(|phone| phone.phone.clone());
    Ok(email.or_else(|| user.username.clone()).or_else(phone).unwrap_or_else(|| user.id.to_string()))
}

/// How a confirmation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// It is a factor now.
    Now(Authenticator),
    /// The codes are not two in a row of this one, of about now.
    Wrong,
    /// There is no such set-up of this user: it was confirmed, has expired, or a later one was begun.
    Unknown,
}

/// Confirms a set-up with two codes in a row; neither works again. The caller settles the user's factors.
///
/// # Errors
/// What the database says.
pub fn confirm(
    tx: &mut Tx<'_>,
    vault: &Vault,
    (user, id): (&UserId, &AuthenticatorId),
    codes: [&str; 2],
    now: i64,
) -> Result<Confirmed> {
    let row = tx.query_one(
        "select sealed, created_at from authenticators
         where id = $1 and user_id = $2 and verified_at is null and created_at > $3 and created_at <= $4",
        params![id.as_str(), user.as_str(), now - SETUP_MS, now + SKEW_MS],
    )?;
    let Some(row) = row else { return Ok(Confirmed::Unknown) };
    let mut cells = row.cells();
    let (sealed, created_at) = (cells.text()?, cells.int()?);
    let secret = Secret::open(vault, id, &sealed)?;
    let Some(step) = step_of_both(&secret, codes, now)? else { return Ok(Confirmed::Wrong) };
    tx.execute(
        "update authenticators set verified_at = $2, last_step = $3 where id = $1 and verified_at is null",
        params![id.as_str(), now, step],
    )?;
    Ok(Confirmed::Now(Authenticator { id: id.clone(), created_at }))
}

/// Takes a code of one of a user's confirmed authenticators; `false` if it is none that still works.
///
/// # Errors
/// What the database says.
pub fn take(tx: &mut Tx<'_>, vault: &Vault, user: &UserId, typed: &str, now: i64) -> Result<bool> {
    let rows = tx.query(
        "select id, sealed, last_step from authenticators
         where user_id = $1 and verified_at is not null order by id",
        params![user.as_str()],
    )?;
    for row in rows {
        let mut cells = row.cells();
        let (id, sealed) = (AuthenticatorId::stored(cells.text()?), cells.text()?);
        let last = cells.int()?;
        let secret = Secret::open(vault, &id, &sealed)?;
        let Some(step) = step_of(&secret, typed, (last, now))? else { continue };
        // Also without the user's lock two who send it at once would not both get in.
        let taken = tx.execute(
            "update authenticators set last_step = $2 where id = $1 and last_step < $2",
            params![id.as_str(), step],
        )?;
        return Ok(taken == 1);
    }
    Ok(false)
}

/// Removes an authenticator, confirmed or not; `false` if the user has no such one. The caller settles the user's
/// factors.
///
/// # Errors
/// What the database says.
pub fn remove(tx: &mut Tx<'_>, user: &UserId, id: &AuthenticatorId) -> Result<bool> {
    let removed = tx.execute(
        "delete from authenticators where id = $1 and user_id = $2",
        params![id.as_str(), user.as_str()],
    )?;
    Ok(removed == 1)
}
