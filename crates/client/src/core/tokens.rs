//! Tokens by sign-in, scope and template: what is kept, and what is under way.

use super::CallId;
use super::order::Acts;
use super::time::Moment;
use crate::few::Few;
use keyrack_protocol::Token;

/// The most of a token's life that is left when a new one is fetched, in milliseconds; or a fifth of it.
const EARLY_MAX_MS: u64 = 10_000;
const EARLY_SHARE: u64 = 5;

/// How often a token is asked for before an account that keeps changing ends it.
pub const TRIES: u32 = 3;

/// Whose token, for where, and by which template.
pub type Key = (Acts, String);

/// Somebody who asked for one.
#[derive(Debug)]
pub struct Waiter {
    pub call: CallId,
    pub template: String,
    /// How often that led to nothing.
    pub tries: u32,
}

#[derive(Debug)]
struct Kept {
    token: String,
    life: u64,
    /// When it was asked for: it was not made earlier than that.
    from: Moment,
}

/// One request for a token, and everybody who waits for it.
#[derive(Debug)]
pub struct Flight {
    pub key: Key,
    pub sign_in: String,
    pub revision: i64,
    pub begun: Moment,
    pub epoch: u64,
    pub waiters: Vec<Waiter>,
    /// As it came, before it was known whether it fits.
    pub token: Option<Token>,
}

/// The tokens of one store.
#[derive(Debug, Default)]
pub struct Tokens {
    /// Rises when they are dropped: so a request can tell whether what it brings is still wanted.
    pub epoch: u64,
    kept: Few<Key, Kept>,
    /// By the number of the request.
    pub flights: Few<u64, Flight>,
}

impl Tokens {
    /// Drops everything, and whatever the requests under way will bring.
    pub fn clear(&mut self) {
        self.epoch += 1;
        self.kept.clear();
    }

    /// The one that is kept, unless it is about to expire.
    pub fn fresh(&self, key: &Key, now: Moment) -> Option<&str> {
        let early = |life: u64| EARLY_MAX_MS.min(life / EARLY_SHARE);
        self.kept
            .get(key)
            .filter(|kept| now.since(kept.from) < kept.life - early(kept.life))
            .map(|kept| kept.token.as_str())
    }

    /// The one that is kept, unless it may have expired.
    pub fn alive(&self, key: &Key, now: Moment) -> Option<&str> {
        self.kept.get(key).filter(|kept| now.since(kept.from) < kept.life).map(|kept| kept.token.as_str())
    }

    /// The request that brings it already.
    pub fn under_way(&mut self, key: &Key) -> Option<&mut Flight> {
        let epoch = self.epoch;
        self.flights.values_mut().find(|flight| flight.epoch == epoch && flight.key == *key)
    }

    /// Keeps what a request has brought, as long as it is still wanted. None when it may have expired on its way.
    pub fn keep(&mut self, flight: &Flight, token: &Token, now: Moment) -> Option<String> {
        let life = u64::try_from(token.lifetime_ms).unwrap_or(0);
        if flight.epoch == self.epoch {
            let kept = Kept { token: token.token.clone(), life, from: flight.begun };
            self.kept.insert(flight.key.clone(), kept);
        }
        (now.since(flight.begun) < life).then(|| token.token.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ticks: u64) -> Moment {
        Moment { ticks, wall: 0 }
    }

    fn flight(epoch: u64) -> Flight {
        let key = (Acts::default(), "default".to_owned());
        let (sign_in, waiters) = ("sin_1".to_owned(), Vec::new());
        Flight { key, sign_in, revision: 1, begun: at(0), epoch, waiters, token: None }
    }

    fn kept(lifetime_ms: i64) -> (Tokens, Key) {
        let mut tokens = Tokens::default();
        let token = Token {
            token: "t".to_owned(),
            expires: 0,
            lifetime_ms,
            signin_id: "sin_1".to_owned(),
            revision: 1,
        };
        tokens.keep(&flight(0), &token, at(0));
        (tokens, flight(0).key)
    }

    #[test]
    fn h30_a_token_is_fresh_until_ten_seconds_or_a_fifth_of_its_life_before_its_end() {
        for (life, last) in [(60_000, 49_999), (20_000, 15_999), (100, 79)] {
            let (tokens, key) = kept(life);
            assert!(tokens.fresh(&key, at(last)).is_some(), "{life}");
            assert!(tokens.fresh(&key, at(last + 1)).is_none(), "{life}");
        }
    }

    #[test]
    fn h35_one_that_may_have_expired_is_never_alive() {
        let (tokens, key) = kept(60_000);
        assert!(tokens.alive(&key, at(59_999)).is_some());
        assert!(tokens.alive(&key, at(60_000)).is_none());
        let slept = Moment { ticks: 5, wall: 60_000 };
        assert!(tokens.alive(&key, slept).is_none() && tokens.fresh(&key, slept).is_none());
        let (tokens, key) = kept(-5);
        assert!(tokens.alive(&key, at(0)).is_none());
    }

    #[test]
    fn h33_what_was_asked_for_before_everything_was_dropped_is_not_kept() {
        let (mut tokens, key) = kept(60_000);
        tokens.clear();
        assert!(tokens.alive(&key, at(0)).is_none());
        let late = Token {
            token: "late".to_owned(),
            expires: 0,
            lifetime_ms: 60_000,
            signin_id: "sin_1".to_owned(),
            revision: 1,
        };
        tokens.keep(&flight(0), &late, at(0));
        assert!(tokens.alive(&key, at(0)).is_none());
    }
}
