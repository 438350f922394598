//! What concerns all members of a place at once is one write that raises its gate. The rest is done here in batches, so
//! that nobody waits for thousands of rows: sign-ins that stand in it pass the gate again or are put out, which tells
//! those who follow their sessions, and the rows of what was deleted go, also of a role. Whoever reads a session before
//! is right all the same; and whether an address may stay is asked of nobody but a request that comes from it.

use super::store;
use crate::app::{Shared, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::{Row, Snapshot, Tx};
use crate::error::Result;
use crate::id::SessionId;
use crate::membership::{invited, role, store as membership};
use crate::notification;
use crate::params;
use crate::session::read;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::sync::Arc;

/// Rows of one transaction.
const BATCH: i64 = 100;
/// Sessions that are changed beside each other: on SQLite they share a commit.
const AT_ONCE: usize = 8;

/// Does it for every place of a deployment whose gate rose, while the caller goes on; what fails is done by the sweep.
pub fn soon(app: &Shared, site: &Arc<Site>) {
    let (app, site) = (Arc::clone(app), Arc::clone(site));
    tokio::spawn(async move {
        if let Err(error) = all(&app, &site).await {
            tracing::warn!(%error, "members were not put out yet; the sweep does it");
        }
    });
}

/// Does it for every place of a deployment whose gate rose. May be done by several nodes at once.
///
/// # Errors
/// What the database says.
pub async fn all(app: &Shared, site: &Arc<Site>) -> Result<()> {
    delete_deserted(app, site).await?;
    let deployment = site.config.id.clone();
    let unsettled = app.db.read(move |on| {
        let rows = on.query(
            "select id, gate from organizations where deployment_id = $1 and unsettled = 1
             union all select id, gate from workspaces where deployment_id = $1 and unsettled = 1 order by 1",
            params![&deployment],
        )?;
        let read = |row: Row| {
            let mut cells = row.cells();
            Ok((cells.text()?, cells.int()?))
        };
        rows.into_iter().map(read).collect::<Result<Vec<_>>>()
    });
    for (place, gate) in unsettled.await? {
        pass_or_put_out(app, site, &place).await?;
        forget_roles(app, &place).await?;
        empty(app, site, (&place, gate)).await?;
    }
    Ok(())
}

/// Deletes organizations in which nobody is left, because an operator deleted their last members: nobody could ever enter
/// them again.
async fn delete_deserted(app: &Shared, site: &Arc<Site>) -> Result<()> {
    let deployment = site.config.id.clone();
    let deserted = app.db.read_single(move |on| {
        ids(
            on,
            "select c.place_id from member_counts c join organizations o on o.id = c.place_id
             where c.deployment_id = $1 and c.members = 0 and o.deleted_at is null order by c.place_id",
            &deployment,
        )
    });
    for id in deserted.await? {
        let (site, by) = (Arc::clone(site), By::system(app.world.clock.now_ms()));
        let delete = move |tx: &mut Tx<'_>| {
            let place = membership::lock(tx, &site.config.id, (Kind::Organization, &id))?;
            if place.is_none() || membership::count(tx, &id)? > 0 {
                return Ok(());
            }
            store::delete(tx, &id, by.now)?;
            let about = About { reason: &id, ..About::default() };
            audit::record(tx, &site, &by, Event::OrganizationDeleted, about)
        };
        app.db.write(delete).await?;
    }
    Ok(())
}

fn ids(on: &mut Snapshot<'_>, sql: &'static str, of: &str) -> Result<Vec<String>> {
    on.query(sql, params![of])?.into_iter().map(|row| row.cells().text()).collect()
}

/// Lets every sign-in that stands in a place at an older gate pass it, or puts it out.
async fn pass_or_put_out(app: &Shared, site: &Arc<Site>, place: &str) -> Result<()> {
    loop {
        let place = place.to_owned();
        let found = app.db.read(move |on| {
            let rows = on.query(
                "select distinct s.session_id from sign_ins s
                 where s.ended_at is null and s.organization_id = $1
                     and s.organization_gate <> (select o.gate from organizations o where o.id = $1)
                 union
                 select distinct s.session_id from sign_ins s
                 where s.ended_at is null and s.workspace_id = $1
                     and s.workspace_gate <> (select w.gate from workspaces w where w.id = $1)
                 order by 1 limit $2",
                params![&place, BATCH],
            )?;
            rows.into_iter().map(|row| Ok(SessionId::stored(row.cells().text()?))).collect::<Result<Vec<_>>>()
        });
        let found = found.await?;
        if found.is_empty() {
            return Ok(());
        }
        let sessions = stream::iter(found).map(Ok);
        sessions.try_for_each_concurrent(AT_ONCE, |session| read::end_expired(app, site, session)).await?;
    }
}

/// Takes roles that were removed from those who had them.
async fn forget_roles(app: &Shared, place: &str) -> Result<()> {
    loop {
        let place = place.to_owned();
        if !app.db.write(move |tx| role::forget_some(tx, &place, BATCH)).await? {
            return Ok(());
        }
    }
}

/// Removes the rows of a place that was deleted, and of the workspaces in it; then it is settled, unless its gate has risen
/// again.
async fn empty(app: &Shared, site: &Arc<Site>, (place, gate): (&str, i64)) -> Result<()> {
    let (id, now) = (place.to_owned(), app.world.clock.now_ms());
    let deleted = app.db.read(move |on| {
        ids(
            on,
            "select id from organizations where id = $1 and deleted_at is not null
             union select id from workspaces where id = $1 and deleted_at is not null
             union select id from workspaces where organization_id = $1
                 and exists (select 1 from organizations o where o.id = $1 and o.deleted_at is not null)
             order by 1",
            &id,
        )
    });
    for place in deleted.await? {
        forget_invitations(app, site, &place, now).await?;
        loop {
            let place = place.clone();
            if app.db.write(move |tx| remove_some(tx, &place)).await? == 0 {
                break;
            }
        }
    }
    app.world.failpoints.pass("organization.settled").await;
    let id = place.to_owned();
    app.db.write(move |tx| settled(tx, (&id, gate), now)).await
}

/// Deletes the invitations to a place that was deleted, of which nobody is told any more.
async fn forget_invitations(app: &Shared, site: &Arc<Site>, place: &str, now: i64) -> Result<()> {
    loop {
        let (site, place) = (Arc::clone(site), place.to_owned());
        let forget_some = move |tx: &mut Tx<'_>| {
            let some = invited::some_to(tx, &place, BATCH)?;
            notification::settle(tx, &site, &some, now)?;
            some.iter().try_for_each(|id| invited::forget(tx, id))?;
            Ok(some.is_empty())
        };
        if app.db.write(forget_some).await? {
            return Ok(());
        }
    }
}

/// Removes some members of a place; how many.
fn remove_some(tx: &mut Tx<'_>, place: &str) -> Result<usize> {
    let rows = tx.query(
        "select id from memberships where place_id = $1 order by id limit $2",
        params![place, BATCH],
    )?;
    let members: Vec<String> = rows.into_iter().map(|row| row.cells().text()).collect::<Result<_>>()?;
    for member in &members {
        for sql in [
            "delete from membership_roles where membership_id = $1",
            "delete from member_words where membership_id = $1",
            "delete from memberships where id = $1",
        ] {
            tx.execute(sql, params![member])?;
        }
    }
    let former = tx.execute(
        "delete from former_members where organization_id = $1 and user_id in (
             select user_id from former_members where organization_id = $1 order by user_id limit $2)",
        params![place, BATCH],
    )?;
    if members.is_empty() {
        tx.execute("delete from roles where place_id = $1", params![place])?;
        tx.execute("delete from member_counts where place_id = $1", params![place])?;
    }
    Ok(members.len() + usize::try_from(former).unwrap_or(0))
}

fn settled(tx: &mut Tx<'_>, (place, gate): (&str, i64), now: i64) -> Result<()> {
    tx.execute(
        "delete from pictures where place_id in (select w.id from workspaces w where w.organization_id = $1
             and exists (select 1 from organizations o where o.id = $1 and o.deleted_at is not null))",
        params![place],
    )?;
    tx.execute(
        "update workspaces set deleted_at = $2, updated_at = $2, name = '', slug = '', description = '',
             picture_id = '', public_metadata = '{}', allowed_addresses = '[]'
         where organization_id = $1 and deleted_at is null
             and exists (select 1 from organizations o where o.id = $1 and o.deleted_at is not null)",
        params![place, now],
    )?;
    for sql in [
        "update organizations set unsettled = 0 where id = $1 and gate = $2",
        "update workspaces set unsettled = 0 where id = $1 and gate = $2",
    ] {
        tx.execute(sql, params![place, gate])?;
    }
    Ok(())
}
