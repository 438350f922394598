//! Taking what a passkey signed: whether it proves an account, here and now.

use super::answer::{Assertion, Why};
use super::challenge::{self, Asked, Drawn, LIFE_MS};
use super::party::Party;
use super::{Passkey, ceremony, store};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::id::UserId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::{
    Code, PasskeyDescriptor, PasskeyRequest, PasskeyRequestOptions, PasskeyRequestPublicKey,
};

/// What passkeys of an account a browser is to be asked for: any that the device has for this host, or an account's.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Whoever it is.
    Anybody,
    /// This account.
    Of(&'a UserId),
}

/// Asks a passkey to sign.
///
/// # Errors
/// [`Code::PasskeysDisabled`]; [`Code::PasskeyNotFound`] when the account has none.
pub fn ask(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    asked: Asked<'_>,
    (whose, drawn): (Whose<'_>, &Drawn),
    now: i64,
) -> Result<PasskeyRequest> {
    let party = Party::of(&site.config).ok_or(Code::PasskeysDisabled)?;
    let allow_credentials = match whose {
        Whose::Anybody => Vec::new(),
        Whose::Of(user) => allowed(tx, user)?,
    };
    challenge::ask(tx, &app.vault, asked, drawn, now)?;
    let public_key = PasskeyRequestPublicKey {
        challenge: drawn.challenge(),
        timeout: LIFE_MS,
        rp_id: party.id,
        user_verification: "required".to_owned(),
        allow_credentials,
    };
    Ok(PasskeyRequest { options: PasskeyRequestOptions { public_key } })
}

fn allowed(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<PasskeyDescriptor>> {
    let theirs = store::of_user(tx, user)?;
    if theirs.is_empty() {
        return Err(Code::PasskeyNotFound.into());
    }
    Ok(theirs.iter().map(Passkey::descriptor).collect())
}

/// How it ended that a passkey signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It proves the account, by two factors; the method's name (RFC 8176).
    Proved(&'static str),
    /// It was not asked, not by the same, too long ago, or taken before.
    Gone,
    /// It proves nothing.
    Wrong,
    /// Its counter went back: there may be two of it, and it proves nothing.
    Copied,
}

/// Whose passkey signed, before anything is verified: what is to be locked.
///
/// # Errors
/// What the database says.
pub fn claimed(tx: &mut Tx<'_>, site: &Site, answer: &Assertion) -> Result<Option<UserId>> {
    let credential_id = BASE64.encode(&answer.credential_id);
    Ok(store::owner(tx, &site.config.id, &credential_id)?.map(|(user, _)| user))
}

/// Takes what a passkey of `user` signed, whose lock the caller holds; nobody's with `None`. What was asked is used up,
/// whatever comes of it, so the caller commits every outcome. Anything but [`Outcome::Proved`] is no proof.
///
/// # Errors
/// What the database says.
pub fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    asked: Asked<'_>,
    (user, answer): (Option<&UserId>, &Assertion),
    by: &By,
) -> Result<Outcome> {
    if !challenge::take(tx, &app.vault, asked, &answer.client.challenge, by.now)? {
        return Ok(Outcome::Gone);
    }
    let Some((party, user)) = Party::of(&site.config).zip(user) else { return Ok(Outcome::Wrong) };
    let credential_id = BASE64.encode(&answer.credential_id);
    let owner = store::owner(tx, &site.config.id, &credential_id)?;
    let Some((owner, handle)) = owner.filter(|(owner, _)| owner == user) else { return Ok(Outcome::Wrong) };
    if !names(answer, handle.as_deref(), asked) {
        return Ok(Outcome::Wrong);
    }
    let theirs = store::of_user(tx, &owner)?;
    let Some(passkey) = theirs.into_iter().find(|passkey| passkey.credential_id == credential_id) else {
        return Ok(Outcome::Wrong);
    };
    match ceremony::sign(&party, answer, &passkey.kept) {
        Ok(signed) => {
            store::signed(tx, &passkey.id, (&signed.kept, signed.backed_up), by.now)?;
            Ok(Outcome::Proved(signed.method))
        }
        Err(Why::Copied) => {
            let about = About { reason: passkey.id.as_str(), user: Some(user), ..About::default() };
            audit::record(tx, site, by, Event::PasskeyCopied, about)?;
            Ok(Outcome::Copied)
        }
        Err(why) => {
            tracing::debug!(?why, "what a passkey signed was refused");
            Ok(Outcome::Wrong)
        }
    }
}

/// Whether the device names its account rightly. Where nobody was known before it must; elsewhere it may keep silent.
fn names(answer: &Assertion, handle: Option<&str>, asked: Asked<'_>) -> bool {
    let named = answer.user_handle.as_ref().map(|named| BASE64.encode(named));
    match named {
        Some(named) => handle == Some(named.as_str()),
        None => asked.purpose != crate::secret::For::PasskeySignIn,
    }
}
