//! Who comes to a session, from where, and what is drawn for them before the transaction.

use super::agent;
use super::rack::{Key, Rack, SECRET};
use crate::app::App;
use crate::audit::{Actor, By};
use crate::id::{AttemptId, SessionId, SignInId};
use crate::user::notice::Whence;
use keyrack_protocol::Acting;
use std::net::IpAddr;

/// Who comes with which rack, and what may be drawn for it: everything before the transaction.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The credential of the request, if it had one.
    pub rack: Option<Rack>,
    /// The address of the client.
    pub address: IpAddr,
    /// The same as it is kept.
    pub ip_address: String,
    /// The browser's own words.
    pub user_agent: String,
    /// The language in which whoever uses it is written to.
    pub language: String,
    /// Now.
    pub now: i64,
    /// Who acts as the user of the sign-in that acts, if somebody else does.
    pub act: Option<Acting>,
    pub(super) new_session: (SessionId, Key),
    pub(super) new_sign_in: (SignInId, Key),
    pub(super) new_attempt: (AttemptId, Key),
}

impl Arrival {
    /// Draws what the transaction may need.
    #[must_use]
    pub fn draw(
        app: &App,
        rack: Option<Rack>,
        address: IpAddr,
        (user_agent, language): (String, String),
    ) -> Self {
        let (session, sign_in, attempt) =
            (SessionId::draw(&app.world), SignInId::draw(&app.world), AttemptId::draw(&app.world));
        // One draw for all: each asks the system's generator.
        let secrets: [u8; 3 * SECRET] = app.world.random.bytes();
        let mut secrets = secrets.as_chunks::<SECRET>().0.iter();
        let mut key = |id: &str| match secrets.next() {
            Some(secret) => Key::of(id, *secret),
            None => Key::draw(&app.world, id),
        };
        Self {
            rack,
            address,
            ip_address: address.to_string(),
            user_agent,
            language,
            now: app.world.clock.now_ms(),
            act: None,
            new_session: (session.clone(), key(session.as_str())),
            new_sign_in: (sign_in.clone(), key(sign_in.as_str())),
            new_attempt: (attempt.clone(), key(attempt.as_str())),
        }
    }

    /// Who comes, for the records.
    #[must_use]
    pub fn by(&self) -> By {
        By::client(Actor::User, &self.ip_address, self.now).acting(self.act.as_ref())
    }

    /// From where, as people recognise it.
    #[must_use]
    pub fn whence(&self) -> Whence {
        Whence {
            ip_address: self.ip_address.clone(),
            browser: agent::browser(&self.user_agent).to_owned(),
            device: agent::device(&self.user_agent).to_owned(),
            language: self.language.clone(),
        }
    }

    /// The id that a sign-in made by this request gets.
    #[must_use]
    pub fn sign_in(&self) -> &SignInId {
        &self.new_sign_in.0
    }

    /// The id that an attempt made by this request gets.
    #[must_use]
    pub fn attempt(&self) -> &AttemptId {
        &self.new_attempt.0
    }
}
