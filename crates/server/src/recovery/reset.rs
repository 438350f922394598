//! Setting another password with a token: everything that was opened with the old one ends, and the account is signed in
//! here, unless more than the mailbox is asked of it.

use super::token::Token;
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::secret::{self, For, Used};
use crate::session::enter::{self, Arrival, Left};
use crate::session::{Proof, crowd, store as session_store};
use crate::sign_in::entry::{self, First, Owner};
use crate::throttle::{self, ACCOUNT, PASSWORD, Subject};
use crate::user::notice::{self, Changed};
use crate::user::{self, User, password, resets, standing, tickets};
use keyrack_protocol::{Code, EndReason, SignInMethod};
use std::sync::Arc;

/// Whose password a token sets.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The account, with its addresses.
    user: User,
    /// The address whose mailbox the token proves.
    pub email: String,
}

/// Who a token is of, while it works. Nothing is used up.
///
/// # Errors
/// What the database says.
pub async fn look(browser: &Browser, token: &Token) -> Result<Option<Holder>> {
    let (app, site, token) = (Arc::clone(&browser.app), Arc::clone(&browser.site), token.clone());
    let now = app.world.clock.now_ms();
    let looked = browser.app.db.read(move |on| {
        let deployment = site.config.id.as_str();
        let found = user::store::find(on, deployment, token.user())?;
        let Some(user) = found.filter(|user| user::may_act(user).is_ok()) else { return Ok(None) };
        let proved = token.proves(on, (&app.vault, deployment), (&user, now))?;
        Ok(proved.map(|(email, _)| Holder { user, email }))
    });
    looked.await
}

/// Sets another password. All sign-ins of the account end, and it is signed in here, or asked for a second factor. A
/// refused password leaves the token as it is.
///
/// # Errors
/// `reset_expired`, what [`password::check`] says, `too_many_accounts`, `unavailable`.
pub async fn reset(browser: &Browser, token: Token, typed: String) -> Result<Left> {
    let (app, site) = (Arc::clone(&browser.app), Arc::clone(&browser.site));
    let Some(Holder { user, .. }) = look(browser, &token).await? else {
        return Err(Code::ResetExpired.into());
    };
    let emails = user.emails.iter().map(|email| email.email.as_str());
    let names = [user.username.as_deref().unwrap_or_default(), &user.first_name, &user.last_name];
    password::check(&site.config, &typed, &emails.chain(names).collect::<Vec<_>>())?;
    let hash = app.hasher.hash(app.hasher.place()?, &app.world, typed).await?;
    let (new, arrival) = (New { token, hash }, browser.arrive());
    let left = browser.app.db.write(move |tx| set(tx, (&app, &site), &new, &arrival));
    left.await?.map_err(Error::from)
}

/// What is to be set.
struct New {
    token: Token,
    hash: String,
}

/// An error outside undoes everything: the token works on.
fn set(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    new: &New,
    arrival: &Arrival,
) -> Result<std::result::Result<Left, Code>> {
    let now = arrival.now;
    let owner = entry::owner(tx, site, new.token.user())?.filter(|owner| user::may_act(&owner.user).is_ok());
    let Some(mut owner) = owner else { return Ok(Err(Code::ResetExpired)) };
    let Some(email) = used(tx, (app, site), (&owner, new), now)? else { return Ok(Err(Code::ResetExpired)) };
    standing::set_password(tx, &owner.user, &new.hash, now)?;
    owner.password_hash = Some(new.hash.clone());
    let about = About { user: Some(&owner.user.id), ..About::default() };
    audit::record(tx, site, &arrival.by(), Event::PasswordReset, about)?;
    end_sign_ins(tx, (app, site), &owner.user, arrival)?;
    forgive(tx, (app, site), &owner.user)?;
    notice::way_changed(
        tx,
        (app, site),
        &owner.user,
        (Changed::PasswordReset, ""),
        (&arrival.whence(), now),
    )?;
    let proof = Proof { methods: "mail".to_owned(), proved_at: now, second_factor_at: None };
    let first = First { method: SignInMethod::PlainEmail, identifier: email.clone(), email, proof };
    // What is refused now is an error: nobody's password changes with an answer that says no.
    Ok(Ok(entry::proved(tx, (app, site), owner, first, arrival)?.map_err(Error::from)?))
}

/// Uses the token up, unless somebody has, or the account has the address no more.
fn used(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (owner, new): (&Owner, &New),
    now: i64,
) -> Result<Option<String>> {
    let (deployment, user) = (site.config.id.as_str(), &owner.user);
    let proved = new.token.proves(tx, (&app.vault, deployment), (user, now))?;
    let Some((email, hash)) = proved else { return Ok(None) };
    // Codes before tokens, as whoever asks and guesses takes them: nobody waits for nobody.
    resets::void_codes(tx, (&app.vault, deployment), &user.id)?;
    let used = secret::consume(tx, (deployment, For::Reset, user.id.as_str()), &hash, now)?;
    Ok((used == Used::Now).then_some(email))
}

/// Ends every sign-in of the account, also one in this browser, whose session's lock is taken with the others'.
fn end_sign_ins(tx: &mut Tx<'_>, (app, site): (&App, &Site), user: &User, arrival: &Arrival) -> Result<()> {
    // Also those that have expired but were not swept yet: by another node's clock they may live on.
    let all = session_store::sign_ins_of(tx, &site.config.id, user, 0)?;
    let own = enter::own_session(tx, (app, site), arrival)?;
    let sessions: Vec<&SessionId> = all.iter().map(|sign_in| &sign_in.session).chain(own).collect();
    session_store::lock(tx, &site.config.id, &sessions)?;
    crowd::end_elsewhere(tx, site, &all, EndReason::CredentialsChanged, &arrival.by())?;
    tickets::take_back(tx, &site.config.id, &user.id, arrival.now)
}

/// Forgets the wrong passwords: they were guesses at one that is gone.
fn forgive(tx: &mut Tx<'_>, (app, site): (&App, &Site), user: &User) -> Result<()> {
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    throttle::forget(tx, &ACCOUNT, &subject(user.id.as_str()))?;
    let emails = user.emails.iter().map(|email| email.email.as_str());
    for name in emails.chain(user.username.as_deref()) {
        throttle::forget(tx, &PASSWORD, &subject(name))?;
    }
    Ok(())
}
