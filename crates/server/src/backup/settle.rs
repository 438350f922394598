//! What a state of yesterday must not do today. Everything here is one transaction with the restored rows.
//!
//! - A tab, a backend or a cache has seen revisions that the backup knows nothing of, and takes no lower one: every
//!   session gets one that is higher than any it can have had.
//! - A one-time code may have been used since, and works once: none is left.
//! - A mail that was queued may have been sent since, with such a code: none is sent.
//! - A domain may be somebody else's by now: each is proved again at once.
//! - What was signed out since would be signed in again, and nobody can tell what that was: everything is ended,
//!   unless the operator says that nothing was lost.

use super::restore::Order;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::id::AuditId;
use crate::params;
use crate::time::rfc3339;
use keyrack_protocol::EndReason;

/// Revisions are counted; those after a restore begin at the time of the restore, in milliseconds. A session that
/// was changed less than a thousand times a second for its whole life is below, and after another restore of the
/// same backup it is above what it got by the first. The step is for a clock that was set back.
const STEP: i64 = 1_000_000;

/// What was done to the restored rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Codes that do not work any more.
    pub codes: u64,
    /// Mails that are not sent any more.
    pub mails: u64,
    /// Sign-ins that were ended.
    pub ended: u64,
    /// What did not go well although everything is restored.
    pub warning: Option<String>,
}

/// Does all of it, and records the restore in every deployment.
///
/// # Errors
/// What the database says.
pub(super) fn all(tx: &mut Tx<'_>, order: &Order<'_>, made_at: i64) -> Result<Settled> {
    let now = order.by.now;
    let ended = if order.keep_sessions { 0 } else { end_sessions(tx, order)? };
    tx.execute(
        "update sessions set version = version + 1,
             revision = case when revision + $1 > $2 then revision + $1 else $2 end,
             updated_at = case when updated_at > $2 then updated_at else $2 end",
        params![STEP, now],
    )?;
    tx.execute(
        "update tickets set revoked_at = $1 where used_at is null and revoked_at is null",
        params![now],
    )?;
    let codes = tx.execute("update one_time_secrets set used_at = $1 where used_at is null", params![now])?;
    let mails = tx.execute("update outbox set state = 'expired', sealed = '' where state = 'queued'", &[])?;
    tx.execute(
        "update webhook_events set state = 'dead', settled_at = $1, answer = 'a backup was restored'
         where state = 'queued'",
        params![now],
    )?;
    tx.execute("update domain_owners set next_check_at = $1", params![now])?;
    let reason = rfc3339(made_at);
    for row in tx.query("select id from deployments order by id", &[])? {
        let id = row.cells().text()?;
        let about = About { reason: &reason, ..About::default() };
        audit::record_in(tx, (&id, order.world), &order.by, Event::BackupRestored, about)?;
    }
    Ok(Settled { codes, mails, ended, warning: None })
}

/// Ends everything that lives, as an operator's `session end` would, each sign-in with its record. Backends are told of it as
/// of any other end: tokens that were given before the loss are of a lower revision than the sessions get now.
fn end_sessions(tx: &mut Tx<'_>, order: &Order<'_>) -> Result<u64> {
    let (now, reason) = (order.by.now, EndReason::RevokedByAdmin.as_str());
    // An id is its kind, ten letters of time and sixteen of randomness: those of the sign-in serve its record too.
    let drawn = AuditId::draw(order.world);
    let head = drawn.as_str().split_at(14).0;
    let (event, actor) = (Event::SignInEnded.as_str(), audit::actor_word(&order.by.actor));
    tx.execute(
        "insert into audit (id, deployment_id, at, event, result, reason, actor, ip_address, user_id, session_id,
             sign_in_id, identifier)
         select cast($1 as text) || substr(id, 15), deployment_id, cast($2 as bigint), cast($3 as text), 'ok',
             cast($4 as text), cast($5 as text), '', user_id, session_id, id, ''
         from sign_ins where ended_at is null",
        params![head, now, event, reason, &actor],
    )?;
    tx.execute(
        "update sessions set active_sign_in_id = null, ended_at = $1, valid_until = outer_until,
             end_reason = case when exists (select 1 from sign_ins s where s.session_id = sessions.id
                 and s.ended_at is null) then $2 else end_reason end
         where ended_at is null",
        params![now, reason],
    )?;
    tx.execute("delete from sign_in_activity", &[])?;
    tx.execute(
        "update attempts set ended_at = $1, stage = '', shown = '' where ended_at is null",
        params![now],
    )?;
    tx.execute(
        "update sign_ins set ended_at = $1, end_reason = $2, updated_at = $1, revoked_at = $1,
             not_before_rev = (select case when revision + $3 > $1 then revision + $3 else $1 end
                 from sessions where sessions.id = sign_ins.session_id)
         where ended_at is null",
        params![now, reason, STEP],
    )
}
