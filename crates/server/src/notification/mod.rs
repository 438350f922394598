//! What users are told: each has an inbox, which the server's own events write into.
//!
//! A notification belongs to the user alone, or to an organization or workspace: then it is seen by the membership that
//! the user had there when it was written, and is gone with that, in lists and in counts, at once and for good. What
//! belongs to one place is a [`Tray`]. Facts are kept, words are made when they are shown ([`texts`]).
//!
//! It is written in the transaction of what it tells of, under the user's lock, and raises no revision: whoever follows
//! a session of the user is told by an event of its own ([`crate::db::Tx::touch_inbox`]). Nothing counts along: what is
//! unread is counted in an index, as far as anybody wants to know, so that no race can leave a count behind.

pub mod asked;
pub mod device;
pub mod http;
mod news;
pub mod part;
pub mod store;
pub mod texts;
pub mod view;

pub use news::{Message, News};

use crate::app::Site;
use crate::db::Tx;
use crate::error::Result;
use crate::id::UserId;
use crate::user;
use std::collections::BTreeMap;

/// How far a notification has come with its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not read.
    Unread,
    /// Read.
    Read,
    /// Put away; what is put away counts as read.
    Archived,
}

/// What is done to one notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It was read.
    Read,
    /// It is to count as unread; one that was put away comes back.
    Unread,
    /// It is put away, or with `false` comes back as read; without a word it is turned round.
    Archive(Option<bool>),
    /// It gets a star, or with `false` loses it; without a word it is turned round.
    Star(Option<bool>),
}

/// What of a notification its reader changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// How far it has come.
    pub state: State,
    /// Whether it has a star.
    pub is_starred: bool,
    /// When it was read.
    pub read_at: Option<i64>,
    /// When it was put away.
    pub archived_at: Option<i64>,
}

/// The part of an inbox that belongs to one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tray {
    /// The membership by which it is seen, `""` for what belongs to the user alone.
    pub membership: String,
    /// The organization; none for what belongs to the user alone.
    pub organization: Option<String>,
    /// The workspace; none for what belongs to the organization itself.
    pub workspace: Option<String>,
}

/// Tells a user something, in the transaction that makes it true. Takes the user's lock: the caller may hold those of
/// organizations, and of sessions only with the user's own. Somebody who is gone is told nothing.
///
/// # Errors
/// What the database says.
pub fn write(tx: &mut Tx<'_>, site: &Site, to: &UserId, news: &News<'_>, now: i64) -> Result<()> {
    match user::store::lock(tx, &site.config.id, to)? {
        Some((user, _)) if user.deleted_at.is_none() => put(tx, site, to, news, now),
        _ => Ok(()),
    }
}

/// The same for a user whose lock the caller holds, and who is there.
///
/// # Errors
/// What the database says.
pub fn put(tx: &mut Tx<'_>, site: &Site, to: &UserId, news: &News<'_>, now: i64) -> Result<()> {
    let letter = news.letter(tx)?;
    store::insert(tx, site, to, &letter, now)?;
    store::ring(tx, to)
}

/// Puts away what told of something that is over, such as invitations that were withdrawn or the record of a domain that is
/// there again: whoever has it. Takes the locks of those users: the caller may hold those of organizations, and has not
/// yet touched the rows of invitations, which whoever deletes a user touches under the user's lock.
///
/// # Errors
/// What the database says.
pub fn settle(tx: &mut Tx<'_>, site: &Site, subjects: &[String], now: i64) -> Result<()> {
    settle_before(tx, site, subjects, (&[], now))
}

/// The same before others are told something in its place, whose locks it takes too: all of them in one order.
///
/// # Errors
/// What the database says.
pub fn settle_before(
    tx: &mut Tx<'_>,
    site: &Site,
    subjects: &[String],
    (others, now): (&[&UserId], i64),
) -> Result<()> {
    let mut locked: BTreeMap<UserId, Vec<&str>> =
        others.iter().map(|user| (UserId::clone(user), Vec::new())).collect();
    for subject in subjects {
        for user in store::told_of(tx, subject)? {
            locked.entry(user).or_default().push(subject);
        }
    }
    for (user, subjects) in locked {
        user::store::lock(tx, &site.config.id, &user)?;
        for subject in subjects {
            settle_of(tx, &user, subject, now)?;
        }
    }
    Ok(())
}

/// The same of one user, whose lock the caller holds.
///
/// # Errors
/// What the database says.
pub fn settle_of(tx: &mut Tx<'_>, user: &UserId, subject: &str, now: i64) -> Result<()> {
    if store::put_away(tx, user, subject, now)? { store::ring(tx, user) } else { Ok(()) }
}

impl State {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Unread, Self::Read, Self::Archived];

    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Read => "read",
            Self::Archived => "archived",
        }
    }

    /// The one that a word names; what an unknown one was, has been read.
    #[must_use]
    pub fn stored(word: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Read)
    }
}

impl Marks {
    /// What they are after a step at `now`.
    #[must_use]
    pub fn after(self, step: Step, now: i64) -> Self {
        let read =
            Self { state: State::Read, read_at: self.read_at.or(Some(now)), archived_at: None, ..self };
        let is_archived = self.state == State::Archived;
        match step {
            Step::Read if self.state == State::Unread => read,
            Step::Unread if self.state != State::Unread => {
                Self { state: State::Unread, read_at: None, archived_at: None, ..self }
            }
            Step::Archive(wanted) => match wanted.unwrap_or(!is_archived) {
                true if !is_archived => Self { state: State::Archived, archived_at: Some(now), ..read },
                false if is_archived => read,
                _ => self,
            },
            Step::Star(wanted) => Self { is_starred: wanted.unwrap_or(!self.is_starred), ..self },
            Step::Read | Step::Unread => self,
        }
    }
}

#[cfg(test)]
mod tests;
