//! Confirming what is remembered of sessions, many with one statement.
//!
//! While one statement is under way, whoever comes next gathers; the next statement is for all of them. Nobody is
//! told what a statement says that had begun before they came: a batch is closed by the thread that then sends its
//! statement. So an answer is never older than its question, which is what makes a sign-out on one node certain on
//! all others.

use super::job::{AnyJob, Mode, Queue, Work};
use super::tx::Tx;
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::params;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Sessions in one statement.
const BATCH: usize = 256;

/// A session's deployment and present revision; none when there is no such session.
type Present = Option<(String, i64)>;

/// Gathers questions for the next statement.
#[derive(Clone, Default)]
pub(super) struct Confirmer(Arc<Mutex<Gathered>>);

#[derive(Default)]
struct Gathered {
    /// Whether there is a statement under way, or one that will be sent.
    under_way: bool,
    waiting: Vec<Waiting>,
}

struct Waiting {
    id: SessionId,
    /// Whether it stands in an organization: then its gates are compared too.
    stands: bool,
    reply: oneshot::Sender<Result<Present>>,
}

impl Confirmer {
    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the present revision of a session; none when it `stands` somewhere and is out.
    pub(super) fn ask(
        &self,
        queue: &Queue,
        id: &SessionId,
        stands: bool,
    ) -> oneshot::Receiver<Result<Present>> {
        let (reply, answer) = oneshot::channel();
        let begins = {
            let mut gathered = self.gathered();
            gathered.waiting.push(Waiting { id: id.clone(), stands, reply });
            !std::mem::replace(&mut gathered.under_way, true)
        };
        if begins {
            self.begin(queue);
        }
        answer
    }

    fn begin(&self, queue: &Queue) {
        let (gathering, queue_of_next) = (self.clone(), queue.clone());
        let round =
            Round { gathering, queue: queue_of_next, batch: Vec::new(), found: None, answered: false };
        // One that cannot be queued is dropped, and says so to all who wait.
        drop(queue.push(Work { job: Box::new(round), mode: Mode::Single }));
    }

    /// Those who wait now, for one statement.
    fn close(&self) -> Vec<Waiting> {
        let mut gathered = self.gathered();
        gathered.waiting.retain(|waiting| !waiting.reply.is_closed());
        let count = gathered.waiting.len().min(BATCH);
        gathered.waiting.drain(..count).collect()
    }
}

/// One statement for a batch.
struct Round {
    gathering: Confirmer,
    queue: Queue,
    batch: Vec<Waiting>,
    found: Option<Result<HashMap<String, (String, i64)>>>,
    answered: bool,
}

impl AnyJob for Round {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        // A second try is for the same ones: for them it is later still.
        if self.batch.is_empty() {
            self.batch = self.gathering.close();
        }
        self.found = Some(look(tx, &self.batch));
        matches!(self.found, Some(Ok(_)))
    }

    fn answer(mut self: Box<Self>, committed: Result<()>) {
        self.answered = true;
        let found = committed.and(self.found.take().unwrap_or_else(|| Err(gave_up(""))));
        // Where it was never run, those who wait are told that, too.
        if found.is_err() && self.batch.is_empty() {
            self.batch = self.gathering.close();
        }
        match found {
            Ok(found) => {
                for waiting in self.batch.drain(..) {
                    let present = found.get(waiting.id.as_str()).cloned();
                    // Who has gone meanwhile need not be told.
                    let _ = waiting.reply.send(Ok(present));
                }
            }
            Err(error) => self.refuse(&error.to_string()),
        }
    }

    fn is_abandoned(&self) -> bool {
        false
    }
}

impl Round {
    fn refuse(&mut self, why: &str) {
        for waiting in self.batch.drain(..) {
            let _ = waiting.reply.send(Err(gave_up(why)));
        }
    }
}

impl Drop for Round {
    /// Those who came meanwhile get a statement of their own; if this one was never sent, nor would theirs be.
    fn drop(&mut self) {
        let next = {
            let mut gathered = self.gathering.gathered();
            if !self.answered {
                self.batch.append(&mut gathered.waiting);
            }
            gathered.under_way = !gathered.waiting.is_empty();
            gathered.under_way
        };
        self.refuse("there is nobody to send the statement");
        if next {
            self.gathering.begin(&self.queue);
        }
    }
}

fn gave_up(why: &str) -> Error {
    Error::unavailable("confirm a session", why)
}

fn look(tx: &mut Tx<'_>, batch: &[Waiting]) -> Result<HashMap<String, (String, i64)>> {
    if batch.is_empty() {
        return Ok(HashMap::new());
    }
    let (all, stand) = (listed(batch.iter()), listed(batch.iter().filter(|waiting| waiting.stands)));
    // Ids are letters, digits and `_`. A session that is out is as good as another revision.
    let rows = match stand.is_empty() {
        true => tx.query(
            "select id, deployment_id, revision from sessions where id = any(string_to_array($1, ','))
             order by id",
            params![&all],
        )?,
        false => tx.query(
            "select p.id, p.deployment_id, p.revision from sessions p
             where p.id = any(string_to_array($1, ',')) and not (p.id = any(string_to_array($2, ','))
                 and exists (select 1 from sign_ins s left join organizations o on o.id = s.organization_id
                     left join workspaces w on w.id = s.workspace_id
                     where s.session_id = p.id and s.ended_at is null
                         and (o.gate <> s.organization_gate or w.gate <> s.workspace_gate)))
             order by p.id",
            params![&all, &stand],
        )?,
    };
    let read = |row: super::Row| {
        let mut cells = row.cells();
        Ok((cells.text()?, (cells.text()?, cells.int()?)))
    };
    rows.into_iter().map(read).collect()
}

/// The ids of these sessions, each once.
fn listed<'a>(waiting: impl Iterator<Item = &'a Waiting>) -> String {
    let mut ids: Vec<&str> = waiting.map(|waiting| waiting.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.join(",")
}

#[cfg(test)]
#[path = "confirm_tests.rs"]
mod tests;
