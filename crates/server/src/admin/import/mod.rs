//! Accounts that another system had, some at a time, each with the hash of its password: `keyrack user import` reads the file
//! ([`crate::cli::import`]) and sends them.
//!
//! Each record stands for itself: what is refused says why and keeps no other out. An account that is there already is left
//! as it is, so that an import that was interrupted is run again from its beginning or from anywhere else, and one whose
//! file was mended makes what was refused before. It is known again by the id that the other system had for it.
//!
//! What comes without the proof of its address is nobody's: somebody may have signed up there with the address of another
//! person. It is taken only where the operator vouches for all of them, or a username lets its owner in to prove it.

mod ready;
pub mod record;
mod store;

use super::door::{Body, Operator};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::user::imported;
use axum::response::Response;
use keyrack_protocol::Code;
use record::{Batch, Imported, Outcome, Record};
use std::sync::{Arc, Mutex, PoisonError};

/// How many records may come at once.
pub const MOST: usize = 100;

/// `users` (at most 100), `vouch?`, `drop_unusable?`, `check?`, `last?`: makes the accounts, in one transaction, or only says
/// what would become of them.
///
/// # Errors
/// [`Code::InvalidParameter`] when there are too many; what is wrong with one of them is said of that one.
pub async fn import(operator: Operator, Body(batch): Body<Batch>) -> Result<Response> {
    operator.says_only(&[])?;
    if batch.users.len() > MOST {
        let text = format!("At most {MOST} users come at once.");
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    let (site, by, now) = (operator.site.clone(), operator.by(), operator.app.world.clock.now_ms());
    let checked = batch.users.iter().map(|record| check(&operator, record, &batch, now));
    let checked: Vec<_> = checked.collect();
    // What would have become of each, when all of it is undone.
    let tried = Arc::new(Mutex::new(None));
    // In an order that is everybody's: two imports of one file must not wait for each other.
    let mut order: Vec<usize> = (0..checked.len()).collect();
    order.sort_by_key(|at| checked.get(*at).and_then(|one| one.as_ref().ok()).map(ready::Ready::key));
    let results = operator.app.db.write({
        let is_check = batch.check;
        let tried = Arc::clone(&tried);
        move |tx| {
            let mut results = vec![None; checked.len()];
            for (at, one) in order.iter().filter_map(|at| checked.get(*at).map(|one| (*at, one))) {
                results[at] = Some(match one {
                    Ok(ready) => store::take(tx, &site, ready, &by)?,
                    Err(refused) => refused.clone(),
                });
            }
            let results = results.into_iter().flatten().collect::<Vec<Outcome>>();
            if is_check {
                *tried.lock().unwrap_or_else(PoisonError::into_inner) = Some(results);
                // Which undoes it.
                return Err(Error::refused(Code::InvalidParameter, "It was only to be checked."));
            }
            Ok(results)
        }
    });
    let results = match (results.await, tried.lock().unwrap_or_else(PoisonError::into_inner).take()) {
        (Err(_), Some(tried)) => return Ok(answer::ok(Imported { results: tried })),
        (results, _) => results?,
    };
    if batch.last {
        // Until then, and on other nodes, the sweep counts them from time to time.
        imported::count_in(&operator.app, &operator.site).await?;
    }
    let made = results.iter().filter(|result| matches!(result, Outcome::Made { .. })).count();
    let (deployment, operator) = (operator.site.config.id.as_str(), operator.peer.map(|peer| peer.uid));
    tracing::info!(deployment, operator, made, of = results.len(), "users were imported");
    Ok(answer::ok(Imported { results }))
}

/// A record as it can be made, or why it cannot.
fn check(
    operator: &Operator,
    record: &Record,
    batch: &Batch,
    now: i64,
) -> std::result::Result<ready::Ready, Outcome> {
    let (app, asked) = (&operator.app, ready::Asked { vouch: batch.vouch, drop: batch.drop_unusable, now });
    ready::ready((&app.vault, &app.world), record, asked).map_err(|error| refused(&error))
}

fn refused(error: &Error) -> Outcome {
    Outcome::Refused { code: error.code().as_str().to_owned(), why: error.message().to_owned() }
}
