use super::Count;
use crate::error::{Error, Result};
use keyrack_protocol::Code;

/// How tries of one thing ended: well, or with a code.
#[derive(Debug)]
pub struct Outcomes {
    well: Count,
    /// In the order of [`Code::ALL`].
    refused: Vec<Count>,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self { well: Count::default(), refused: Code::ALL.iter().map(|_| Count::default()).collect() }
    }
}

impl Outcomes {
    /// One more ended like this.
    pub fn note<T>(&self, outcome: &Result<T>) {
        match outcome {
            Ok(_) => self.well.one(),
            Err(error) => self.refused(error),
        }
    }

    /// One more was refused, or failed.
    pub fn refused(&self, error: &Error) {
        let at = Code::ALL.iter().position(|code| *code == error.code());
        at.into_iter().for_each(|at| self.refused[at].one());
    }

    /// How many ended `ok`, and with each code that there was.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let refused = Code::ALL.iter().zip(&self.refused).map(|(code, count)| (code.as_str(), count.get()));
        [("ok", self.well.get())].into_iter().chain(refused.filter(|(_, count)| *count > 0))
    }
}
