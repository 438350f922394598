//! Setting a second factor up where one is enforced, before there is a sign-in: what all methods share.
//!
//! The set-up belongs to its attempt: what another one began, or somebody signed in, is not confirmed here.

use super::entry::{self, Inside};
use super::machine::{Proved, current_step};
use super::store::Attempt;
use super::verify::{self, Taken, Trial};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::session::enter::Arrival;
use crate::user::notice::{self, Changed};
use keyrack_protocol::{Code, CurrentSessionStep as Step};

/// Locks the account of an attempt that waits for a new second factor, and its session.
pub(super) fn enter(
    tx: &mut Tx<'_>,
    of: (&App, &Site),
    trial: &Trial,
) -> Result<std::result::Result<(Inside, Attempt), Code>> {
    let entered = verify::later_step(tx, of, trial)?;
    let waits =
        entered.as_ref().map_or(true, |(_, it)| current_step(&it.kept.stage) == Step::AddSecondFactor);
    if waits { Ok(entered) } else { Err(Code::BadAttempt.into()) }
}

/// Records the new factor, tells the account's owner and its other sessions, and moves the attempt on: it is proved by
/// what it was made with, whose name (RFC 8176) comes last.
pub(super) fn entered(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (mut inside, attempt): (Inside, &Attempt),
    (changed, detail, name): (Changed, &str, &'static str),
    arrival: &Arrival,
) -> Taken {
    let (user, now) = (&mut inside.owner.user, arrival.now);
    user.second_factor_at = Some(now);
    let about = About {
        reason: changed.word(),
        user: Some(&user.id),
        session: Some(&attempt.session),
        ..About::default()
    };
    audit::record(tx, site, &arrival.by(), Event::AccountChanged, about)?;
    notice::way_changed(tx, (app, site), user, (changed, detail), (&arrival.whence(), now))?;
    inside.tell(tx, site, arrival)?;
    entry::moved(tx, (app, site), inside, (attempt, Proved::NewSecondFactor(name)), arrival)
}
