//! Deployments whose rows are here but which do not run: retired ones, and under `keyrack dev` those of other
//! files. Nobody reads them, but what they hold about people must not outlive what running ones may keep.

use super::lease::Lease;
use crate::app::Shared;
use crate::db::Tx;
use crate::deployment::store::unknown;
use crate::error::Result;
use crate::id::SessionId;
use crate::params;

/// The ids of those deployments. Under `keyrack serve` there are no others: it refuses to start. Where a database
/// is shared, another node may run what this one does not know.
///
/// # Errors
/// What the database says.
pub async fn ids(app: &Shared) -> Result<Vec<String>> {
    let alone = app.config.dev && !app.db.is_shared();
    let unknown = if alone { unknown(&app.db, &app.config).await? } else { Vec::new() };
    Ok([app.config.retired.clone(), unknown].concat())
}

/// What ends of the session `$1` at `$2`. It needs no rules of the deployment: each row knows its own end.
const END: [&str; 3] = [
    "update attempts set ended_at = expires_at, shown = '', stage = ''
     where session_id = $1 and ended_at is null and expires_at <= $2",
    "update sign_ins set ended_at = expires_at, end_reason = 'idle'
     where session_id = $1 and ended_at is null and expires_at <= $2",
    "update sessions set valid_until = coalesce(
         (select min(s.expires_at) from sign_ins s where s.session_id = $1 and s.ended_at is null),
         (select min(a.expires_at) from attempts a where a.session_id = $1 and a.ended_at is null),
         valid_until) where id = $1 and valid_until <= $2",
];
const END_SESSION: &str = "update sessions set ended_at = $2 where id = $1 and ended_at is null
     and not exists (select 1 from sign_ins s where s.session_id = $1 and s.ended_at is null)
     and not exists (select 1 from attempts a where a.session_id = $1 and a.ended_at is null)";

/// Ends what has expired.
///
/// # Errors
/// What the database says.
pub async fn end_expired(lease: &mut Lease<'_>) -> Result<()> {
    let app = lease.app;
    while lease.keep().await? {
        let due = super::due(app, lease.deployment).await?;
        if due.is_empty() {
            break;
        }
        let now = app.world.clock.now_ms();
        app.db.write(move |tx| due.iter().try_for_each(|session| end(tx, session, now))).await?;
    }
    Ok(())
}

fn end(tx: &mut Tx<'_>, session: &SessionId, now: i64) -> Result<()> {
    // The root first, as everywhere.
    tx.execute("update sessions set version = version + 1 where id = $1", params![session.as_str()])?;
    for sql in END.into_iter().chain([END_SESSION]) {
        tx.execute(sql, params![session.as_str(), now])?;
    }
    Ok(())
}
