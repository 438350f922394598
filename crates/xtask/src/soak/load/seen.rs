//! What is counted during the mixed load.

use super::super::latency::Latencies;
use super::guest::Ask;
use super::stream::Stream;
use crate::Outcome;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a stream stays open after what it was opened for.
const HELD: Duration = Duration::from_secs(20);
/// Of what is due so much must have been asked: a browser that is asking something else is not waited for.
const ENOUGH: f64 = 0.95;

/// What was seen so far.
#[derive(Default)]
pub struct Seen(Mutex<Counts>);

#[derive(Default)]
pub(super) struct Counts {
    asked: [usize; Ask::ALL.len()],
    light: Latencies,
    pub(super) password: Latencies,
    pub(super) told: Latencies,
    pub(super) mailed: Latencies,
    pub(super) dead: usize,
    wrong: Vec<String>,
}

impl Seen {
    /// What was counted.
    pub(super) fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it counts.
    pub fn begin(&self) {
        let mut counts = self.counts();
        *counts = Counts { wrong: std::mem::take(&mut counts.wrong), ..Counts::default() };
    }

    /// Something was answered, `took` after it was due.
    pub fn answered(&self, ask: Ask, took: Duration, outcome: Outcome) {
        let mut counts = self.counts();
        if let Some(index) = Ask::ALL.iter().position(|(each, _)| *each == ask) {
            counts.asked[index] += 1;
        }
        match outcome {
            Ok(()) if ask.is_light() => counts.light.note(took),
            Ok(()) if ask == Ask::SignIn => counts.password.note(took),
            Ok(()) => {}
            Err(wrong) => {
                if counts.wrong.len() < 20 {
                    eprintln!("load: {wrong}");
                }
                counts.wrong.push(wrong);
            }
        }
    }

    /// What was signed out was tried again, in vain.
    pub fn dead(&self) {
        self.counts().dead += 1;
    }

    /// A stream told of a change so long after the answer.
    pub fn told(&self, after: Duration) {
        self.counts().told.note(after);
    }

    /// A mailed code came so long after it was asked for.
    pub fn mailed(&self, after: Duration) {
        self.counts().mailed.note(after);
    }

    /// Keeps a stream open for a while.
    pub fn hold(&self, stream: Stream) {
        tokio::spawn(tokio::time::timeout(HELD, stream.drain()));
    }

    /// The light requests since the last call.
    pub fn window(&self) -> Latencies {
        std::mem::take(&mut self.counts().light)
    }

    /// Everything that went wrong, while warming up too.
    pub fn wrong(&self) -> Vec<String> {
        self.counts().wrong.clone()
    }

    /// What did not happen as often as it should, in so long a time: less than `rate` a second, or nothing of a kind.
    pub fn lacks(&self, rate: u32, time: Duration) -> Vec<String> {
        let counts = self.counts();
        let (all, due) = (counts.asked.iter().sum::<usize>(), f64::from(rate) * time.as_secs_f64());
        let kinds = Ask::ALL.iter().zip(counts.asked).filter(|(_, asked)| *asked == 0);
        let mut lacks: Vec<String> = kinds.map(|((ask, _), _)| format!("no {ask:?} was asked")).collect();
        #[allow(clippy::cast_precision_loss, reason = "a ratio")]
        if (all as f64) < due * ENOUGH {
            lacks.push(format!("{all} were asked of {due}"));
        }
        if counts.dead == 0 {
            lacks.push("no dead credential was tried".to_owned());
        }
        if counts.told.count() == 0 {
            lacks.push("no stream told of a change".to_owned());
        }
        lacks
    }

    /// What was asked, in one line.
    pub fn line(&self) -> String {
        let counts = self.counts();
        let [reads, mints, switches, sign_ins, sign_outs, streams, visits] = counts.asked;
        let all: usize = counts.asked.iter().sum();
        format!(
            "{all} asked ({reads} reads, {mints} mints, {switches} switches, {sign_ins} sign-ins, {sign_outs} \
             sign-outs, {streams} streams, {visits} sign-ups), {} wrong",
            counts.wrong.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_happen_is_told() {
        let seen = Seen::default();
        let time = Duration::from_secs(1);
        assert_eq!(seen.lacks(10, time).len(), Ask::ALL.len() + 3);
        for (ask, _) in Ask::ALL {
            seen.answered(ask, time, Ok(()));
        }
        seen.dead();
        seen.told(time);
        assert_eq!(seen.lacks(7, time), [""; 0]);
        assert_eq!(seen.lacks(8, time), ["7 were asked of 8"]);
    }
}
