//! What the owner of an account does with its passkeys. Each change is made under the user's lock, by a sign-in that still
//! is one; whoever is signed in as the user is told, and the owner is mailed.

use super::answer::Attestation;
use super::challenge::{Asked, Drawn};
use super::enrol::{self, Made};
use super::{Passkey, store};
use crate::app::Site;
use crate::audit::{self, About, Event};
use crate::caller::Account;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SignInId, UserId};
use crate::secret::For;
use crate::session::{acting, agent, scope};
use crate::user::notice::{self, Changed, Notice, Whence};
use crate::user::{self, User, factors, ways};
use keyrack_protocol::{Code, PasskeyCreation};
use std::sync::Arc;

/// The user who acts, locked; as a sign-in that has not ended meanwhile.
fn lock(tx: &mut Tx<'_>, site: &Site, (sign_in, user): (&SignInId, &UserId), now: i64) -> Result<User> {
    let locked = user::store::lock(tx, &site.config.id, user)?;
    acting::still(tx, &site.config.id, sign_in, now)?;
    locked.map(|(user, _)| user).ok_or_else(|| Code::SignedOut.into())
}

fn asked<'a>(site: &'a Site, sign_in: &'a SignInId) -> Asked<'a> {
    Asked { deployment: &site.config.id, purpose: For::PasskeyRegistration, owner: sign_in.as_str() }
}

/// The mails that a change of the account's passkeys causes.
fn notice(account: &Account, what: Changed, name: &str) -> Result<Notice> {
    let acting = account.cached.loaded.visible_sign_in(account.opened, account.sign_in.as_str())?;
    let whence = Whence {
        ip_address: account.address.to_string(),
        browser: agent::browser(&account.user_agent).to_owned(),
        device: agent::device(&account.user_agent).to_owned(),
    };
    Notice::draw(&account.app, &account.site, &acting.user, (what, name), &whence)
}

/// What a passkey is called whose owner says nothing.
#[must_use]
pub fn default_name(user_agent: &str) -> String {
    match (agent::browser(user_agent), agent::device(user_agent)) {
        ("", "") => "Passkey".to_owned(),
        (one, "") | ("", one) => one.to_owned(),
        (browser, device) => format!("{browser} on {device}"),
    }
}

/// Asks for a new passkey.
///
/// # Errors
/// As [`enrol::begin`]; [`Code::SignedOut`].
pub async fn begin(account: &Account) -> Result<PasskeyCreation> {
    let (app, site) = (Arc::clone(&account.app), Arc::clone(&account.site));
    let (by, of, drawn) = (account.by(), account.clone(), Drawn::draw(&app.world));
    let begun = account.app.db.write(move |tx| {
        let user = lock(tx, &site, (&of.sign_in, &of.user), by.now)?;
        enrol::begin(tx, (&app, &site), asked(&site, &of.sign_in), (&user, &drawn), by.now)
    });
    begun.await
}

/// Keeps a new passkey.
///
/// # Errors
/// [`Code::PasskeyRequestExpired`], [`Code::InvalidPasskey`], [`Code::TooManyPasskeys`], [`Code::PasskeyExists`],
/// [`Code::SignedOut`].
pub async fn finish(account: &Account, answer: &Attestation, name: &str) -> Result<Passkey> {
    let (app, site, by) = (Arc::clone(&account.app), Arc::clone(&account.site), account.by());
    let made = Made::verify(&app, &site, (answer, name))?;
    let (notice, of) = (notice(account, Changed::PasskeyAdded, name)?, account.clone());
    let finished = account.app.db.write(move |tx| {
        let user = lock(tx, &site, (&of.sign_in, &of.user), by.now)?;
        let kept = enrol::finish(tx, (&app, &site), asked(&site, &of.sign_in), (&user, &made), &by)?;
        if kept.is_ok() {
            notice::way_changed(tx, &site, &user, &notice, by.now)?;
            scope::tell(tx, &site, &user.id, &by)?;
        }
        Ok(kept)
    });
    finished.await?.map_err(Error::from)
}

/// Calls a passkey otherwise.
///
/// # Errors
/// [`Code::PasskeyNotFound`], [`Code::SignedOut`].
pub async fn rename(account: &Account, id: String, name: String) -> Result<Passkey> {
    let (site, by, of) = (Arc::clone(&account.site), account.by(), account.clone());
    let renamed = account.app.db.write(move |tx| {
        let user = lock(tx, &site, (&of.sign_in, &of.user), by.now)?;
        if !store::rename(tx, &user.id, &id, &name)? {
            return Err(Code::PasskeyNotFound.into());
        }
        let theirs = store::of_user(tx, &user.id)?;
        theirs.into_iter().find(|one| one.id.as_str() == id).ok_or_else(|| Code::PasskeyNotFound.into())
    });
    renamed.await
}

/// Removes a passkey.
///
/// # Errors
/// [`Code::PasskeyNotFound`], [`Code::NoAlternative`] for the last way into the account, [`Code::SignedOut`], and what
/// [`factors::settle`] says of the last second factor.
pub async fn remove(account: &Account, id: String) -> Result<String> {
    let (site, by, of) = (Arc::clone(&account.site), account.by(), account.clone());
    let named = id.clone();
    let name = account.app.db.read_single(move |on| store::of_user(on, &of.user)).await?;
    let name = name.into_iter().find(|one| one.id.as_str() == named).ok_or(Code::PasskeyNotFound)?.name;
    let (notice, of) = (notice(account, Changed::PasskeyRemoved, &name)?, account.clone());
    let removed = account.app.db.write(move |tx| {
        let user = lock(tx, &site, (&of.sign_in, &of.user), by.now)?;
        if !store::remove(tx, &user.id, &id, by.now)? {
            return Err(Code::PasskeyNotFound.into());
        }
        if !ways::are_left(tx, &site, &user.id)? {
            return Err(Code::NoAlternative.into());
        }
        factors::settle(tx, &site, &user.id, by.now)?;
        let about = About { reason: &id, user: Some(&user.id), ..About::default() };
        audit::record(tx, &site, &by, Event::PasskeyRemoved, about)?;
        notice::way_changed(tx, &site, &user, &notice, by.now)?;
        scope::tell(tx, &site, &user.id, &by)?;
        Ok(id.clone())
    });
    removed.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_called_by_what_it_was_made_on() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        for (agent, name) in [(chrome, "Chrome on Linux"), ("Firefox/1", "Firefox"), ("iPad", "iPad"), ("curl", "Passkey")] {
            assert_eq!(default_name(agent), name);
        }
    }
}
