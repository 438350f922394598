//! The end of a sign-up: the account, and its first sign-in; or none, because somebody else was first.

use super::authenticator::{self, Confirmed};
use super::machine::{Profile, Stage};
use super::verify::Trial;
use super::{shown, store};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::contact::{self, Kind};
use crate::db::Tx;
use crate::domain::joining;
use crate::error::{Error, Result};
use crate::id::{EmailAddressId, PhoneNumberId, UserId};
use crate::membership::Place;
use crate::session::enter::{Left, Room};
use crate::session::store as session_store;
use crate::session::{Plan, Proof};
use crate::sign_in::COMPLETED_SHOWN_MS;
use crate::sign_in::entry::{self, First};
use crate::user::store::{Created, NewUser};
use crate::user::username::Username;
use crate::user::{self, User, factors};
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

/// What the new account gets beside its profile, and whom it may take something from.
pub(super) struct Gets<'a> {
    /// The organizations that its address opens, locked.
    pub joins: &'a [Place],
    /// Its authenticator, if it has one.
    pub proved: Option<&'a Confirmed>,
    /// The accounts that have its address or number, locked with their sessions.
    pub beside: &'a [User],
}

/// Makes the account of what was proved and signs it in, unless somebody else was first.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    trial: &Trial,
    (mut room, kept, (profile, next)): (Room, &store::Attempt, (&Profile, &Stage)),
    gets: Gets<'_>,
) -> Result<std::result::Result<Left, Code>> {
    let now = trial.arrival.now;
    match user::store::create(tx, &site.config.id, &new_user(trial, profile)?, now)? {
        Created::Made => {}
        Created::EmailTaken => return refuse(tx, site, trial, room, Code::EmailExists),
        // An error undoes everything, so the code is not used up.
        Created::UsernameTaken => return Err(Code::UsernameExists.into()),
    }
    let proof = give(tx, (app, site), (trial, profile), &gets)?;
    let Some((user, _)) = user::store::lock(tx, &site.config.id, &trial.drawn.user)? else {
        return Err(Error::internal("make a user", "it is not there"));
    };
    user::may_act(&user)?;
    let about = About { user: Some(&user.id), ..trial.about(&room) };
    audit::record(tx, site, &trial.arrival.by(), Event::SignedUp, about)?;
    joining::join(tx, site, gets.joins, &user.id, &trial.arrival.by())?;
    waitlist::store::leave(tx, &site.config.id, trial.email.as_str())?;
    let (identifier, email) = (trial.email.to_string(), trial.email.to_string());
    let first = First { method: SignInMethod::PlainEmail, identifier, email, proof };
    let reason = entry::made(tx, (app, site), (&mut room, &user), first, &trial.arrival)?;
    let shown = shown(site, (&trial.id, &room.loaded.id), (profile, next), kept.expires_at);
    let listed_until = kept.expires_at.min(now + COMPLETED_SHOWN_MS);
    store::save(tx, &trial.id, kept, (next, &shown), listed_until)?;
    room.leave(tx, site, reason, now).map(Ok)
}

/// Ends an attempt whose address somebody else has proved meanwhile.
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

/// Gives the new account what was proved beside its password, and takes that from everybody else; what the sign-in is
/// worth. Nobody is mailed of it but who loses a number: all of it came with the account.
fn give(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (trial, profile): (&Trial, &Profile),
    gets: &Gets<'_>,
) -> Result<Proof> {
    let (user, now, by) = (&trial.drawn.user, trial.arrival.now, trial.arrival.by());
    let others = (user, gets.beside);
    contact::take_over(tx, (app, site), (Kind::Email, trial.email.as_str()), others, &by)?;
    let mut proof = Proof::by_password(now);
    if let Some(phone) = &profile.phone {
        contact::take_over(tx, (app, site), (Kind::Phone, phone), others, &by)?;
        let number = (user, trial.drawn.phone.as_str(), phone.as_str());
        contact::store::add_proved_number(tx, &site.config.id, number, now)?;
        let is_factor = site.config.auth.second_factor.phone_otp;
        proof = if is_factor { proof.and_second_factor("sms", now) } else { proof.and("sms", now) };
    }
    if let Some(it) = gets.proved {
        authenticator::give(tx, site, (user, it), now)?;
        proof = proof.and_second_factor("otp", now);
    }
    factors::settle_gain(tx, site, user, now)?;
    Ok(proof)
}

fn new_user(trial: &Trial, profile: &Profile) -> Result<NewUser> {
    Ok(NewUser {
        id: trial.drawn.user.clone(),
        email_id: trial.drawn.email.clone(),
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        username: profile.username.as_deref().map(Username::parse).transpose()?,
        email: trial.email.to_string(),
        is_proved: true,
        password_hash: Some(profile.password_hash.clone()),
    })
}
