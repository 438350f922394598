//! What the owner of an account does with its passkeys. Each change is made under the user's lock, by a sign-in that still
//! is one, and told to whoever is signed in as the user, and by mail.

use super::answer::Attestation;
use super::challenge::{Asked, Drawn};
use super::enrol::{self, Made};
use super::{Passkey, store};
use crate::app::Site;
use crate::caller::Account;
use crate::error::Result;
use crate::id::SignInId;
use crate::secret::For;
use crate::session::agent;
use crate::session::enter::Left;
use crate::user::notice::Changed;
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
/// As [`enrol::begin`]; `reauthentication_required`, [`Code::SignedOut`].
pub async fn begin(account: &Account) -> Result<PasskeyCreation> {
    let (drawn, sign_in) = (Drawn::draw(&account.app.world), account.sign_in.clone());
    let begun = account.change_own(move |tx, of, own| {
        own.is_fresh()?;
        enrol::begin(tx, of, asked(of.1, &sign_in), (&own.user, &drawn), own.now())
    });
    Ok(begun.await?.1)
}

/// Keeps a new passkey: a second factor that this sign-in has proved, so it gets a new key, which the answer must hand out.
///
/// # Errors
/// [`Code::PasskeyRequestExpired`], [`Code::InvalidPasskey`], [`Code::TooManyPasskeys`], [`Code::PasskeyExists`],
/// `reauthentication_required`, [`Code::SignedOut`].
pub async fn finish(account: &Account, answer: &Attestation, name: &str) -> Result<(Left, Passkey)> {
    let made = Made::verify(&account.app, &account.site, (answer, name))?;
    let sign_in = account.sign_in.clone();
    let finished = account.change_own(move |tx, of, own| {
        own.is_fresh()?;
        let kept = enrol::finish(tx, of, asked(of.1, &sign_in), (&own.user, &made), own.now())?;
        if let Ok(passkey) = &kept {
            own.way_changed(tx, of, Changed::PasskeyAdded, &passkey.name)?;
            own.touch();
            // It was proved by what made it.
            let proof = own.proof.with(passkey.method(), true, own.now());
            own.renew_key(tx, of.0, &proof)?;
        }
        Ok(kept)
    });
    let (left, kept) = finished.await?;
    Ok((left, kept?))
}

/// Calls a passkey otherwise.
///
/// # Errors
/// [`Code::PasskeyNotFound`], `reauthentication_required`, [`Code::SignedOut`].
pub async fn rename(account: &Account, id: String, name: String) -> Result<Passkey> {
    let renamed = account.change_own(move |tx, _, own| {
        if !store::rename(tx, &own.user.id, &id, &name)? {
            return Err(Code::PasskeyNotFound.into());
        }
        let theirs = store::of_user(tx, &own.user.id)?;
        theirs.into_iter().find(|one| one.id.as_str() == id).ok_or_else(|| Code::PasskeyNotFound.into())
    });
    Ok(renamed.await?.1)
}

/// Removes a passkey.
///
/// # Errors
/// [`Code::PasskeyNotFound`], [`Code::NoAlternative`] for the last way into the account, `reauthentication_required`, [`Code::SignedOut`], and what
/// [`factors::settle`] says of the last second factor.
pub async fn remove(account: &Account, id: String) -> Result<String> {
    let removed = account.change_own(move |tx, of, own| {
        own.is_fresh()?;
        let (site, now) = (of.1, own.now());
        let theirs = store::of_user(tx, &own.user.id)?;
        let passkey = theirs.iter().find(|one| one.id.as_str() == id).ok_or(Code::PasskeyNotFound)?;
        if !store::remove(tx, &own.user.id, &id, now)? {
            return Err(Code::PasskeyNotFound.into());
        }
        let mut left = own.user.clone();
        left.ways.passkeys -= 1;
        if !ways::can_sign_in(&left, site) {
            return Err(Code::NoAlternative.into());
        }
        factors::settle(tx, site, &own.user.id, now)?;
        own.way_changed(tx, of, Changed::PasskeyRemoved, &passkey.name)?;
        own.touch();
        Ok(id.clone())
    });
    Ok(removed.await?.1)
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
