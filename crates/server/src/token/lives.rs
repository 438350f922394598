//! How long tokens live, also those that were given while they lived longer: a backend is told what to refuse for as long as
//! any of them may be believed. What the configuration says now is no answer to that, so each start notes what it says.

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::params;

/// Nodes are exchanged one after another: for so long after a start that shortens lives another may still give long ones.
const EXCHANGE_MS: i64 = 3_600_000;

/// The longest lives of tokens, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lives {
    /// Of those that are given now.
    longest_ms: i64,
    /// Of those that were given before, where that was longer, and when none of them lives any more.
    former: Option<(i64, i64)>,
}

impl Lives {
    /// Where nothing else was ever configured.
    #[must_use]
    pub fn of(longest_ms: i64) -> Self {
        Self { longest_ms, former: None }
    }

    /// After a start at `now` whose configuration says `longest_ms`.
    #[must_use]
    pub fn then(self, longest_ms: i64, now: i64) -> Self {
        let ended = (self.longest_ms > longest_ms)
            .then(|| (self.longest_ms, now.saturating_add(self.longest_ms).saturating_add(EXCHANGE_MS)));
        let kept = self.former.filter(|(_, until)| now < *until);
        let former = match (kept, ended) {
            (Some((a, x)), Some((b, y))) => Some((a.max(b), x.max(y))),
            (kept, ended) => kept.or(ended),
        };
        Self { longest_ms, former }
    }

    /// The longest life of a token that may live at `now`.
    #[must_use]
    pub fn at(&self, now: i64) -> i64 {
        match self.former {
            Some((longer, until)) if now < until => longer.max(self.longest_ms),
            _ => self.longest_ms,
        }
    }

    fn text(&self) -> String {
        let (life, until) = self.former.unwrap_or_default();
        format!("{} {life} {until}", self.longest_ms)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ').map(|word| word.parse::<i64>().ok());
        let (longest_ms, life, until) = (numbers.next()??, numbers.next()??, numbers.next()??);
        Some(Self { longest_ms, former: (until > 0).then_some((life, until)) })
    }
}

/// Notes at a start what the configuration says, and gives what that comes to with what others said before.
///
/// # Errors
/// What the database says, or when what it holds says nothing.
pub async fn note(db: &Db, deployment: &str, longest_ms: i64, now: i64) -> Result<Lives> {
    let id = deployment.to_owned();
    db.write(move |tx| {
        let lives = before(tx, &id)?.unwrap_or_else(|| Lives::of(longest_ms)).then(longest_ms, now);
        tx.execute(
            "insert into facts (deployment_id, name, value) values ($1, 'token_lives', $2)
             on conflict (deployment_id, name) do update set value = excluded.value where facts.value <> excluded.value",
            params![&id, &lives.text()],
        )?;
        Ok(lives)
    })
    .await
}

/// What the last start noted; of a database that none has noted it in, what the keys have signed.
fn before(tx: &mut Tx<'_>, deployment: &str) -> Result<Option<Lives>> {
    let sql = "select value from facts where deployment_id = $1 and name = 'token_lives'";
    if let Some(row) = tx.query_one(sql, params![deployment])? {
        let read = Lives::parse(&row.cells().text()?);
        return read
            .map(Some)
            .ok_or_else(|| Error::internal("read how long tokens live", "it is no such thing"));
    }
    let sql = "select coalesce(max(longest_ms), 0) from signing_keys where deployment_id = $1";
    let signed = tx.query_one(sql, params![deployment])?.map(|row| row.cells().int()).transpose()?;
    Ok(signed.filter(|longest_ms| *longest_ms > 0).map(Lives::of))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn what_was_longer_counts_until_none_of_it_lives_any_more() {
        let lives = Lives::of(60 * MINUTE).then(MINUTE, 0);
        let until = 60 * MINUTE + EXCHANGE_MS;
        assert_eq!([0, until - 1, until].map(|now| lives.at(now)), [60 * MINUTE, 60 * MINUTE, MINUTE]);
        // Started again, and again, nothing is forgotten or counted anew.
        let again = lives.then(MINUTE, until - 1).then(MINUTE, until - 1);
        assert_eq!((again.at(until - 1), again.at(until)), (60 * MINUTE, MINUTE));
        assert_eq!(lives.then(MINUTE, until), Lives::of(MINUTE));
    }

    #[test]
    fn what_is_longer_now_counts_at_once_and_two_that_were_longer_are_one() {
        assert_eq!(Lives::of(MINUTE).then(5 * MINUTE, 0), Lives::of(5 * MINUTE));
        let twice = Lives::of(60 * MINUTE).then(5 * MINUTE, 0).then(MINUTE, 50 * MINUTE);
        assert_eq!(twice.at(60 * MINUTE + EXCHANGE_MS - 1), 60 * MINUTE);
        let longer_again = Lives::of(60 * MINUTE).then(MINUTE, 0).then(90 * MINUTE, 1);
        assert_eq!(longer_again.at(1), 90 * MINUTE);
    }

    #[test]
    fn it_is_read_as_it_was_written_and_nothing_else_is() {
        for lives in [Lives::of(MINUTE), Lives::of(60 * MINUTE).then(MINUTE, 7)] {
            assert_eq!(Lives::parse(&lives.text()), Some(lives));
        }
        for wrong in ["", "1", "1 2", "a b c", "1 2 x"] {
            assert_eq!(Lives::parse(wrong), None, "{wrong}");
        }
    }
}
