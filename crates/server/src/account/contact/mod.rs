//! The addresses and phone numbers of one's own account: adding, proving, making primary, removing.
//!
//! What a proof does to others who have it, [`crate::contact`] says. Whether somebody else has proved an address no answer
//! tells where answers are uniform: it is added like any other, and its code is never mailed.

pub mod http;
pub mod phones;
mod prove;
mod send;

use crate::app::{App, Site};
use crate::caller::{Account, Fresh, Own};
use crate::contact::{self, Contact, Kind, store};
use crate::db::Tx;
use crate::error::Result;
use crate::id::{EmailAddressId, PhoneNumberId, UserId};
use crate::membership::words;
use crate::notification;
use crate::params;
use crate::user::notice::Changed;
use crate::user::{User, factors, ways};
use keyrack_protocol::Code;
pub use prove::attempt;
pub use send::prepare;

/// How many addresses, and how many phone numbers, an account may have.
pub const MOST: usize = 10;

impl Kind {
    /// The one with this id; a foreign id and an unknown one look alike.
    ///
    /// # Errors
    /// [`Code::EmailAddressNotFound`], [`Code::PhoneNumberNotFound`].
    pub fn find(self, user: &User, id: &str) -> Result<Contact> {
        let found = self.of(user).into_iter().find(|contact| contact.id == id);
        Ok(found.ok_or(match self {
            Self::Email => Code::EmailAddressNotFound,
            Self::Phone => Code::PhoneNumberNotFound,
        })?)
    }

    fn exists(self) -> Code {
        exists(self)
    }

    /// A new id of one.
    #[must_use]
    pub fn draw(self, app: &App) -> String {
        match self {
            Self::Email => EmailAddressId::draw(&app.world).to_string(),
            Self::Phone => PhoneNumberId::draw(&app.world).to_string(),
        }
    }

    fn changed(self, email: Changed, phone: Changed) -> Changed {
        if self == Self::Email { email } else { phone }
    }
}

/// Why one cannot be had that somebody has.
#[must_use]
pub fn exists(kind: Kind) -> Code {
    match kind {
        Kind::Email => Code::EmailExists,
        Kind::Phone => Code::PhoneNumberExists,
    }
}

/// Adds one that is still to be proved; gives its id. One that the account has unproved is the same again.
///
/// # Errors
/// [`Code::TooManyContacts`]; [`Code::EmailExists`] when the account has proved it, or, where answers tell it, somebody
/// else has; [`Code::PhoneNumberExists`] when the account has.
pub async fn add(account: &Fresh, kind: Kind, text: String) -> Result<String> {
    let drawn = kind.draw(&account.app);
    let added = account.change_own(move |tx, (_, site), own| {
        let (all, deployment) = (kind.of(&own.user), (site.config.id.as_str(), kind));
        if let Some(known) = all.iter().find(|contact| contact.text == text) {
            return if known.is_proved { Err(kind.exists().into()) } else { Ok(known.id.clone()) };
        }
        if all.len() >= MOST {
            return Err(Code::TooManyContacts.into());
        }
        let tells = kind == Kind::Email && !site.config.uniform_answers;
        if tells && store::owner(tx, deployment, &text)?.is_some() {
            return Err(kind.exists().into());
        }
        store::add(tx, deployment, (&own.user.id, &drawn, &text), own.now())?;
        changed(tx, own)?;
        Ok(drawn.clone())
    });
    Ok(added.await?.1)
}

/// Makes one the primary one of its kind.
///
/// # Errors
/// [`Code::EmailAddressNotFound`], [`Code::PhoneNumberNotFound`]; [`Code::ContactNotProved`].
pub async fn make_primary(account: &Fresh, kind: Kind, id: String) -> Result<()> {
    let made = account.change_own(move |tx, of, own| make_primary_in(tx, of, own, (kind, &id)));
    made.await.map(drop)
}

/// The same inside of a transaction that changes more.
///
/// # Errors
/// As [`make_primary`].
pub fn make_primary_in(
    tx: &mut Tx<'_>,
    of: (&App, &Site),
    own: &mut Own,
    (kind, id): (Kind, &str),
) -> Result<()> {
    let contact = kind.find(&own.user, id)?;
    if !contact.is_proved {
        return Err(Code::ContactNotProved.into());
    }
    if contact.is_primary {
        return Ok(());
    }
    store::make_primary(tx, kind, (&own.user.id, id), own.now())?;
    let what = kind.changed(Changed::EmailMadePrimary, Changed::PhoneMadePrimary);
    told(tx, of, own, (what, &contact.text))
}

/// Removes one.
///
/// # Errors
/// [`Code::EmailAddressNotFound`], [`Code::PhoneNumberNotFound`]; `reauthentication_required` for one that was proved;
/// [`Code::PrimaryNotRemovable`] for the primary address while there is another one, [`Code::NoAlternative`] for the last
/// way in, [`Code::SecondFactorEnforced`] for the last second factor where one is asked for.
pub async fn remove(account: &Account, kind: Kind, id: String) -> Result<()> {
    if kind.find(account.user()?, &id)?.is_proved {
        account.is_fresh()?;
    }
    let removed = account.change_own(move |tx, of, own| {
        let contact = kind.find(&own.user, &id)?;
        if !contact.is_proved {
            store::take(tx, kind, (&own.user.id, &contact.text))?;
            return changed(tx, own);
        }
        own.is_fresh()?;
        may_remove(of.1, &own.user, kind, &contact)?;
        match kind {
            Kind::Email => {
                store::take(tx, kind, (&own.user.id, &contact.text))?;
                put_invitations_away(tx, (&own.user.id, own.now()), &contact.text)?;
            }
            Kind::Phone => {
                contact::take_proved_number(tx, (&own.user, &contact.text), own.now())?;
                factors::settle(tx, of.1, &own.user.id, own.now())?;
            }
        }
        told(tx, of, own, (kind.changed(Changed::EmailRemoved, Changed::PhoneRemoved), &contact.text))
    });
    removed.await.map(drop)
}

/// Whether an account can do without one that was proved.
///
/// # Errors
/// [`Code::NoAlternative`], [`Code::PrimaryNotRemovable`].
pub fn may_remove(site: &Site, user: &User, kind: Kind, contact: &Contact) -> Result<()> {
    let left = match kind {
        Kind::Email => user.without_email(&contact.text),
        Kind::Phone => user.without_phone(&contact.text),
    };
    // Whom an operator made without a way in loses none.
    if ways::can_sign_in(user, site) && !ways::can_sign_in(&left, site) {
        return Err(Code::NoAlternative.into());
    }
    // An account is reached at its primary address: by what is sent, and by whoever forgot a password.
    let is_reached = kind == Kind::Phone || left.emails.iter().any(|email| email.verified_at.is_some());
    match (kind, contact.is_primary, is_reached) {
        (_, _, false) => Err(Code::NoAlternative.into()),
        (Kind::Email, true, true) => Err(Code::PrimaryNotRemovable.into()),
        _ => Ok(()),
    }
}

/// What told of invitations to an address that the account has no more is put away: nobody can accept them by it.
///
/// # Errors
/// What the database says.
pub fn put_invitations_away(tx: &mut Tx<'_>, (user, now): (&UserId, i64), email: &str) -> Result<()> {
    let rows = tx.query(
        "select id from invitations where deployment_id = (select deployment_id from users where id = $1)
             and email = $2 and ended_at is null order by id",
        params![user.as_str(), email],
    )?;
    for row in rows {
        notification::settle_of(tx, user, &row.cells().text()?, now)?;
    }
    Ok(())
}

/// Notes that the account has changed, in it and for those who see it.
fn changed(tx: &mut Tx<'_>, own: &mut Own) -> Result<()> {
    own.touch();
    store::touch(tx, &own.user.id, own.now())
}

/// Notes that a way into the account has changed: in it, for those who see it and find it by it, in the records and by
/// mail.
fn told(tx: &mut Tx<'_>, of: (&App, &Site), own: &mut Own, (what, text): (Changed, &str)) -> Result<()> {
    own.way_changed(tx, of, what, text)?;
    words::renew(tx, &of.1.config.id, &own.user.id)?;
    changed(tx, own)
}
