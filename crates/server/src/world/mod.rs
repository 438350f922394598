//! What comes from outside: time, randomness, mail, text messages, the domain name system, who started it, and the
//! points at which a test may pause the server.
//!
//! Nothing else in the server asks the operating system for the time or for random bytes (clippy.toml
//! refuses it), so that a test can move the clock to the second and knows every id.

mod atlas;
mod clock;
mod connections;
mod dns;
mod failpoint;
mod ids;
mod keys;
mod mail;
mod manager;
mod outside;
mod patience;
mod random;
mod sms;
mod stopwatch;
mod webhook;

pub use atlas::{Atlas, Place};
pub use clock::{Clock, SKEW_MS, Watch};
pub use connections::Connections;
pub use dns::{Dns, Unanswered};
pub use failpoint::{Failpoints, Gate};
pub use ids::Ids;
pub use mail::{CapturedMail, Delivered, Mail, Mailer, Undelivered};
pub use manager::{Word, tell_manager};
pub use outside::is_private;
pub use patience::Patience;
pub use random::Random;
pub use sms::{CapturedSms, Sms, SmsSender, webhook_key};
pub use stopwatch::Stopwatch;
pub use webhook::{Called, Webhook};

/// Everything that comes from outside.
#[derive(Debug)]
pub struct World {
    /// The time.
    pub clock: Clock,
    /// Random bytes.
    pub random: Random,
    /// What ids are made of.
    pub ids: Ids,
    /// Where mail goes.
    pub mailer: Mailer,
    /// Where text messages go.
    pub sms: SmsSender,
    /// Where in the world addresses are.
    pub atlas: Atlas,
    /// Whom the domain name system is asked through.
    pub dns: Dns,
    /// Points at which a test may pause the server; none is armed outside of tests.
    pub failpoints: Failpoints,
    /// How long the other end of a connection is waited for.
    pub patience: Patience,
    /// How many connections there are to PostgreSQL.
    pub connections: Connections,
}

impl World {
    /// The real one.
    #[must_use]
    pub fn real(mailer: Mailer, sms: SmsSender) -> Self {
        Self {
            clock: Clock::real(),
            random: Random::System,
            ids: Ids::default(),
            mailer,
            sms,
            atlas: Atlas::default(),
            dns: Dns::default(),
            failpoints: Failpoints::default(),
            patience: Patience::default(),
            connections: Connections::default(),
        }
    }

    /// One that stands still until it is moved: the clock starts on 2026-01-01, ids and codes follow from
    /// `seed`, mail is captured.
    #[must_use]
    pub fn for_tests(seed: u64) -> Self {
        Self {
            clock: Clock::standing(1_767_225_600_000),
            random: Random::seeded(seed),
            ids: Ids::default(),
            mailer: Mailer::captured(),
            sms: SmsSender::captured(),
            atlas: Atlas::default(),
            dns: Dns::default(),
            failpoints: Failpoints::default(),
            patience: Patience::default(),
            connections: Connections { writers: 3, readers: 1 },
        }
    }
}
