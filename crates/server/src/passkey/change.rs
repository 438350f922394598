//! What the owner of an account does with its passkeys. Each change is made under the user's lock, by a sign-in that still
//! is one, and told to whoever is signed in as the user.

use super::answer::Attestation;
use super::challenge::{Asked, Drawn};
use super::enrol::{self, Made};
use super::{Passkey, store};
use crate::app::Site;
use crate::audit::Event;
use crate::caller::Account;
use crate::error::{Error, Result};
use crate::id::SignInId;
use crate::secret::For;
use crate::session::agent;
use crate::user::{factors, ways};
use keyrack_protocol::{Code, PasskeyCreation};

fn asked<'a>(site: &'a Site, sign_in: &'a SignInId) -> Asked<'a> {
    Asked { deployment: &site.config.id, purpose: For::PasskeyRegistration, owner: sign_in.as_str() }
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
    let (drawn, sign_in) = (Drawn::draw(&account.app.world), account.sign_in.clone());
    let begun = account.keep_mine(move |tx, mine| {
        let asked = asked(mine.site, &sign_in);
        enrol::begin(tx, (mine.app, mine.site), asked, (mine.user, &drawn), mine.by.now)
    });
    begun.await
}

/// Keeps a new passkey.
///
/// # Errors
/// [`Code::PasskeyRequestExpired`], [`Code::InvalidPasskey`], [`Code::TooManyPasskeys`], [`Code::PasskeyExists`],
/// [`Code::SignedOut`].
pub async fn finish(account: &Account, answer: &Attestation, name: &str) -> Result<Passkey> {
    let made = Made::verify(&account.app, &account.site, (answer, name))?;
    let sign_in = account.sign_in.clone();
    let finished = account.change_mine(move |tx, mine| {
        let asked = asked(mine.site, &sign_in);
        let kept = enrol::finish(tx, (mine.app, mine.site), asked, (mine.user, &made), mine.by.now)?;
        if let Ok(passkey) = &kept {
            mine.record(tx, Event::PasskeyAdded, passkey.id.as_str())?;
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
    let renamed = account.keep_mine(move |tx, mine| {
        if !store::rename(tx, &mine.user.id, &id, &name)? {
            return Err(Code::PasskeyNotFound.into());
        }
        let theirs = store::of_user(tx, &mine.user.id)?;
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
    let removed = account.change_mine(move |tx, mine| {
        let now = mine.by.now;
        if !store::remove(tx, &mine.user.id, &id, now)? {
            return Err(Code::PasskeyNotFound.into());
        }
        if !ways::are_left(tx, mine.site, &mine.user.id)? {
            return Err(Code::NoAlternative.into());
        }
        factors::settle(tx, mine.site, &mine.user.id, now)?;
        mine.record(tx, Event::PasskeyRemoved, &id)?;
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
        for (agent, name) in
            [(chrome, "Chrome on Linux"), ("Firefox/1", "Firefox"), ("iPad", "iPad"), ("curl", "Passkey")]
        {
            assert_eq!(default_name(agent), name);
        }
    }
}
