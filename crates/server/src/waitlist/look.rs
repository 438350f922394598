//! What the token of an invitation is worth. Looking changes nothing: mail programs and scanners open links.

use super::store::{self, Entry};
use super::token::Token;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::WaitlistEntryId;
use crate::secret::{self, For, Seen};
use crate::user::email::EmailAddress;
use crate::vault::Vault;

/// A token that somebody sent: the entry that it names, and its hash.
#[derive(Clone, Debug)]
pub struct Sent {
    id: WaitlistEntryId,
    hash: String,
}

impl Sent {
    /// What a token names; none when it cannot be one.
    #[must_use]
    pub fn read(vault: &Vault, token: &str) -> Option<Self> {
        let token = Token::parse(token)?;
        Some(Self { hash: token.hash(vault), id: token.id().clone() })
    }
}

/// The entry that a token is of, and whether it lets in; none when it is nobody's.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, deployment: &str, sent: &Sent, now: i64) -> Result<Option<(Entry, bool)>> {
    let seen = secret::look(on, (deployment, For::Waitlist, sent.id.as_str()), &sent.hash, now)?;
    if seen == Seen::Unknown {
        return Ok(None);
    }
    let entry = store::load(on, deployment, &sent.id)?;
    Ok(entry.map(|entry| (entry, seen == Seen::Live)))
}

/// The entry by whose invitation an address may sign up; none when the token is not of one to that address.
///
/// # Errors
/// What the database says.
pub fn admits(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (sent, email): (&Sent, &EmailAddress),
    now: i64,
) -> Result<Option<WaitlistEntryId>> {
    let found = find(on, deployment, sent, now)?;
    Ok(found.filter(|(entry, lets_in)| *lets_in && entry.email == email.as_str()).map(|(entry, _)| entry.id))
}

/// Whether it still does, for a sign-up that was begun with it.
///
/// # Errors
/// What the database says.
pub fn still_admits(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (id, email): (&WaitlistEntryId, &EmailAddress),
    now: i64,
) -> Result<bool> {
    let entry = store::load(on, deployment, id)?;
    Ok(entry.is_some_and(|entry| {
        entry.email == email.as_str() && entry.invited_until.is_some_and(|until| now < until)
    }))
}
