//! Imported accounts in the database.

use super::ready::Ready;
use super::record::Outcome;
use crate::app::Site;
use crate::audit::{self, About, By, Event};
use crate::contact::Kind;
use crate::contact::store::{add_proved_number, owner};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::params;
use crate::user::factors;
use crate::user::kept;
use crate::user::store::{Created, create, find_by_username};
use keyrack_protocol::Code;

/// What the records of what happened call it.
const REASON: &str = "import";

/// Makes an account, unless it is there already or something of it is another's.
///
/// # Errors
/// What the database says.
pub(super) fn take(tx: &mut Tx<'_>, site: &Site, ready: &Ready, by: &By) -> Result<Outcome> {
    let deployment = site.config.id.as_str();
    if let Some(user) = is_there(tx, deployment, ready)? {
        return Ok(Outcome::Present { user_id: user.to_string() });
    }
    if let Some(refused) = refusal(tx, deployment, ready, by.now)? {
        // By somebody who was faster: another import of the same account, perhaps.
        let there = is_there(tx, deployment, ready)?;
        return Ok(there.map_or_else(
            || super::refused(&refused),
            |user| Outcome::Present { user_id: user.to_string() },
        ));
    }
    give(tx, site, ready, by.now)?;
    let about = About { user: Some(&ready.user.id), reason: REASON, ..About::default() };
    audit::record(tx, site, by, Event::UserCreated, about)?;
    Ok(Outcome::Made { user_id: ready.user.id.to_string(), without_password: ready.without_password.clone() })
}

/// The account of the record, if there is one: it has the same external id or, where the record has none, the same address;
/// where it has no address either, the same username.
fn is_there(tx: &mut Tx<'_>, deployment: &str, ready: &Ready) -> Result<Option<UserId>> {
    let Some(external_id) = &ready.kept.external_id else {
        return match &ready.user.username {
            Some(username) if ready.user.email.is_empty() => {
                Ok(find_by_username(tx, deployment, username)?.map(|found| found.user_id))
            }
            _ => owner(tx, (deployment, Kind::Email), &ready.user.email),
        };
    };
    let row = tx.query_one(
        "select id from users where deployment_id = $1 and external_id = $2 order by id",
        params![deployment, external_id],
    )?;
    row.map(|row| Ok(UserId::stored(row.cells().text()?))).transpose()
}

/// Makes the account's rows, or says why that cannot be.
fn refusal(tx: &mut Tx<'_>, deployment: &str, ready: &Ready, now: i64) -> Result<Option<Error>> {
    if let Some(refused) = is_taken(tx, deployment, ready)? {
        return Ok(Some(refused));
    }
    Ok(match create(tx, deployment, &ready.user, now)? {
        Created::Made => None,
        Created::EmailTaken => Some(Code::EmailExists.into()),
        Created::UsernameTaken => Some(Code::UsernameExists.into()),
    })
}

/// Why an account cannot be made: somebody else has proved an address or the number of it.
fn is_taken(tx: &mut Tx<'_>, deployment: &str, ready: &Ready) -> Result<Option<Error>> {
    let first = Some(ready.user.email.as_str()).filter(|email| !email.is_empty());
    for email in first.into_iter().chain(ready.others.iter().map(|(_, email)| email.as_str())) {
        if owner(tx, (deployment, Kind::Email), email)?.is_some() {
            let text = format!("Another account has {email}.");
            return Ok(Some(Error::refused(Code::EmailExists, text)));
        }
    }
    let Some((_, phone)) = &ready.phone else { return Ok(None) };
    let is_anothers = owner(tx, (deployment, Kind::Phone), phone)?.is_some();
    let text = format!("Another account has {phone}.");
    Ok(is_anothers.then(|| Error::refused(Code::PhoneNumberExists, text)))
}

/// Gives a new account what it has beside its name, address and password.
fn give(tx: &mut Tx<'_>, site: &Site, ready: &Ready, now: i64) -> Result<()> {
    let (deployment, user) = (site.config.id.as_str(), &ready.user.id);
    if !ready.kept.is_empty() {
        kept::write(tx, deployment, user, &ready.kept, now)?;
    }
    tx.execute(
        "update users set imported_hash = $2, disabled_at = $3, created_at = $4 where id = $1",
        params![user.as_str(), ready.kind.as_ref(), ready.disabled.then_some(now), ready.created_at],
    )?;
    for (id, email) in &ready.others {
        tx.execute(
            "insert into email_addresses
                 (id, deployment_id, user_id, email, is_primary, verified_at, created_at, updated_at)
             values ($1, $2, $3, $4, 0, $5, $5, $5)",
            params![id.as_str(), deployment, user.as_str(), email, now],
        )?;
    }
    if let Some((id, phone)) = &ready.phone {
        add_proved_number(tx, deployment, (user, id.as_str(), phone), now)?;
    }
    if let Some((id, sealed)) = &ready.authenticator {
        tx.execute(
            "insert into authenticators (id, deployment_id, user_id, sealed, last_step, verified_at, created_at)
             values ($1, $2, $3, $4, 0, $5, $5)",
            params![id.as_str(), deployment, user.as_str(), sealed, now],
        )?;
    }
    factors::settle_gain(tx, site, user, now)
}
