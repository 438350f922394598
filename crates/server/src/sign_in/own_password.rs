//! The password of the account that acts, asked for again.
//!
//! Wrong ones are counted like those of a sign-in, but apart: only who is signed in gets here, so that no stranger can
//! fill the count, and keep the owner from what asks for the password. A thief of a sign-in meets the same pauses.

use crate::audit::{self, About, Event};
use crate::caller::Account;
use crate::error::{Error, Result};
use crate::throttle::{self, ACCOUNT, ADDRESS, Subject, Verdict};
use crate::trace;
use crate::user::password::{MAX_LENGTH, Place};
use crate::user::store::password_hash;
use keyrack_protocol::Code;
use std::sync::Arc;

/// Checks the password of the account that acts; gives the PHC string that it fits, which must still be the account's in
/// the transaction that relies on it.
///
/// # Errors
/// `INVALID_CREDENTIALS`, `too_many_attempts`, `impersonation_forbidden`, and `unavailable` when too many wait to be hashed for.
pub async fn check(account: &Account, typed: String) -> Result<String> {
    account.is_own().await?;
    if typed.len() > MAX_LENGTH * 4 {
        return Err(Code::InvalidCredentials.into());
    }
    let place = account.app.hasher.place()?;
    let account = account.clone();
    // In a task of its own: whoever hangs up has tried all the same.
    let judged = tokio::spawn(trace::along(async move { judge(&account, place, typed).await }));
    judged.await.map_err(|cause| Error::internal("judge a password", cause))?
}

async fn judge(account: &Account, place: Place, typed: String) -> Result<String> {
    let subjects = Subjects::of(account);
    let hash = count(account, subjects.clone()).await?;
    let fits = account.app.hasher.verify(place, typed, hash.clone()).await?;
    match hash {
        Some(hash) if fits => {
            forget(account, subjects).await?;
            Ok(hash)
        }
        _ => {
            record_wrong(account).await?;
            Err(Code::InvalidCredentials.into())
        }
    }
}

#[derive(Clone)]
struct Subjects {
    user: Subject,
    address: Subject,
}

impl Subjects {
    fn of(account: &Account) -> Self {
        let subject = |plain: &str| Subject::new(&account.app.vault, &account.site.config.id, plain);
        Self {
            user: subject(&throttle::own(&account.user.to_string())),
            address: subject(&account.counted_address()),
        }
    }
}

/// Counts the try before it is judged; gives what it is to be judged by.
async fn count(account: &Account, subjects: Subjects) -> Result<Option<String>> {
    let (site, by) = (Arc::clone(&account.site), account.by());
    let (user, sign_in) = (account.user.clone(), account.sign_in.clone());
    let counted = account.app.db.write(move |tx| {
        let mut full = Vec::new();
        for (rule, subject) in [(&ACCOUNT, &subjects.user), (&ADDRESS, &subjects.address)] {
            if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, by.now)? {
                return Err(Error::throttled(ms));
            }
        }
        let about = About { user: Some(&user), sign_in: Some(&sign_in), ..About::default() };
        audit::lockouts(tx, &site, &by, &full, about)?;
        password_hash(tx, &site.config.id, &user)
    });
    counted.await
}

async fn record_wrong(account: &Account) -> Result<()> {
    let (site, by) = (Arc::clone(&account.site), account.by());
    let (user, sign_in) = (account.user.clone(), account.sign_in.clone());
    let recorded = account.app.db.write(move |tx| {
        let reason = Code::InvalidCredentials.as_str();
        let about = About { reason, user: Some(&user), sign_in: Some(&sign_in), ..About::default() };
        audit::record(tx, &site, &by, Event::ProofRefused, about)
    });
    recorded.await
}

/// The password was right: the account's count begins anew, the address gets this try back.
async fn forget(account: &Account, subjects: Subjects) -> Result<()> {
    let forgotten = account.app.db.write(move |tx| {
        throttle::forget(tx, &ACCOUNT, &subjects.user)?;
        throttle::take_back(tx, &ADDRESS, &subjects.address)
    });
    forgotten.await
}
