//! The end of a sign-up: the account, and its first sign-in; or none, because somebody else was first.

use super::authenticator::{self, Proved};
use super::machine::{Profile, Stage};
use super::verify::Trial;
use super::{shown, store};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::domain::joining;
use crate::error::{Error, Result};
use crate::id::{EmailAddressId, PhoneNumberId, UserId};
use crate::membership::Place;
use crate::params;
use crate::session::enter::{Left, Room};
use crate::session::store as session_store;
use crate::session::{Plan, Proof};
use crate::sign_in::COMPLETED_SHOWN_MS;
use crate::sign_in::entry::{self, First};
use crate::user;
use crate::user::store::{Created, NewUser};
use crate::user::username::Username;
use crate::waitlist;
use keyrack_protocol::{ChangeReason, Code, SignInMethod};

/// The ids of what an account is made of, drawn before the transaction that makes it.
pub(super) struct Drawn {
    /// The account's.
    pub user: UserId,
    /// Of its address.
    pub email: EmailAddressId,
    /// Of its phone number, if it gets one.
    pub phone: PhoneNumberId,
}

/// Makes the account of what was proved and signs it in, unless somebody else was first.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
    (mut room, kept, (profile, next)): (Room, &store::Attempt, (&Profile, &Stage)),
    (joins, proved): (&[Place], Option<&Proved>),
) -> Result<std::result::Result<Left, Code>> {
    let now = trial.arrival.now;
    match user::store::create(tx, &site.config.id, &new_user(trial, profile)?, now)? {
        Created::Made => {}
        Created::EmailTaken => return refuse(tx, site, trial, room, Code::EmailExists),
        // An error undoes everything, so the code is not used up.
        Created::UsernameTaken => return Err(Code::UsernameExists.into()),
    }
    if let Some(phone) = &profile.phone
        && !give_number(tx, site, (&trial.drawn, phone), now)?
    {
        tx.execute("delete from email_addresses where user_id = $1", params![trial.drawn.user.as_str()])?;
        tx.execute("delete from users where id = $1", params![trial.drawn.user.as_str()])?;
        return refuse(tx, site, trial, room, Code::PhoneNumberExists);
    }
    let mut proof = Proof::by_password(now);
    if let Some(it) = proved {
        authenticator::give(tx, site, (&trial.drawn.user, it), now)?;
        user::factors::settle(tx, site, &trial.drawn.user, now)?;
        proof = proof.and_second_factor("otp", now);
    }
    let Some((user, _)) = user::store::lock(tx, &site.config.id, &trial.drawn.user)? else {
        return Err(Error::internal("make a user", "it is not there"));
    };
    user::may_act(&user)?;
    let about = About { user: Some(&user.id), ..trial.about(&room) };
    audit::record(tx, site, &trial.arrival.by(), Event::SignedUp, about)?;
    joining::join(tx, site, joins, &user.id, &trial.arrival.by())?;
    waitlist::store::leave(tx, &site.config.id, trial.email.as_str())?;
    let (identifier, email) = (trial.email.to_string(), trial.email.to_string());
    let first = First { method: SignInMethod::PlainEmail, identifier, email, proof };
    let reason = entry::made(tx, (app, site), (&mut room, &user), first, &trial.arrival)?;
    let shown = shown(site, (&trial.id, &room.loaded.id), (profile, next), kept.expires_at);
    let listed_until = kept.expires_at.min(now + COMPLETED_SHOWN_MS);
    store::save(tx, &trial.id, kept, (next, &shown), listed_until)?;
    room.leave(tx, site, reason, now).map(Ok)
}

/// Ends an attempt whose address or number somebody else has proved meanwhile.
pub(super) fn refuse(
    tx: &mut Tx<'_>,
    site: &Site,
    trial: &Trial,
    room: Room,
    code: Code,
) -> Result<std::result::Result<Left, Code>> {
    let plan = Plan { end_attempts: vec![trial.id.clone()], ..Plan::default() };
    session_store::apply(tx, site, &room.loaded, &plan, &trial.arrival.by())?;
    let about = About { reason: code.as_str(), ..trial.about(&room) };
    audit::record(tx, site, &trial.arrival.by(), Event::SignUpRefused, about)?;
    room.leave(tx, site, ChangeReason::Attempt, trial.arrival.now)?;
    Ok(Err(code))
}

/// Gives the new account its proved number; `false` and nothing changed when another account has proved it.
fn give_number(tx: &mut Tx<'_>, site: &Site, (drawn, phone): (&Drawn, &str), now: i64) -> Result<bool> {
    let given = tx.execute(
        "insert into phone_numbers
             (id, deployment_id, user_id, phone, is_primary, verified_at, created_at, updated_at)
         values ($1, $2, $3, $4, 1, $5, $5, $5)
         on conflict (deployment_id, phone) where verified_at is not null do nothing",
        params![drawn.phone.as_str(), &site.config.id, drawn.user.as_str(), phone, now],
    )?;
    Ok(given == 1)
}

fn new_user(trial: &Trial, profile: &Profile) -> Result<NewUser> {
    Ok(NewUser {
        id: trial.drawn.user.clone(),
        email_id: trial.drawn.email.clone(),
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        username: profile.username.as_deref().map(Username::parse).transpose()?,
        email: trial.email.to_string(),
        password_hash: Some(profile.password_hash.clone()),
    })
}
