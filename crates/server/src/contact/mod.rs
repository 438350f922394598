//! Addresses and phone numbers of accounts, and what follows when somebody proves one: on the account page, on the way in,
//! or by signing up.
//!
//! One that is not proved matches nothing. Whoever proves one takes it from accounts that have it unproved, and ends their
//! sign-ins: they were made by somebody who may have wanted to get hold of it. A phone number changes hands, as numbers do:
//! its new owner takes it also from who had proved it, who is told.

pub mod store;

use crate::app::{App, Site};
use crate::audit::{self, About, Actor, By, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::id::{SessionId, UserId};
use crate::session::{crowd, read, scope, store as session_store};
use crate::user::notice::{self, Changed, Whence};
use crate::user::{self, User, factors};
use keyrack_protocol::EndReason;

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An email address.
    Email,
    /// A phone number.
    Phone,
}

/// An address or a phone number of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: String,
    /// In the form that is compared and sent to.
    pub text: String,
    /// Whether it is the primary one of its kind.
    pub is_primary: bool,
    /// Whether it was proved.
    pub is_proved: bool,
}

impl Kind {
    /// All of this kind that an account has, oldest first.
    #[must_use]
    pub fn of(self, user: &User) -> Vec<Contact> {
        match self {
            Self::Email => {
                let emails = user.emails.iter().map(|email| Contact {
                    id: email.id.to_string(),
                    text: email.email.clone(),
                    is_primary: email.is_primary,
                    is_proved: email.verified_at.is_some(),
                });
                emails.collect()
            }
            Self::Phone => {
                let phones = user.ways.phones.iter().map(|phone| Contact {
                    id: phone.id.to_string(),
                    text: phone.phone.clone(),
                    is_primary: phone.is_primary,
                    is_proved: phone.verified_at.is_some(),
                });
                phones.collect()
            }
        }
    }
}

/// Other accounts that somebody's proof concerns, locked with their sessions.
pub struct Beside {
    /// The accounts, as they were when they were locked.
    pub users: Vec<User>,
    /// The sessions that show them.
    pub sessions: Vec<SessionId>,
}

/// An account that is locked, and its password's PHC string.
pub type Locked = (User, Option<String>);

/// Locks an account and others beside it, in the order of their ids; it, if it is there, and them. Their sessions are to be
/// locked next.
///
/// # Errors
/// What the database says.
pub fn lock(
    tx: &mut Tx<'_>,
    site: &Site,
    (me, beside): (Option<&UserId>, &[UserId]),
) -> Result<(Option<Locked>, Beside)> {
    let mut ids: Vec<&UserId> = beside.iter().chain(me).collect();
    ids.sort();
    ids.dedup();
    let (mut own, mut others) = (None, Beside { users: Vec::new(), sessions: Vec::new() });
    for id in ids {
        let Some((found, hash)) = user::store::lock(tx, &site.config.id, id)? else { continue };
        if Some(id) == me {
            own = Some((found, hash));
        } else {
            others.sessions.extend(read::sessions_of(tx, id)?);
            others.users.push(found);
        }
    }
    Ok((own, others))
}

/// Takes what `me` proves from everybody else who has it; `false` and nothing taken when it is an address that somebody
/// else has proved. The caller holds the locks of the accounts `beside`, which are all others that have it, and of their
/// sessions.
///
/// # Errors
/// What the database says.
pub fn take_over(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (kind, text): (Kind, &str),
    (me, beside): (&UserId, &[User]),
    by: &By,
) -> Result<bool> {
    let owner = store::owner(tx, (&site.config.id, kind), text)?.filter(|owner| owner != me);
    if let Some(owner) = owner {
        if kind == Kind::Email {
            return Ok(false);
        }
        // Where it changed hands before the locks were taken the database refuses a second proof of it, and the transaction
        // runs again, with the lock of who has it by then.
        if let Some(loser) = beside.iter().find(|user| user.id == owner) {
            take_number(tx, (app, site), (loser, text), by.now)?;
        }
    }
    for user in beside.iter().filter(|user| user.id != *me) {
        if kind.of(user).iter().any(|contact| contact.text == text && !contact.is_proved) {
            store::take(tx, kind, (&user.id, text))?;
            store::touch(tx, &user.id, by.now)?;
            let all = session_store::sign_ins_of(tx, &site.config.id, user, 0)?;
            crowd::end_elsewhere(tx, site, &all, EndReason::CredentialsChanged, by)?;
        }
    }
    Ok(true)
}

/// Notes that one of an account is proved. It is the primary one of its kind where there is none.
///
/// # Errors
/// What the database says.
pub fn note_proved(tx: &mut Tx<'_>, (user, kind, id): (&User, Kind, &str), now: i64) -> Result<()> {
    store::prove(tx, kind, id, now)?;
    match kind.of(user).iter().any(|contact| contact.is_primary) {
        true => Ok(()),
        false => store::make_primary(tx, kind, (&user.id, id), now),
    }
}

/// Takes a number from the account that had proved it, and tells that. Neither the record nor the mail says who has it now,
/// or from where that was done.
fn take_number(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (loser, number): (&User, &str),
    now: i64,
) -> Result<()> {
    let nobody = By::client(Actor::Stranger, "", now);
    take_proved_number(tx, (loser, number), now)?;
    factors::settle_loss(tx, site, &loser.id, now)?;
    let about = About { reason: Changed::PhoneTaken.word(), user: Some(&loser.id), ..About::default() };
    audit::record(tx, site, &nobody, Event::AccountChanged, about)?;
    let told = (Changed::PhoneTaken, number);
    notice::way_changed(tx, (app, site), loser, told, (&Whence::default(), now))?;
    let sessions = read::sessions_of(tx, &loser.id)?;
    scope::tell_in(tx, site, &sessions, &nobody)
}

/// Takes a proved number from an account; the oldest of its other proved numbers becomes the primary one where that was it.
/// What it was worth as a second factor the caller settles.
///
/// # Errors
/// What the database says.
pub fn take_proved_number(tx: &mut Tx<'_>, (user, number): (&User, &str), now: i64) -> Result<()> {
    store::take(tx, Kind::Phone, (&user.id, number))?;
    store::touch(tx, &user.id, now)?;
    let all = Kind::Phone.of(user);
    let was_primary = all.iter().any(|contact| contact.text == number && contact.is_primary);
    match all.iter().find(|contact| was_primary && contact.is_proved && contact.text != number) {
        Some(next) => store::make_primary(tx, Kind::Phone, (&user.id, &next.id), now),
        None => Ok(()),
    }
}
