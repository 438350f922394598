//! The program asks whether somebody has decided.

use super::store::{self, Request};
use super::{State, pause_after};
use crate::app::{App, Site};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{DeviceRequestId, UserId};
use crate::secret::{self, For, Seen, Used};
use crate::session::agent;
use crate::session::enter::{Arrival, Left};
use crate::sign_in::entry::{self, Owner};
use keyrack_protocol::Code;
use std::sync::Arc;

/// What a program asks with: which request is its own, and the hash of the secret that says so.
#[derive(Clone, Debug)]
struct Asking {
    id: DeviceRequestId,
    guess: String,
}

impl Asking {
    fn read(app: &App, device_code: &str) -> Option<Self> {
        let (id, secret) = device_code.split_once('.')?;
        let id = DeviceRequestId::parse(id)?;
        let guess = secret::hash(&app.vault, For::Device, id.as_str(), secret);
        Some(Self { id, guess })
    }
}

/// A refusal inside is committed with what it notes; an error outside undoes everything.
type Polled = Result<std::result::Result<Left, Code>>;

/// Signs the program in, once, if somebody has said yes.
///
/// # Errors
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, and what the database says.
pub(super) async fn poll(browser: &Browser, device_code: &str) -> Result<Left> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let asking = Asking::read(&app, device_code).ok_or(Code::ExpiredToken)?;
    let polled = browser.app.db.write(move |tx| asked(tx, (&app, &site), &asking, &arrival));
    let polled = polled.await?.map_err(Error::from);
    let waits = [Code::AuthorizationPending, Code::SlowDown];
    if !polled.as_ref().is_err_and(|error| waits.contains(&error.code())) {
        browser.app.metrics.sign_ins.note(&polled);
    }
    polled
}

fn asked(tx: &mut Tx<'_>, (app, site): (&App, &Site), asking: &Asking, arrival: &Arrival) -> Polled {
    let of = (site.config.id.as_str(), For::Device, asking.id.as_str());
    if secret::look(tx, of, &asking.guess, arrival.now)? != Seen::Live {
        return Ok(Err(Code::ExpiredToken));
    }
    // Users are locked before what hangs on them: who said yes is looked up first.
    let decided = store::find(tx, &site.config.id, &asking.id)?.filter(|it| it.state == State::Confirmed);
    let owner = match decided.and_then(|request| request.by) {
        Some((user, _)) => entry::owner(tx, site, &user)?,
        None => None,
    };
    let Some(request) = store::lock(tx, &site.config.id, &asking.id)? else {
        return Ok(Err(Code::ExpiredToken));
    };
    let (pause, early) = pause_after(request.pause_ms, (request.polled_at, arrival.now));
    store::asked(tx, &request.id, (arrival.now, pause))?;
    if early {
        return Ok(Err(Code::SlowDown));
    }
    match (request.state, owner) {
        // What was decided since it was looked up is seen the next time.
        (State::Waiting, _) | (State::Confirmed, None) => Ok(Err(Code::AuthorizationPending)),
        (State::Confirmed, Some(owner)) => let_in(tx, (app, site), (request, owner), (asking, arrival)),
        (State::Denied, _) => Ok(Err(Code::AccessDenied)),
        (State::Taken, _) => Ok(Err(Code::ExpiredToken)),
    }
}

/// Opens the sign-in. It rests on the one that said yes, so that one must still be there; the account may not have been
/// disabled meanwhile, nor be asked for more than was proved.
fn let_in(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (request, owner): (Request, Owner),
    (asking, arrival): (&Asking, &Arrival),
) -> Polled {
    let by: Option<(UserId, _)> = request.by.filter(|(user, _)| *user == owner.user.id);
    let Some((_, sign_in)) = by else { return Ok(Err(Code::ExpiredToken)) };
    if !store::is_live(tx, &sign_in, arrival.now)? {
        return Ok(Err(Code::AccessDenied));
    }
    let of = (site.config.id.as_str(), For::Device, asking.id.as_str());
    if secret::consume(tx, of, &asking.guess, arrival.now)? != Used::Now {
        return Ok(Err(Code::ExpiredToken));
    }
    store::take(tx, &request.id)?;
    let mut arrival = arrival.clone();
    // Its owner finds it in the list by the name that was confirmed.
    arrival.user_agent = agent::of_program(&request.program, &arrival.user_agent);
    let inside = entry::enter(tx, (app, site), owner, (&arrival, None))?;
    entry::granted(tx, (app, site), inside, &request.proof, &arrival)
}
