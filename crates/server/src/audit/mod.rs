//! What happened that an operator may have to explain: one record for each thing, written in the transaction
//! that makes it happen, so that neither is there without the other.
//!
//! A record says who, what, when, where and with which result. It holds ids and the client's address; of an
//! identifier that was typed only an HMAC, because it may be nobody's, or a password in the wrong field. What
//! strangers can cause without end is bounded before it gets here: a try that is refused because of others
//! before it leaves none, and [`note`] takes a few an hour from one address.

mod event;
pub mod hooks;
mod note;
pub mod store;

pub use event::Event;
pub use note::{Known, Whose, note, note_about, note_act, note_refusal};

use crate::app::Site;
use crate::db::Tx;
use crate::error::Result;
use crate::id::{ApiKeyId, AuditId, SessionId, SignInId, UserId};
use crate::params;
use crate::throttle::{self, Rule, Subject, Verdict};
use crate::world::World;
use keyrack_protocol::Acting;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person with a browser, as far as the record names one.
    User,
    /// A person who acts as somebody else, by what the application calls them.
    Acting(String),
    /// A person who has proved nothing.
    Stranger,
    /// Who runs the server, as this Unix user.
    Operator(Option<u32>),
    /// A backend, by this secret key of it.
    Key(ApiKeyId),
    /// The server itself, because it was time.
    System,
}

impl Actor {
    /// Whether it acts for whoever runs the application: what keeps users within bounds does not bind it.
    #[must_use]
    pub fn is_unbound(&self) -> bool {
        matches!(self, Self::Operator(_) | Self::Key(_))
    }
}

/// Who did it, from where, and when.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// The client's address, `""` when there is none.
    pub ip_address: String,
    /// When, in Unix milliseconds.
    pub now: i64,
    /// Why, in the words of whoever did it; mostly `""`.
    pub note: String,
}

impl By {
    /// The server itself.
    #[must_use]
    pub fn system(now: i64) -> Self {
        Self { actor: Actor::System, ip_address: String::new(), now, note: String::new() }
    }

    /// Somebody at `ip_address`.
    #[must_use]
    pub fn client(actor: Actor, ip_address: &str, now: i64) -> Self {
        Self { actor, ip_address: ip_address.to_owned(), now, note: String::new() }
    }

    /// The same with what whoever did it says why.
    #[must_use]
    pub fn saying(self, note: String) -> Self {
        Self { note, ..self }
    }

    /// The same as whoever acts as the user, if somebody does; with the reason for it, where none is said.
    #[must_use]
    pub fn acting(self, act: Option<&Acting>) -> Self {
        match act {
            Some(act) if self.actor == Actor::User => Self {
                actor: Actor::Acting(act.sub.clone()),
                note: if self.note.is_empty() { act.reason.clone() } else { self.note },
                ..self
            },
            _ => self,
        }
    }

    /// The same as a person who has proved nothing.
    #[must_use]
    pub fn stranger(&self) -> Self {
        Self { actor: Actor::Stranger, ..self.clone() }
    }
}

/// What a record is about, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The code of a refusal, why something ended or began, or in which organization or workspace it was.
    pub reason: &'a str,
    /// The account.
    pub user: Option<&'a UserId>,
    /// The session.
    pub session: Option<&'a SessionId>,
    /// The sign-in.
    pub sign_in: Option<&'a SignInId>,
    /// What was typed to say who it is.
    pub identifier: Option<&'a Subject>,
    /// The invitation; the record itself does not keep it.
    pub invitation: Option<&'a str>,
}

/// Writes a record. Its id is drawn here, not before the transaction: how many records one needs is known only
/// in it, and one that runs again has left none behind.
///
/// # Errors
/// What the database says.
pub fn record(tx: &mut Tx<'_>, site: &Site, by: &By, event: Event, about: About<'_>) -> Result<()> {
    record_in(tx, (&site.config.id, &site.world), by, event, about)?;
    hooks::of_record(tx, site, (event, about), by.now)
}

/// The same for a deployment that need not run here.
///
/// # Errors
/// What the database says.
pub fn record_in(
    tx: &mut Tx<'_>,
    (deployment, world): (&str, &World),
    by: &By,
    event: Event,
    about: About<'_>,
) -> Result<()> {
    tx.execute(
        "insert into audit (id, deployment_id, at, event, result, reason, actor, ip_address, user_id, session_id,
             sign_in_id, identifier, note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            AuditId::draw(world).as_str(),
            deployment,
            by.now,
            event.as_str(),
            event.result(),
            about.reason,
            &actor_word(&by.actor),
            &by.ip_address,
            about.user.map_or("", UserId::as_str),
            about.session.map_or("", SessionId::as_str),
            about.sign_in.map_or("", SignInId::as_str),
            about.identifier.map_or("", Subject::hash),
            &by.note
        ],
    )?;
    Ok(())
}

/// Who, as it is in the database and on the socket.
#[must_use]
pub fn actor_word(actor: &Actor) -> String {
    match actor {
        Actor::User => "user".to_owned(),
        Actor::Acting(actor) => format!("acting:{actor}"),
        Actor::Stranger => "stranger".to_owned(),
        Actor::System => "system".to_owned(),
        Actor::Key(id) => format!("key:{id}"),
        Actor::Operator(uid) => uid.map_or("operator".to_owned(), |uid| format!("operator:{uid}")),
    }
}

/// Counts one more try, and adds the rule to `full` when this is the one that the next are refused for.
///
/// # Errors
/// What the database says.
pub fn count(
    tx: &mut Tx<'_>,
    (rule, subject): (&Rule, &Subject),
    full: &mut Vec<&'static str>,
    now: i64,
) -> Result<Verdict> {
    let (verdict, filled) = throttle::count_and_tell(tx, rule, subject, now)?;
    if filled {
        full.push(rule.kind);
    }
    Ok(verdict)
}

/// Records that counts became full.
///
/// # Errors
/// What the database says.
pub fn lockouts(
    tx: &mut Tx<'_>,
    site: &Site,
    by: &By,
    full: &[&'static str],
    about: About<'_>,
) -> Result<()> {
    for reason in full.iter().copied() {
        record(tx, site, by, Event::LockoutBegun, About { reason, ..about })?;
    }
    Ok(())
}
