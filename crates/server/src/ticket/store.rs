//! Tickets in the database; their secrets are in `one_time_secrets`.

use super::{Kind, Opens, Ticket};
use crate::db::{Row, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{InvitationId, SignInId, TicketId, UserId};
use crate::params;
use keyrack_protocol::Acting;

/// What is selected of tickets, before `from`.
macro_rules! tickets {
    ($rest:literal) => {
        concat!(
            "select id, kind, user_id, subject, actor, actor_reason, code_challenge, maker, created_at, expires_at,
                 used_at, revoked_at, session_id, opened from tickets ",
            $rest
        )
    };
}

/// Writes a new one.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, deployment: &str, it: &Ticket) -> Result<()> {
    let subject = match &it.opens {
        Opens::Handover(_, from) => from.as_str(),
        Opens::Invitation(invitation) => invitation.as_str(),
        Opens::SignIn(_) | Opens::Impersonation(..) => "",
    };
    let act = |part: fn(&Acting) -> &str| it.opens.act().map_or("", part);
    tx.execute(
        "insert into tickets (id, deployment_id, kind, user_id, subject, actor, actor_reason, code_challenge, maker,
             created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            it.id.as_str(),
            deployment,
            it.opens.kind().as_str(),
            it.opens.user().map_or("", UserId::as_str),
            subject,
            act(|act| &act.sub),
            act(|act| &act.reason),
            &it.challenge,
            &it.maker,
            it.created_at,
            it.expires_at
        ],
    )?;
    Ok(())
}

/// A ticket of the deployment.
///
/// # Errors
/// What the database says.
pub fn load(on: &mut Snapshot<'_>, deployment: &str, id: &TicketId) -> Result<Option<Ticket>> {
    let sql = tickets!("where id = $1 and deployment_id = $2");
    on.query_one(sql, params![id.as_str(), deployment])?.map(read).transpose()
}

/// Takes the lock of a ticket: what is read of it afterwards stays so. Whoever takes it back, by itself or with the key that it
/// was made with, waits for whoever uses it, or the other way round.
///
/// # Errors
/// What the database says.
pub fn lock(tx: &mut Tx<'_>, deployment: &str, id: &TicketId) -> Result<()> {
    tx.execute(
        "update tickets set kind = kind where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )
    .map(drop)
}

/// Those of a page and of these kinds that can still be used, the newest first.
///
/// # Errors
/// What the database says.
pub fn open(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (after, rows): (&str, i64),
    (kinds, now): (&[Kind], i64),
) -> Result<Vec<Ticket>> {
    let sql = tickets!(
        "where deployment_id = $1 and ($2 = '' or id < $2) and used_at is null and revoked_at is null and expires_at > $4
             and kind in ($5, $6, $7, $8) order by id desc limit $3"
    );
    let kind = |index: usize| kinds.get(index).map_or("", |kind| kind.as_str());
    let found = on.query(sql, params![deployment, after, rows, now, kind(0), kind(1), kind(2), kind(3)])?;
    found.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Ticket> {
    let mut cells = row.cells();
    let (id, kind) = (TicketId::stored(cells.text()?), cells.text()?);
    let (user, subject) = (cells.text()?, cells.text()?);
    let act = Acting { sub: cells.text()?, reason: cells.text()? };
    let user = UserId::stored(user);
    let opens = match Kind::parse(&kind) {
        Some(Kind::SignIn) => Opens::SignIn(user),
        Some(Kind::Impersonation) => Opens::Impersonation(user, act),
        Some(Kind::Handover) => Opens::Handover(user, SignInId::stored(subject)),
        Some(Kind::Invitation) => Opens::Invitation(InvitationId::stored(subject)),
        None => return Err(Error::internal("read a ticket", "it is of no known kind")),
    };
    let (challenge, maker) = (cells.text()?, cells.text()?);
    let (created_at, expires_at) = (cells.int()?, cells.int()?);
    let (used_at, revoked_at) = (cells.optional_int()?, cells.optional_int()?);
    let led_to = cells.optional_text()?.zip(cells.optional_text()?);
    Ok(Ticket { id, opens, challenge, maker, created_at, expires_at, used_at, revoked_at, led_to })
}

/// Notes that a ticket was used, and what it led to: a session, and the sign-in or attempt in it.
///
/// # Errors
/// What the database says.
pub fn used(tx: &mut Tx<'_>, id: &TicketId, (session, opened): (&str, &str), now: i64) -> Result<()> {
    let used = tx.execute(
        "update tickets set used_at = $2, session_id = $3, opened = $4 where id = $1 and used_at is null",
        params![id.as_str(), now, session, opened],
    )?;
    if used == 1 { Ok(()) } else { Err(Error::internal("use a ticket", "it was used under its lock")) }
}

/// Takes an open ticket back; whether there was one.
///
/// # Errors
/// What the database says.
pub fn revoke(tx: &mut Tx<'_>, deployment: &str, id: &TicketId, now: i64) -> Result<bool> {
    let revoked = tx.execute(
        "update tickets set revoked_at = $3
         where id = $1 and deployment_id = $2 and used_at is null and revoked_at is null and expires_at > $3",
        params![id.as_str(), deployment, now],
    )?;
    Ok(revoked == 1)
}

/// Takes back what somebody made, in the words of the records.
///
/// # Errors
/// What the database says.
pub fn revoke_made_by(tx: &mut Tx<'_>, deployment: &str, maker: &str, now: i64) -> Result<u64> {
    tx.execute(
        "update tickets set revoked_at = $3
         where deployment_id = $1 and maker = $2 and used_at is null and revoked_at is null and expires_at > $3",
        params![deployment, maker, now],
    )
}

/// Where a live sign-in is, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The session.
    pub session: crate::id::SessionId,
    /// The account.
    pub user: UserId,
    /// Whether somebody else acts as it.
    pub acted: bool,
}

/// The live sign-in with this id.
///
/// # Errors
/// What the database says.
pub fn whose(on: &mut Snapshot<'_>, deployment: &str, id: &SignInId, now: i64) -> Result<Option<Whose>> {
    let row = on.query_one(
        "select session_id, user_id, actor from sign_ins
         where id = $1 and deployment_id = $2 and ended_at is null and expires_at > $3",
        params![id.as_str(), deployment, now],
    )?;
    row.map(|row| {
        let mut cells = row.cells();
        let (session, user) = (crate::id::SessionId::stored(cells.text()?), UserId::stored(cells.text()?));
        Ok(Whose { session, user, acted: !cells.text()?.is_empty() })
    })
    .transpose()
}
