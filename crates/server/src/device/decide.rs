//! Somebody who is signed in types the code, sees what asks, and decides.

use super::begin::code_hash;
use super::store::{self, Request};
use super::{State, UserCode};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::caller::Account;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::session::{FRESH_MS, Proof};
use crate::throttle::{self, DEVICE_GUESS, Subject, Verdict};
use keyrack_protocol::Code;
use std::sync::Arc;

/// The request with the code that was typed, if it waits; who types too many that none has must wait.
///
/// # Errors
/// `device_code_not_found`, `too_many_attempts`, and what the database says.
pub(super) async fn look(account: &Account, typed: &str) -> Result<Request> {
    try_code(account, typed, |_, _, _| Ok(())).await
}

/// Lets the program in as the account that acts, or keeps it out.
///
/// # Errors
/// As [`look`].
pub(super) async fn decide(account: &Account, typed: &str, to: State) -> Result<Request> {
    acts_as_itself(account).await?;
    let (user, sign_in) = (account.user.clone(), account.sign_in.clone());
    let (session, proof) =
        (account.session.clone(), carried(account.proof()?, account.app.world.clock.now_ms()));
    let event = if to == State::Confirmed { Event::DeviceConfirmed } else { Event::DeviceDenied };
    try_code(account, typed, move |tx, (site, by), request| {
        if !store::decide(tx, &request.id, to, ((&user, &sign_in), &proof))? {
            return Err(Code::DeviceCodeNotFound.into());
        }
        let about = About { user: Some(&user), session: Some(&session), ..About::default() };
        audit::record(tx, site, by, event, About { sign_in: Some(&sign_in), ..about })
    })
    .await
}

/// Whoever acts as somebody else lets nobody in as them.
async fn acts_as_itself(account: &Account) -> Result<()> {
    let acting = account.cached.loaded.visible_sign_in(account.opened, account.sign_in.as_str())?;
    if acting.bounds.act.is_none() {
        return Ok(());
    }
    let session = Some(account.session.clone());
    audit::note(&account.app, &account.site, account.by(), Event::ImpersonationRefused, session).await;
    Err(Code::ImpersonationForbidden.into())
}

/// What a sign-in that somebody only said yes to is worth: what theirs is, and never a fresh proof. Whoever was talked into
/// saying yes has let somebody in, and not given the account away.
fn carried(proof: Proof, now: i64) -> Proof {
    let proved_at = proof.proved_at.min(now - FRESH_MS - 1);
    Proof { proved_at, ..proof }
}

type Then = dyn Fn(&mut Tx<'_>, (&Site, &By), &Request) -> Result<()> + Send + Sync;

/// Counts a try, by account and by address, and does `then` with the request that it names. A try that is right is taken
/// back; one that is wrong is committed.
async fn try_code(
    account: &Account,
    typed: &str,
    then: impl Fn(&mut Tx<'_>, (&Site, &By), &Request) -> Result<()> + Send + Sync + 'static,
) -> Result<Request> {
    let (app, site, by) = (Arc::clone(&account.app), Arc::clone(&account.site), account.by());
    let code = UserCode::typed(typed);
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    let counted = [subject(&throttle::own(account.user.as_str())), subject(&account.counted_address())];
    let (user, session) = (account.user.clone(), account.session.clone());
    let then: Arc<Then> = Arc::new(then);
    let tried = account.app.db.write(move |tx| {
        let about = About { user: Some(&user), session: Some(&session), ..About::default() };
        let full = count(tx, &counted, by.now)?;
        let Some(request) = found(tx, (&app, &site), code.as_ref(), by.now)? else {
            let reason = Code::DeviceCodeNotFound.as_str();
            audit::record(tx, &site, &by, Event::DeviceCodeRefused, About { reason, ..about })?;
            audit::lockouts(tx, &site, &by, &full, about)?;
            return Ok(Err(Code::DeviceCodeNotFound));
        };
        for subject in &counted {
            throttle::take_back(tx, &DEVICE_GUESS, subject)?;
        }
        then(tx, (&site, &by), &request)?;
        Ok(Ok(request))
    });
    tried.await?.map_err(Error::from)
}

fn count(tx: &mut Tx<'_>, counted: &[Subject], now: i64) -> Result<Vec<&'static str>> {
    let mut full = Vec::new();
    for subject in counted {
        if let Verdict::Wait(ms) = audit::count(tx, (&DEVICE_GUESS, subject), &mut full, now)? {
            return Err(Error::throttled(ms));
        }
    }
    Ok(full)
}

fn found(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    code: Option<&UserCode>,
    now: i64,
) -> Result<Option<Request>> {
    match code {
        Some(code) => store::waiting(tx, &site.config.id, &code_hash(app, site, code), now),
        None => Ok(None),
    }
}
