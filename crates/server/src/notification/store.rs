//! Notifications in the database.

use super::news::Letter;
use super::{Marks, State, Tray};
use crate::app::Site;
use crate::config::Deployment;
use crate::db::{Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{NotificationId, UserId};
use crate::membership::{Place, store::metadata};
use crate::params;
use crate::session::read;
use keyrack_protocol::NotificationSeverity;
use serde_json::{Map, Value};

/// A notification.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Its id.
    pub id: String,
    /// By which membership it is seen, `""` for the user alone.
    pub membership: String,
    /// The organization that it belongs to, if to one.
    pub organization: Option<String>,
    /// The workspace that it belongs to, if to one.
    pub workspace: Option<String>,
    /// What happened.
    pub kind: String,
    /// How much it matters.
    pub severity: NotificationSeverity,
    /// The facts.
    pub facts: Map<String, Value>,
    /// What its reader made of it.
    pub marks: Marks,
    /// When it was written.
    pub created_at: i64,
    /// When its marks last changed.
    pub updated_at: i64,
}

/// What a place is called, and the organization that it is in.
///
/// # Errors
/// What the database says.
pub fn names(on: &mut Snapshot<'_>, place: &Place) -> Result<Map<String, Value>> {
    let row = on.query_one(
        "select o.id, o.name, w.id, w.name from organizations o left join workspaces w on w.id = $2
         where o.id = $1 order by o.id",
        params![place.organization.as_str(), &place.id],
    )?;
    let mut names = Map::new();
    let Some(row) = row else { return Ok(names) };
    let mut cells = row.cells();
    for name in ["organization_id", "organization_name", "workspace_id", "workspace_name"] {
        if let Some(text) = cells.optional_text()? {
            names.insert(name.to_owned(), text.into());
        }
    }
    Ok(names)
}

/// Writes a notification into an inbox.
///
/// # Errors
/// What the database says.
pub(super) fn insert(tx: &mut Tx<'_>, site: &Site, to: &UserId, letter: &Letter<'_>, now: i64) -> Result<()> {
    let id = NotificationId::draw(&site.world);
    let facts = serde_json::to_string(&letter.facts)
        .map_err(|cause| Error::internal("write a notification", cause))?;
    let (place, membership) = letter.place.unzip();
    let workspace = place.filter(|place| place.id != place.organization.as_str());
    tx.execute(
        "insert into notifications (id, deployment_id, user_id, membership_id, organization_id, workspace_id, kind,
             severity, subject, metadata, state, starred, ord, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'unread', 0, $1, $11, $11)",
        params![
            id.as_str(),
            &site.config.id,
            to.as_str(),
            membership.map_or("", |membership| membership.as_str()),
            place.map(|place| place.organization.as_str()),
            workspace.map(|place| place.id.as_str()),
            letter.kind,
            letter.severity.as_str(),
            letter.subject,
            &facts,
            now
        ],
    )?;
    Ok(())
}

/// Lets those who follow a session that a user is signed in on know that the inbox changed.
///
/// # Errors
/// What the database says.
pub fn ring(tx: &mut Tx<'_>, user: &UserId) -> Result<()> {
    for session in read::sessions_of(tx, user)? {
        tx.touch_inbox(session);
    }
    Ok(())
}

/// The parts of a user's inbox that can be seen: the user's own, and of each place that the user is a member of.
///
/// # Errors
/// What the database says.
pub fn trays(on: &mut Snapshot<'_>, config: &Deployment, user: &UserId) -> Result<Vec<Tray>> {
    let mut trays = vec![Tray { membership: String::new(), organization: None, workspace: None }];
    if !config.organizations.enabled {
        return Ok(trays);
    }
    let rows = on.query(
        "select m.id, m.organization_id, w.id
         from memberships m join organizations o on o.id = m.organization_id left join workspaces w on w.id = m.place_id
         where m.user_id = $1 and o.deleted_at is null and w.deleted_at is null order by m.id",
        params![user.as_str()],
    )?;
    for row in rows {
        let mut cells = row.cells();
        let (membership, organization) = (cells.text()?, Some(cells.text()?));
        trays.push(Tray { membership, organization, workspace: cells.optional_text()? });
    }
    trays.retain(|tray| tray.workspace.is_none() || config.workspaces.enabled);
    Ok(trays)
}

/// One of a user's notifications.
///
/// # Errors
/// What the database says.
pub fn one(on: &mut Snapshot<'_>, user: &UserId, id: &str) -> Result<Option<Notification>> {
    let row = on.query_one(
        "select n.id, n.membership_id, n.organization_id, n.workspace_id, n.kind, n.severity, n.metadata,
             n.state, n.starred, n.read_at, n.archived_at, n.created_at, n.updated_at
         from notifications n where n.id = $1 and n.user_id = $2 order by n.id",
        params![id, user.as_str()],
    )?;
    row.map(read).transpose()
}

/// The inbox of a user, newest first, at most `most`.
///
/// # Errors
/// What the database says.
pub fn all(on: &mut Snapshot<'_>, user: &UserId, most: i64) -> Result<Vec<Notification>> {
    let rows = on.query(
        "select n.id, n.membership_id, n.organization_id, n.workspace_id, n.kind, n.severity, n.metadata,
             n.state, n.starred, n.read_at, n.archived_at, n.created_at, n.updated_at
         from notifications n where n.user_id = $1 order by n.id desc limit $2",
        params![user.as_str(), most],
    )?;
    rows.into_iter().map(read).collect()
}

/// Writes what a reader made of a notification. The caller holds the user's lock.
///
/// # Errors
/// What the database says.
pub fn mark(tx: &mut Tx<'_>, id: &str, marks: &Marks, now: i64) -> Result<()> {
    tx.execute(
        "update notifications set state = $2, starred = $3, read_at = $4, archived_at = $5, updated_at = $6
         where id = $1",
        params![id, marks.state.as_str(), i64::from(marks.is_starred), marks.read_at, marks.archived_at, now],
    )?;
    Ok(())
}

/// Who has been told of a subject, in the order of locks.
///
/// # Errors
/// What the database says.
pub fn told_of(on: &mut Snapshot<'_>, subject: &str) -> Result<Vec<UserId>> {
    let rows = on.query(
        "select distinct user_id from notifications where subject = $1 and subject <> '' order by user_id",
        params![subject],
    )?;
    rows.into_iter().map(|row| Ok(UserId::stored(row.cells().text()?))).collect()
}

/// Puts away what a user was told of a subject; whether there was anything. The caller holds the user's lock.
///
/// # Errors
/// What the database says.
pub fn put_away(tx: &mut Tx<'_>, user: &UserId, subject: &str, now: i64) -> Result<bool> {
    let changed = tx.execute(
        "update notifications set state = 'archived', archived_at = $3, updated_at = $3,
             read_at = coalesce(read_at, $3)
         where subject = $2 and subject <> '' and user_id = $1 and state <> 'archived'",
        params![user.as_str(), subject, now],
    )?;
    Ok(changed > 0)
}

/// Empties the inbox of a user who is deleted. The caller holds the user's lock.
///
/// # Errors
/// What the database says.
pub fn forget_user(tx: &mut Tx<'_>, user: &UserId) -> Result<()> {
    tx.execute("delete from notifications where user_id = $1", params![user.as_str()])?;
    Ok(())
}

/// Reads the columns that [`one`] selects.
///
/// # Errors
/// When the columns are others.
pub fn read(row: Row) -> Result<Notification> {
    let mut cells = row.cells();
    Ok(Notification {
        id: cells.text()?,
        membership: cells.text()?,
        organization: cells.optional_text()?,
        workspace: cells.optional_text()?,
        kind: cells.text()?,
        severity: NotificationSeverity::parse(&cells.text()?).unwrap_or(NotificationSeverity::Info),
        facts: metadata(&cells.text()?)?,
        marks: Marks {
            state: State::stored(&cells.text()?),
            is_starred: cells.int()? == 1,
            read_at: cells.optional_int()?,
            archived_at: cells.optional_int()?,
        },
        created_at: cells.int()?,
        updated_at: cells.int()?,
    })
}
