//! Tokens for backends: kept as long as they are good, asked for once for all who want the same.

use super::order::acts_for;
use super::read::{After, Read};
use super::request::{Request, as_token};
use super::tokens::{Flight, TRIES, Waiter};
use super::{Core, Outcome, Then};
use crate::Error;
use keyrack_protocol::Session;
use serde_json::Value;
use std::fmt::Write;
use std::sync::Arc;

impl Core {
    /// A token for the active sign-in, and never one for a sign-in that was active when it was asked for.
    pub(super) fn ask_token(&mut self, waiter: Waiter) {
        let Some(session) = self.shown.clone() else {
            self.early.push(waiter);
            return;
        };
        if waiter.tries >= TRIES {
            return self.done(waiter.call, Err(Error::session_changed()));
        }
        if session.active_signin.is_none() {
            let error = if waiter.tries == 0 { Error::no_session() } else { Error::session_changed() };
            return self.done(waiter.call, Err(error));
        }
        let key = (acts_for(Some(&session)), waiter.template.clone());
        if let Some(token) = self.tokens.fresh(&key, self.now).map(str::to_owned) {
            self.done(waiter.call, Ok(Outcome::Token(token)));
        } else if let Some(flight) = self.tokens.under_way(&key) {
            flight.waiters.push(waiter);
        } else {
            self.mint(&session, waiter);
        }
    }

    fn mint(&mut self, session: &Arc<Session>, waiter: Waiter) {
        let key = (acts_for(Some(session)), waiter.template.clone());
        let path = format!("/session/token?template={}", escaped(&waiter.template));
        let number = self.send(Request::get(path), Then::Token);
        let flight = Flight {
            sign_in: key.0.0.clone().unwrap_or_default(),
            key,
            revision: self.session().map_or(session.revision, |shared| shared.revision),
            begun: self.now,
            epoch: self.tokens.epoch,
            waiters: vec![waiter],
            token: None,
        };
        self.tokens.flights.insert(number, flight);
    }

    pub(super) fn was_minted(&mut self, number: u64, answer: Result<Value, Error>) {
        match answer.and_then(as_token) {
            Ok(token) => {
                if let Some(flight) = self.tokens.flights.get_mut(&number) {
                    flight.token = Some(token);
                }
            }
            // Whoever was signed in is no longer: the session says so.
            Err(error) if error.status == 401 => {}
            Err(error) => return self.end_flight(number, |core, flight| core.instead(flight, error)),
        }
        if self.fits(number) {
            self.land(number);
        } else {
            self.read(Read::then(After::Token(number)));
        }
    }

    /// A scope that is the same before and after may have been another meanwhile: only of these revisions is it known.
    fn fits(&self, number: u64) -> bool {
        let (Some(flight), Some(session)) = (self.tokens.flights.get(&number), self.session()) else {
            return false;
        };
        flight.token.as_ref().is_some_and(|token| {
            token.signin_id == flight.sign_in && [flight.revision, session.revision].contains(&token.revision)
        })
    }

    pub(super) fn land(&mut self, number: u64) {
        let fits = self.fits(number);
        self.end_flight(number, |core, flight| {
            let Some(token) = flight.token.take().filter(|_| fits) else { return Ok(None) };
            let now = core.now;
            match core.tokens.keep(flight, &token, now) {
                Some(token) => Ok(Some(token)),
                None => core.instead(flight, Error::timeout()),
            }
        });
    }

    /// What is kept, when it still lives and nothing was heard of the new one.
    fn instead(&self, flight: &Flight, error: Error) -> Result<Option<String>, Error> {
        let is_wanted = flight.epoch == self.tokens.epoch && error.says_nothing();
        let kept = self.tokens.alive(&flight.key, self.now).filter(|_| is_wanted);
        kept.map(|token| Some(token.to_owned())).ok_or(error)
    }

    fn end_flight(
        &mut self,
        number: u64,
        end: impl FnOnce(&mut Self, &mut Flight) -> Result<Option<String>, Error>,
    ) {
        let Some(mut flight) = self.tokens.flights.remove(&number) else { return };
        let outcome = end(self, &mut flight);
        let is_wanted = flight.epoch == self.tokens.epoch;
        for waiter in flight.waiters {
            match &outcome {
                Ok(Some(token)) if is_wanted => self.done(waiter.call, Ok(Outcome::Token(token.clone()))),
                Err(error) if is_wanted => self.done(waiter.call, Err(error.clone())),
                _ => self.ask_token(Waiter { tries: waiter.tries + 1, ..waiter }),
            }
        }
    }
}

/// As it stands in a query.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
