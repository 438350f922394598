//! What an operator sees, from the database.

use super::page::Page;
use super::view::{Session, SignIn};
use crate::db::{Cells, Snapshot};
use crate::error::Result;
use crate::id::{SessionId, SignInId, UserId};
use crate::params;
use crate::session::agent;
use crate::time::rfc3339;

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

/// What is selected of a sign-in `s` and of its session `p`, before and after the session's own columns.
macro_rules! sign_ins {
    ($before:literal, $from:literal) => {
        concat!(
            $before,
            "s.id, s.session_id, s.user_id, s.proofs, s.organization_id, s.workspace_id, coalesce(e.email, ''),
             case when s.ended_at is null and not exists (
                 -- As `Loaded::active_among` chooses: the stored one, else the last active one.
                 select 1 from sign_ins n where n.session_id = s.session_id and n.ended_at is null
                     and n.expires_at > $6 and n.id <> s.id and s.id <> coalesce(p.active_sign_in_id, '')
                     and (n.id = p.active_sign_in_id or n.activated_at > s.activated_at))
                 then 1 else 0 end, s.ip_address, s.user_agent, s.created_at, s.last_active_at,
             coalesce(a.last_active_at, 0), s.expires_at, s.ended_at, s.end_reason, s.actor,
             s.actor_reason, s.handed_from ",
            $from
        )
    };
}

const SESSIONS: &str = sign_ins!(
    "with page as (
         select p.id, p.active_sign_in_id, p.created_at, p.updated_at, p.ended_at, p.end_reason
         from sessions p
         where p.deployment_id = $1 and ($2 = '' or p.id < $2) and ($4 = 1 or p.ended_at is null)
             and ($7 = '' or p.id = $7)
             and ($5 = '' or exists (select 1 from sign_ins s where s.session_id = p.id and s.user_id = $5
                 and ($4 = 1 or (s.ended_at is null and s.expires_at > $6))))
         order by p.id desc limit $3)
     select p.id, p.created_at, p.updated_at, p.ended_at, p.end_reason, ",
    "from page p
         left join sign_ins s on s.session_id = p.id
             and ($4 = 1 or (s.ended_at is null and s.expires_at > $6))
         left join sign_in_activity a on a.sign_in_id = s.id
         left join email_addresses e on e.user_id = s.user_id and e.is_primary = 1
     order by p.id desc, s.id"
);

const SIGN_INS: &str = sign_ins!(
    "select ",
    "from sign_ins s join sessions p on p.id = s.session_id
         left join sign_in_activity a on a.sign_in_id = s.id
         left join email_addresses e on e.user_id = s.user_id and e.is_primary = 1
     where s.deployment_id = $1 and s.user_id = $5 and ($2 = '' or s.id < $2)
         and ($4 = 1 or (s.ended_at is null and s.expires_at > $6))
     order by s.id desc limit $3"
);

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
    read_sessions(on, deployment, (page, ""), asked)
}

/// One session with every sign-in that is still known of it; none when there is no such one.
///
/// # Errors
/// What the database says.
pub fn session(on: &mut Snapshot<'_>, deployment: &str, id: &SessionId, now: i64) -> Result<Option<Session>> {
    let (page, asked) = (Page { limit: 1, after: String::new() }, Asked { user: None, all: true, now });
    Ok(read_sessions(on, deployment, (&page, id.as_str()), &asked)?.pop())
}

fn read_sessions(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (page, only): (&Page, &str),
    asked: &Asked<'_>,
) -> Result<Vec<Session>> {
    let user = asked.user.map_or("", UserId::as_str);
    let all = i64::from(asked.all);
    let rows =
        on.query(SESSIONS, params![deployment, &page.after, page.rows(), all, user, asked.now, only])?;
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

/// The sign-ins of one page of those of `asked.user`, newest first, and one more if there is one.
///
/// # Errors
/// What the database says.
pub fn sign_ins(
    on: &mut Snapshot<'_>,
    deployment: &str,
    page: &Page,
    asked: &Asked<'_>,
) -> Result<Vec<SignIn>> {
    let user = asked.user.map_or("", UserId::as_str);
    let all = i64::from(asked.all);
    let rows = on.query(SIGN_INS, params![deployment, &page.after, page.rows(), all, user, asked.now])?;
    let mut sign_ins = Vec::new();
    for row in rows {
        sign_ins.extend(read_sign_in(&mut row.cells())?);
    }
    Ok(sign_ins)
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
    let (session_id, user_id, proofs) = (cells.text()?, cells.text()?, cells.text()?);
    let (organization_id, workspace_id) = (cells.optional_text()?, cells.optional_text()?);
    let (email_address, active) = (cells.text()?, cells.int()? == 1);
    let (ip_address, user_agent) = (cells.text()?, cells.text()?);
    Ok(Some(SignIn {
        id,
        session_id,
        user_id,
        proofs: proofs.split_whitespace().map(str::to_owned).collect(),
        organization_id,
        workspace_id,
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
        actor_id: Some(cells.text()?).filter(|actor| !actor.is_empty()),
        actor_reason: Some(cells.text()?).filter(|reason| !reason.is_empty()),
        handed_from: cells.optional_text()?,
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

/// The session that a sign-in is in, or was.
///
/// # Errors
/// What the database says.
pub fn session_with(on: &mut Snapshot<'_>, deployment: &str, id: &SignInId) -> Result<Option<SessionId>> {
    let row = on.query_one(
        "select session_id from sign_ins where id = $2 and deployment_id = $1",
        params![deployment, id.as_str()],
    )?;
    row.map(|row| Ok(SessionId::stored(row.cells().text()?))).transpose()
}
