//! One-time secrets: codes, the tokens of invitations, what passkeys sign. One function consumes them.
//!
//! There is one live secret of a purpose for an owner; a new one replaces it. It works once, also when two
//! requests race, expires, and dies of five wrong guesses. Only its HMAC is kept.
//!
//! What has so many bits that nobody guesses it is looked at first ([`look`]), and consumed only when it is the right
//! one: otherwise whoever knows its owner could kill it with wrong guesses.

use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::SecretId;
use crate::params;
use crate::vault::{Purpose, Vault};
use crate::world::SKEW_MS;
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// Wrong guesses that a secret survives; the one after them finds it dead.
pub const GUESSES: i64 = 5;

/// What a secret is for: one of one purpose never serves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Proves the address of a sign-up attempt.
    SignUpEmail,
    /// The first factor of a sign-in attempt, which is its owner.
    SignIn,
    /// The link that signs in beside the code of an attempt, which is its owner.
    SignInLink,
    /// A later step of a sign-in attempt, which is its owner.
    SignInStep,
    /// Proves the phone number of a sign-up attempt.
    SignUpPhone,
    /// Accepts an invitation, which is its owner.
    Invitation,
    /// A mailed code that gives what sets another password; its owner is the address, as it is counted.
    ResetCode,
    /// Sets an account another password.
    Reset,
    /// Lets somebody sign up who waited; its owner is the entry of the list.
    Waitlist,
    /// Proves an address that an account has.
    EmailAddress,
    /// Proves a phone number that an account has.
    PhoneNumber,
    /// Proves again who is signed in; the sign-in is its owner.
    Reauthenticate,
    /// What a device signs that makes a passkey; its owner is the sign-in or the attempt that asked.
    PasskeyRegistration,
    /// What a passkey signs that signs somebody in whom nobody knows yet; its owner is the attempt that asked.
    PasskeySignIn,
    /// What a passkey signs as a second factor; its owner is the attempt that asked.
    PasskeyFactor,
    /// What a passkey signs to prove once more who is there; its owner is the sign-in that asked.
    PasskeyAgain,
    /// A ticket that signs somebody in; the ticket is its owner, as of the other kinds.
    TicketSignIn,
    /// A ticket by which somebody acts as somebody else.
    TicketImpersonation,
    /// A ticket that hands a sign-in over.
    TicketHandover,
    /// A ticket that accepts an invitation.
    TicketInvitation,
    /// What a program asks with whether somebody lets it in; its owner is the request.
    Device,
    /// What an application's server fetches with who a browser is; its owner is the handshake.
    Handshake,
}

impl For {
    fn word(self) -> &'static str {
        match self {
            Self::SignUpEmail => "sign_up_email",
            Self::SignIn => "sign_in",
            Self::SignInLink => "sign_in_link",
            Self::SignInStep => "sign_in_step",
            Self::SignUpPhone => "sign_up_phone",
            Self::Invitation => "invitation",
            Self::ResetCode => "reset_code",
            Self::Reset => "reset",
            Self::Waitlist => "waitlist",
            Self::EmailAddress => "email_address",
            Self::PhoneNumber => "phone_number",
            Self::Reauthenticate => "reauthenticate",
            Self::PasskeyRegistration => "passkey_registration",
            Self::PasskeySignIn => "passkey_sign_in",
            Self::PasskeyFactor => "passkey_factor",
            Self::PasskeyAgain => "passkey_again",
            Self::TicketSignIn => "ticket_sign_in",
            Self::TicketImpersonation => "ticket_impersonation",
            Self::TicketHandover => "ticket_handover",
            Self::TicketInvitation => "ticket_invitation",
            Self::Device => "device",
            Self::Handshake => "handshake",
        }
    }
}

/// A secret drawn for an owner, not stored yet. The secret itself is in the caller's hands.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// Its id.
    pub id: SecretId,
    /// What is kept of it.
    pub hash: String,
}

/// The hash of `secret` for `owner`.
#[must_use]
pub fn hash(vault: &Vault, purpose: For, owner: &str, secret: &str) -> String {
    vault.hash(Purpose::OneTime, &format!("{}/{owner}", purpose.word()), secret.as_bytes())
}

/// How a try to use a secret ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// It was the right one, and is used up.
    Now,
    /// It was not the right one; the guess is counted.
    Wrong,
    /// There is none, it was used, or it died of wrong guesses.
    Dead,
    /// It has expired.
    Expired,
}

/// What a secret is worth that was only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It works.
    Live,
    /// It was used.
    Used,
    /// It has expired.
    Expired,
    /// It is not the right one, or there is none.
    Unknown,
}

/// Stores `fresh` as the only live secret of `owner`.
///
/// # Errors
/// What the database says.
pub fn replace(
    tx: &mut Tx<'_>,
    (deployment, purpose, owner): (&str, For, &str),
    fresh: &Fresh,
    (now, expires_at): (i64, i64),
) -> Result<()> {
    tx.execute(
        "insert into one_time_secrets
             (id, deployment_id, purpose, owner, hash, wrong_guesses, created_at, expires_at)
         values ($1, $2, $3, $4, $5, 0, $6, $7)
         on conflict (deployment_id, purpose, owner) do update set id = excluded.id, hash = excluded.hash,
             wrong_guesses = 0, created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = null",
        params![fresh.id.as_str(), deployment, purpose.word(), owner, &fresh.hash, now, expires_at],
    )?;
    Ok(())
}

/// When the live secret of `owner` was made; none if there never was one.
///
/// # Errors
/// What the database says.
pub fn made_at(tx: &mut Tx<'_>, (deployment, purpose, owner): (&str, For, &str)) -> Result<Option<i64>> {
    let row = tx.query_one(
        "select created_at from one_time_secrets where deployment_id = $1 and purpose = $2 and owner = $3",
        params![deployment, purpose.word(), owner],
    )?;
    row.map(|row| row.cells().int()).transpose()
}

/// Whether something may still fit the secret of `owner`.
///
/// # Errors
/// What the database says.
pub fn is_live(
    on: &mut Snapshot<'_>,
    (deployment, purpose, owner): (&str, For, &str),
    now: i64,
) -> Result<bool> {
    let row = on.query_one(
        "select expires_at from one_time_secrets where deployment_id = $1 and purpose = $2 and owner = $3
             and hash <> '' and used_at is null and expires_at > $4",
        params![deployment, purpose.word(), owner, now],
    )?;
    Ok(row.is_some())
}

/// What the secret of `owner` is worth whose hash is `guess`. Nothing is counted and nothing used up, so it is for
/// secrets that nobody guesses.
///
/// # Errors
/// What the database says.
pub fn look(
    on: &mut Snapshot<'_>,
    (deployment, purpose, owner): (&str, For, &str),
    guess: &str,
    now: i64,
) -> Result<Seen> {
    let row = on.query_one(
        "select hash, created_at, expires_at, used_at from one_time_secrets
         where deployment_id = $1 and purpose = $2 and owner = $3",
        params![deployment, purpose.word(), owner],
    )?;
    let Some(row) = row else { return Ok(Seen::Unknown) };
    let mut cells = row.cells();
    let (kept, created_at, expires_at) = (cells.text()?, cells.int()?, cells.int()?);
    if verify_slices_are_equal(kept.as_bytes(), guess.as_bytes()).is_err() {
        return Ok(Seen::Unknown);
    }
    Ok(match cells.optional_int()? {
        Some(_) => Seen::Used,
        None if now >= expires_at || created_at > now + SKEW_MS => Seen::Expired,
        None => Seen::Live,
    })
}

/// Forgets the secret of `owner`: it works no more.
///
/// # Errors
/// What the database says.
pub fn forget(tx: &mut Tx<'_>, (deployment, purpose, owner): (&str, For, &str)) -> Result<()> {
    tx.execute(
        "delete from one_time_secrets where deployment_id = $1 and purpose = $2 and owner = $3",
        params![deployment, purpose.word(), owner],
    )?;
    Ok(())
}

/// Makes the secret of `owner` void: nothing fits it any more. To whoever guesses it looks like any other, where a
/// missing one would tell that something happened.
///
/// # Errors
/// What the database says.
pub fn void(tx: &mut Tx<'_>, (deployment, purpose, owner): (&str, For, &str)) -> Result<()> {
    tx.execute(
        "update one_time_secrets set hash = '' where deployment_id = $1 and purpose = $2 and owner = $3",
        params![deployment, purpose.word(), owner],
    )?;
    Ok(())
}

/// Tries to use the secret of `owner` whose hash is `guess`: counts a wrong guess, uses up a right one.
///
/// # Errors
/// What the database says.
pub fn consume(
    tx: &mut Tx<'_>,
    (deployment, purpose, owner): (&str, For, &str),
    guess: &str,
    now: i64,
) -> Result<Used> {
    // Counting first takes the row's lock, so that two guesses at once are judged one after the other.
    let row = tx.query_one(
        "update one_time_secrets set wrong_guesses = wrong_guesses + 1
         where deployment_id = $1 and purpose = $2 and owner = $3 and used_at is null and wrong_guesses < $4
         returning id, hash, created_at, expires_at",
        params![deployment, purpose.word(), owner, GUESSES],
    )?;
    let Some(row) = row else { return Ok(Used::Dead) };
    let mut cells = row.cells();
    let (id, kept, created_at, expires_at) = (cells.text()?, cells.text()?, cells.int()?, cells.int()?);
    // One from the future was made while a clock was wrong, and would live until then.
    if now >= expires_at || created_at > now + SKEW_MS {
        // Nothing that was seen to be over comes back when the clock does.
        tx.execute("update one_time_secrets set expires_at = 0 where id = $1", params![&id])?;
        return Ok(Used::Expired);
    }
    if verify_slices_are_equal(kept.as_bytes(), guess.as_bytes()).is_err() {
        return Ok(Used::Wrong);
    }
    tx.execute(
        "update one_time_secrets set used_at = $2, wrong_guesses = wrong_guesses - 1 where id = $1",
        params![&id, now],
    )?;
    Ok(Used::Now)
}
