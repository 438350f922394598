//! Taking a new passkey: asking a device for one, and keeping what it made. Whoever asks is a sign-in, or an attempt that
//! may not be finished without a second factor.

use super::answer::{Attestation, Why};
use super::challenge::{self, Asked, Drawn, LIFE_MS};
use super::party::Party;
use super::{MOST, Passkey, ceremony, store};
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::id::PasskeyId;
use crate::user::{User, factors};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::{
    Code, PasskeyAlgorithm, PasskeyCreation, PasskeyCreationOptions, PasskeyCreationPublicKey,
    PasskeyRelyingParty, PasskeySelection, PasskeyUser,
};

/// Asks for a new passkey of `user`, whose lock the caller holds.
///
/// # Errors
/// [`Code::PasskeysDisabled`], [`Code::TooManyPasskeys`].
pub fn begin(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    asked: Asked<'_>,
    (user, drawn): (&User, &Drawn),
    now: i64,
) -> Result<PasskeyCreation> {
    let party = Party::of(&site.config).ok_or(Code::PasskeysDisabled)?;
    let theirs = store::of_user(tx, &user.id)?;
    if theirs.len() >= MOST {
        return Err(Code::TooManyPasskeys.into());
    }
    let handle = store::handle(tx, &user.id, &drawn.handle())?;
    let label = store::label(tx, &user.id)?;
    challenge::ask(tx, &app.vault, asked, drawn, now)?;
    let name = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
    let display_name = if name.is_empty() { label.clone() } else { name };
    let public_key = PasskeyCreationPublicKey {
        challenge: drawn.challenge(),
        rp: PasskeyRelyingParty { id: party.id, name: party.name },
        user: PasskeyUser { id: handle, name: label, display_name },
        pub_key_cred_params: ceremony::ALGORITHMS
            .map(|alg| PasskeyAlgorithm { kind: "public-key".to_owned(), alg })
            .to_vec(),
        timeout: LIFE_MS,
        attestation: "none".to_owned(),
        authenticator_selection: PasskeySelection {
            resident_key: "required".to_owned(),
            require_resident_key: true,
            user_verification: "required".to_owned(),
        },
        exclude_credentials: theirs.iter().map(Passkey::descriptor).collect(),
    };
    Ok(PasskeyCreation { options: PasskeyCreationOptions { public_key } })
}

/// A passkey that a device made, verified, with what is drawn for it.
#[derive(Clone, Debug)]
pub struct Made {
    challenge: Vec<u8>,
    passkey: std::result::Result<Passkey, Why>,
}

impl Made {
    /// Verifies what a device made, before the transaction that may keep it under `name`.
    ///
    /// # Errors
    /// [`Code::PasskeysDisabled`].
    pub fn verify(app: &App, site: &Site, (answer, name): (&Attestation, &str)) -> Result<Self> {
        let party = Party::of(&site.config).ok_or(Code::PasskeysDisabled)?;
        let id = PasskeyId::draw(&app.world);
        let passkey = ceremony::register(&party, answer).map(|kept| Passkey {
            id,
            credential_id: BASE64.encode(&answer.credential_id),
            kept,
            name: name.to_owned(),
            multi_device: answer.flags.backup_eligible(),
            backed_up: answer.flags.backed_up(),
            created_at: app.world.clock.now_ms(),
            last_used_at: None,
        });
        if let Err(why) = &passkey {
            tracing::debug!(?why, "a new passkey was refused");
        }
        Ok(Self { challenge: answer.client.challenge.clone(), passkey })
    }
}

/// Keeps a new passkey of `user`, whose lock the caller holds; the caller tells the user's sessions.
/// A refusal is to be committed: what was asked is used up by it.
///
/// # Errors
/// What the database says.
pub fn finish(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    asked: Asked<'_>,
    (user, made): (&User, &Made),
    now: i64,
) -> Result<std::result::Result<Passkey, Code>> {
    if !challenge::take(tx, &app.vault, asked, &made.challenge, now)? {
        return Ok(Err(Code::PasskeyRequestExpired));
    }
    let Ok(passkey) = &made.passkey else { return Ok(Err(Code::InvalidPasskey)) };
    if store::of_user(tx, &user.id)?.len() >= MOST {
        return Ok(Err(Code::TooManyPasskeys));
    }
    if !store::add(tx, &site.config.id, &user.id, passkey)? {
        return Ok(Err(Code::PasskeyExists));
    }
    factors::settle(tx, site, &user.id, now)?;
    Ok(Ok(passkey.clone()))
}
