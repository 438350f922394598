//! What an operator sees, from the database.

use super::page::Page;
use super::view::{Session, SignIn, User};
use crate::db::{Cells, Row, Snapshot};
use crate::error::Result;
use crate::id::{SessionId, SignInId, UserId};
use crate::params;
use crate::session::agent;
use crate::time::rfc3339;

/// A user; none when there is no such one in the deployment.
///
/// # Errors
/// What the database says.
pub fn user(on: &mut Snapshot<'_>, deployment: &str, id: &UserId, now: i64) -> Result<Option<User>> {
    let row = on.query_one(
        "select u.id, coalesce(e.email, ''), coalesce(u.username, ''), u.first_name, u.last_name,
             u.password_hash, u.created_at, u.updated_at, u.disabled_at, u.deleted_at,
             (select count(*) from sign_ins s
              where s.user_id = u.id and s.ended_at is null and s.expires_at > $3)
         from users u left join email_addresses e on e.user_id = u.id and e.is_primary = 1
         where u.id = $2 and u.deployment_id = $1 order by u.id",
        params![deployment, id.as_str(), now],
    )?;
    row.map(read_user).transpose()
}

/// The users of one page, newest first, and one more if there is one.
///
/// # Errors
/// What the database says.
pub fn users(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (page, state): (&Page, &str),
    now: i64,
) -> Result<Vec<User>> {
    let rows = on.query(
        "select u.id, coalesce(e.email, ''), coalesce(u.username, ''), u.first_name, u.last_name,
             u.password_hash, u.created_at, u.updated_at, u.disabled_at, u.deleted_at,
             (select count(*) from sign_ins s
              where s.user_id = u.id and s.ended_at is null and s.expires_at > $5)
         from users u left join email_addresses e on e.user_id = u.id and e.is_primary = 1
         where u.deployment_id = $1 and ($2 = '' or u.id < $2)
             and case when u.deleted_at is not null then $4 = 'deleted'
                      when $4 = 'present' then true
                      when u.disabled_at is not null then $4 = 'disabled'
                      else $4 = 'active' end
         order by u.id desc limit $3",
        params![deployment, &page.after, page.rows(), state, now],
    )?;
    rows.into_iter().map(read_user).collect()
}

fn read_user(row: Row) -> Result<User> {
    let mut cells = row.cells();
    let (id, email_address, username) = (cells.text()?, cells.text()?, cells.text()?);
    let (first_name, last_name) = (cells.text()?, cells.text()?);
    let has_password = cells.optional_text()?.is_some();
    let (created_at, updated_at) = (rfc3339(cells.int()?), rfc3339(cells.int()?));
    let (disabled_at, deleted_at) = (cells.optional_int()?, cells.optional_int()?);
    let state = match (disabled_at, deleted_at) {
        (_, Some(_)) => "deleted",
        (Some(_), None) => "disabled",
        (None, None) => "active",
    };
    Ok(User {
        id,
        state: state.to_owned(),
        email_address,
        username,
        first_name,
        last_name,
        has_password,
        sign_ins: cells.int()?,
        created_at,
        updated_at,
        disabled_at: disabled_at.map(rfc3339),
        deleted_at: deleted_at.map(rfc3339),
    })
}

/// Which sessions are asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Only those that this user is, or with `all` was, signed in on.
    pub user: Option<&'a UserId>,
    /// Also what has ended.
    pub all: bool,
    /// What has expired by now has ended, even if nobody has noticed yet.
    pub now: i64,
}

/// The sessions of one page, newest first, and one more if there is one.
///
/// # Errors
/// What the database says.
pub fn sessions(
    on: &mut Snapshot<'_>,
    deployment: &str,
    page: &Page,
    asked: &Asked<'_>,
) -> Result<Vec<Session>> {
    let rows = on.query(
        "with page as (
             select p.id, p.active_sign_in_id, p.created_at, p.updated_at, p.ended_at, p.end_reason
             from sessions p
             where p.deployment_id = $1 and ($2 = '' or p.id < $2) and ($4 = 1 or p.ended_at is null)
                 and ($5 = '' or exists (select 1 from sign_ins s where s.session_id = p.id and s.user_id = $5
                     and ($4 = 1 or (s.ended_at is null and s.expires_at > $6))))
             order by p.id desc limit $3)
         select p.id, p.created_at, p.updated_at, p.ended_at, p.end_reason, s.id, s.user_id,
             coalesce(e.email, ''), case when s.ended_at is null and not exists (
                 -- As `Loaded::active_among` chooses: the stored one, else the last active one.
                 select 1 from sign_ins n where n.session_id = s.session_id and n.ended_at is null
                     and n.expires_at > $6 and n.id <> s.id and s.id <> coalesce(p.active_sign_in_id, '')
                     and (n.id = p.active_sign_in_id or n.activated_at > s.activated_at))
                 then 1 else 0 end, s.ip_address,
             s.user_agent, s.created_at, s.last_active_at, coalesce(a.last_active_at, 0), s.expires_at,
             s.ended_at, s.end_reason
         from page p
             left join sign_ins s on s.session_id = p.id
                 and ($4 = 1 or (s.ended_at is null and s.expires_at > $6))
             left join sign_in_activity a on a.sign_in_id = s.id
             left join email_addresses e on e.user_id = s.user_id and e.is_primary = 1
         order by p.id desc, s.id",
        params![
            deployment,
            &page.after,
            page.rows(),
            i64::from(asked.all),
            asked.user.map_or("", UserId::as_str),
            asked.now
        ],
    )?;
    let mut sessions: Vec<Session> = Vec::new();
    for row in rows {
        let mut cells = row.cells();
        let session = read_session(&mut cells)?;
        if sessions.last().is_none_or(|last| last.id != session.id) {
            sessions.push(session);
        }
        if let (Some(sign_in), Some(last)) = (read_sign_in(&mut cells)?, sessions.last_mut()) {
            last.sign_ins.push(sign_in);
        }
    }
    Ok(sessions)
}

fn read_session(cells: &mut Cells) -> Result<Session> {
    Ok(Session {
        id: cells.text()?,
        created_at: rfc3339(cells.int()?),
        updated_at: rfc3339(cells.int()?),
        ended_at: cells.optional_int()?.map(rfc3339),
        end_reason: cells.optional_text()?,
        sign_ins: Vec::new(),
    })
}

/// The sign-in of the row; none in a session that nobody is signed in on.
fn read_sign_in(cells: &mut Cells) -> Result<Option<SignIn>> {
    let Some(id) = cells.optional_text()? else { return Ok(None) };
    let (user_id, email_address, active) = (cells.text()?, cells.text()?, cells.int()? == 1);
    let (ip_address, user_agent) = (cells.text()?, cells.text()?);
    Ok(Some(SignIn {
        id,
        user_id,
        email_address,
        active,
        ip_address,
        browser: agent::browser(&user_agent).to_owned(),
        device: agent::device(&user_agent).to_owned(),
        created_at: rfc3339(cells.int()?),
        last_active_at: rfc3339(cells.int()?.max(cells.int()?)),
        expires_at: rfc3339(cells.int()?),
        ended_at: cells.optional_int()?.map(rfc3339),
        end_reason: cells.optional_text()?,
    }))
}

/// The session that a live sign-in is in.
///
/// # Errors
/// What the database says.
pub fn session_of(on: &mut Snapshot<'_>, deployment: &str, id: &SignInId) -> Result<Option<SessionId>> {
    let row = on.query_one(
        "select session_id from sign_ins where id = $2 and deployment_id = $1 and ended_at is null",
        params![deployment, id.as_str()],
    )?;
    row.map(|row| Ok(SessionId::stored(row.cells().text()?))).transpose()
}
