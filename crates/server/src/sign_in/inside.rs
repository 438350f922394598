//! An account and the session that it is about to be signed in on, locked in order: organizations and the user first
//! ([`owner`]), then sessions ([`enter`]).

use super::machine::Stage;
use super::store::Attempt;
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::contact::{self, Beside};
use crate::db::Tx;
use crate::domain::joining::{self, Who};
use crate::error::Result;
use crate::id::{SessionId, UserId};
use crate::membership::Place;
use crate::session::enter::{self, Arrival, Room};
use crate::session::store::OfUser;
use crate::session::{crowd, read, scope};
use crate::user::notice::{self, Changed};
use crate::user::{User, factors, resets};

/// An account that is about to be signed in, its lock held.
pub struct Owner {
    /// The account, with its addresses.
    pub user: User,
    /// Its password's PHC string, if one is set.
    pub password_hash: Option<String>,
    pub(super) joins: Vec<Place>,
}

/// An account and the session that it is about to be signed in on, both locked.
pub struct Inside {
    /// The account.
    pub owner: Owner,
    /// The session.
    pub room: Room,
    pub(super) crowded_out: Vec<OfUser>,
    /// Other sessions that show the account, where it may be changed.
    elsewhere: Vec<SessionId>,
}

/// Takes the locks of an account and of the organizations that it will join; none if it is gone. To be called before
/// any lock of a session.
///
/// # Errors
/// What the database says.
pub fn owner(tx: &mut Tx<'_>, site: &Site, id: &UserId) -> Result<Option<Owner>> {
    Ok(owner_beside(tx, site, Who::Known(id), (id, &[]))?.map(|(owner, _)| owner))
}

/// The same of an account that is about to prove something, and of others that have that, too. `who` says which
/// organizations it will join by it.
///
/// # Errors
/// What the database says.
pub(super) fn owner_beside(
    tx: &mut Tx<'_>,
    site: &Site,
    who: Who<'_>,
    (id, beside): (&UserId, &[UserId]),
) -> Result<Option<(Owner, Beside)>> {
    let joins = joining::enter(tx, site, who)?;
    let (locked, beside) = contact::lock(tx, site, (Some(id), beside))?;
    let Some((mut user, password_hash)) = locked else { return Ok(None) };
    factors::catch_up(tx, site, &mut user, site.world.clock.now_ms())?;
    Ok(Some((Owner { user, password_hash, joins }, beside)))
}

/// Takes the locks of the session that the request has or gets, of those that may have to give way, and of `also`.
///
/// # Errors
/// What the database says.
pub fn enter(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    owner: Owner,
    (arrival, also): (&Arrival, Option<&SessionId>),
) -> Result<Inside> {
    let own = enter::own_session(tx, (app, site), arrival)?;
    let crowded_out = crowd::crowded_out(tx, site, &owner.user, own, arrival.now)?;
    let others: Vec<&SessionId> = crowded_out.iter().map(|sign_in| &sign_in.session).chain(also).collect();
    let room = enter::existing_or_new(tx, (app, site), arrival, &others)?;
    Ok(Inside { owner, room, crowded_out, elsewhere: Vec::new() })
}

/// The same for who may change the account: takes the locks of all sessions that show it.
///
/// # Errors
/// What the database says.
pub fn enter_to_change(
    tx: &mut Tx<'_>,
    of: (&App, &Site),
    owner: Owner,
    arrival: &Arrival,
) -> Result<Inside> {
    enter_beside(tx, of, (owner, &[]), arrival)
}

/// The same with other sessions, which show accounts that are locked beside this one.
///
/// # Errors
/// What the database says.
pub(super) fn enter_beside(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (owner, beside): (Owner, &[SessionId]),
    arrival: &Arrival,
) -> Result<Inside> {
    let mut elsewhere = read::sessions_of(tx, &owner.user.id)?;
    let own = enter::own_session(tx, (app, site), arrival)?;
    let crowded_out = crowd::crowded_out(tx, site, &owner.user, own, arrival.now)?;
    let others: Vec<&SessionId> =
        crowded_out.iter().map(|sign_in| &sign_in.session).chain(&elsewhere).chain(beside).collect();
    let room = enter::existing_or_new(tx, (app, site), arrival, &others)?;
    elsewhere.retain(|session| *session != room.loaded.id);
    Ok(Inside { owner, room, crowded_out, elsewhere })
}

impl Inside {
    /// Raises the revisions of the other sessions that show the account, after it was changed.
    ///
    /// # Errors
    /// What the database says.
    pub fn tell(&self, tx: &mut Tx<'_>, site: &Site, arrival: &Arrival) -> Result<()> {
        scope::tell_in(tx, site, &self.elsewhere, &arrival.by())
    }

    /// Records that a way into the account has changed, and tells its owner by mail. `detail` says which, `""` for nothing.
    /// What is under way to set it another password is void, as after any such change ([`resets::void_by`]).
    ///
    /// # Errors
    /// What the database says.
    pub(super) fn way_changed(
        &self,
        tx: &mut Tx<'_>,
        (app, site): (&App, &Site),
        (what, detail): (Changed, &str),
        (attempt, arrival): (&Attempt, &Arrival),
    ) -> Result<()> {
        let user = &self.owner.user;
        let about = About { reason: what.word(), user: Some(&user.id), ..About::default() };
        let about = About { session: Some(&self.room.loaded.id), ..about };
        audit::record(tx, site, &arrival.by(), Event::AccountChanged, about)?;
        let by_mail = matches!(&attempt.kept.stage, Stage::Left { proof, .. } if proof.has("mail"));
        resets::void_by(tx, (&app.vault, &site.config.id), (user, by_mail), arrival.now)?;
        notice::way_changed(tx, (app, site), user, (what, detail), (&arrival.whence(), arrival.now))
    }
}
