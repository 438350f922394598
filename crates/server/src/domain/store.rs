//! Domains in the database. Whoever changes one holds the lock of its organization; whose a domain is, the row in
//! `domain_owners` decides, of which there can be one.

use super::{Domain, mode_of, mode_word};
use crate::db::{Cells, Snapshot, Tx};
use crate::error::Result;
use crate::id::{DomainId, OrganizationId};
use crate::params;
use keyrack_protocol::DomainJoinMode;

/// How a claim ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It is there.
    Now,
    /// The organization had it already.
    Before,
    /// It has as many as it may.
    Full,
}

/// A domain that is to be looked for again.
#[derive(Clone, Debug)]
pub struct Due {
    /// The domain.
    pub id: DomainId,
    /// Its organization.
    pub organization: OrganizationId,
    /// When it became due: whoever changes that has looked for it.
    pub at: i64,
}

/// The domains of an organization, oldest first.
///
/// # Errors
/// What the database says.
pub fn all(on: &mut Snapshot<'_>, organization: &str) -> Result<Vec<Domain>> {
    let rows = on.query(
        "select id, organization_id, fqdn, record, join_mode, attempts, verified_at, checked_at, missing_since, missed,
             created_at, updated_at
         from organization_domains where organization_id = $1 order by id",
        params![organization],
    )?;
    rows.into_iter().map(|row| read(&mut row.cells())).collect()
}

/// The domain of an organization that a text names.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, organization: &str, id: &str) -> Result<Option<Domain>> {
    let row = on.query_one(
        "select id, organization_id, fqdn, record, join_mode, attempts, verified_at, checked_at, missing_since, missed,
             created_at, updated_at
         from organization_domains where organization_id = $1 and id = $2 order by id",
        params![organization, id],
    )?;
    row.map(|row| read(&mut row.cells())).transpose()
}

fn read(cells: &mut Cells) -> Result<Domain> {
    Ok(Domain {
        id: DomainId::stored(cells.text()?),
        organization: OrganizationId::stored(cells.text()?),
        fqdn: cells.text()?,
        record: cells.text()?,
        join_mode: mode_of(&cells.text()?),
        attempts: cells.int()?,
        verified_at: cells.optional_int()?,
        checked_at: cells.optional_int()?,
        missing_since: cells.optional_int()?,
        missed: cells.int()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
    })
}

/// Claims a domain for an organization that may have `most`.
///
/// # Errors
/// What the database says.
pub fn claim(tx: &mut Tx<'_>, deployment: &str, domain: &Domain, most: u32) -> Result<Claimed> {
    let row = tx.query_one(
        "select count(*) from organization_domains where organization_id = $1",
        params![domain.organization.as_str()],
    )?;
    let there = row.map_or(Ok(0), |row| row.cells().int())?;
    let made = tx.execute(
        "insert into organization_domains (id, deployment_id, organization_id, fqdn, record, join_mode, attempts, missed,
             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, 0, 0, $7, $7) on conflict (organization_id, fqdn) do nothing",
        params![
            domain.id.as_str(),
            deployment,
            domain.organization.as_str(),
            &domain.fqdn,
            &domain.record,
            mode_word(domain.join_mode),
            domain.created_at
        ],
    )?;
    match made {
        0 => Ok(Claimed::Before),
        // What is refused undoes the row.
        _ if there >= i64::from(most) => Ok(Claimed::Full),
        _ => Ok(Claimed::Now),
    }
}

/// Says what a domain does from now on.
///
/// # Errors
/// What the database says.
pub fn set_mode(tx: &mut Tx<'_>, id: &DomainId, mode: DomainJoinMode, now: i64) -> Result<()> {
    tx.execute(
        "update organization_domains set join_mode = $2, updated_at = $3 where id = $1",
        params![id.as_str(), mode_word(mode), now],
    )?;
    Ok(())
}

/// Counts one more try to prove a domain.
///
/// # Errors
/// What the database says.
pub fn count_attempt(tx: &mut Tx<'_>, id: &DomainId, now: i64) -> Result<()> {
    tx.execute(
        "update organization_domains set attempts = attempts + 1, updated_at = $2 where id = $1",
        params![id.as_str(), now],
    )?;
    Ok(())
}

/// Removes a domain; if it was proved, it is nobody's from now on.
///
/// # Errors
/// What the database says.
pub fn remove(tx: &mut Tx<'_>, domain: &Domain) -> Result<()> {
    for sql in [
        "delete from domain_owners where organization_id = $1 and domain_id = $2",
        "delete from organization_domains where organization_id = $1 and id = $2",
    ] {
        tx.execute(sql, params![domain.organization.as_str(), domain.id.as_str()])?;
    }
    Ok(())
}

/// Makes a domain its organization's, whose record was seen at `now`; `false` when it is another's.
///
/// # Errors
/// What the database says.
pub fn prove(tx: &mut Tx<'_>, deployment: &str, domain: &Domain, (now, next): (i64, i64)) -> Result<bool> {
    // Of two at once one makes the row; the other waits for it, and finds it.
    let made = tx.execute(
        "insert into domain_owners (deployment_id, fqdn, organization_id, domain_id, next_check_at)
         values ($1, $2, $3, $4, $5) on conflict (deployment_id, fqdn) do update
         set next_check_at = excluded.next_check_at where domain_owners.domain_id = excluded.domain_id",
        params![deployment, &domain.fqdn, domain.organization.as_str(), domain.id.as_str(), next],
    )?;
    if made == 0 {
        return Ok(false);
    }
    tx.execute(
        "update organization_domains set verified_at = coalesce(verified_at, $2), checked_at = $2,
             missing_since = null, missed = 0,
             updated_at = case when verified_at is null or missing_since is not null then $2 else updated_at end
         where id = $1",
        params![domain.id.as_str(), now],
    )?;
    Ok(true)
}

/// Notes that the record of a domain was missed at `now`, a proved one's with the time of the next look.
///
/// # Errors
/// What the database says.
pub fn miss(tx: &mut Tx<'_>, domain: &Domain, (now, next): (i64, i64)) -> Result<()> {
    tx.execute(
        "update organization_domains set checked_at = $2,
             missing_since = case when verified_at is null then null else coalesce(missing_since, $2) end,
             missed = case when verified_at is null then 0 else missed + 1 end
         where id = $1",
        params![domain.id.as_str(), now],
    )?;
    look_again(tx, domain, next)
}

/// Looks for the record of a proved domain again at `next`.
///
/// # Errors
/// What the database says.
pub fn look_again(tx: &mut Tx<'_>, domain: &Domain, next: i64) -> Result<()> {
    tx.execute(
        "update domain_owners set next_check_at = $3 where organization_id = $1 and domain_id = $2",
        params![domain.organization.as_str(), domain.id.as_str(), next],
    )?;
    Ok(())
}

/// A domain is not proved any more, and may be another's.
///
/// # Errors
/// What the database says.
pub fn lose(tx: &mut Tx<'_>, domain: &Domain, now: i64) -> Result<()> {
    tx.execute(
        "delete from domain_owners where organization_id = $1 and domain_id = $2",
        params![domain.organization.as_str(), domain.id.as_str()],
    )?;
    tx.execute(
        "update organization_domains set verified_at = null, checked_at = $2, missing_since = null, missed = 0,
             updated_at = $2
         where id = $1",
        params![domain.id.as_str(), now],
    )?;
    Ok(())
}

/// Some proved domains of a deployment whose record is to be looked for at `now`, the longest due first.
///
/// # Errors
/// What the database says.
pub fn due(on: &mut Snapshot<'_>, deployment: &str, now: i64) -> Result<Vec<Due>> {
    let rows = on.query(
        "select domain_id, organization_id, next_check_at from domain_owners
         where deployment_id = $1 and next_check_at <= $2 order by next_check_at, fqdn limit 20",
        params![deployment, now],
    )?;
    let read = |row: crate::db::Row| {
        let mut cells = row.cells();
        let (id, organization) = (DomainId::stored(cells.text()?), OrganizationId::stored(cells.text()?));
        Ok(Due { id, organization, at: cells.int()? })
    };
    rows.into_iter().map(read).collect()
}

/// Whether a domain is still due since the same time: nobody else has looked meanwhile.
///
/// # Errors
/// What the database says.
pub fn is_due(on: &mut Snapshot<'_>, due: &Due) -> Result<bool> {
    let row = on.query_one(
        "select next_check_at from domain_owners where organization_id = $1 and domain_id = $2 order by fqdn",
        params![due.organization.as_str(), due.id.as_str()],
    )?;
    row.map_or(Ok(false), |row| Ok(row.cells().int()? == due.at))
}

/// Which organization has proved a domain, and what the domain does.
///
/// # Errors
/// What the database says.
pub fn owner(
    on: &mut Snapshot<'_>,
    deployment: &str,
    fqdn: &str,
) -> Result<Option<(OrganizationId, DomainJoinMode)>> {
    let row = on.query_one(
        "select w.organization_id, d.join_mode from domain_owners w join organization_domains d on d.id = w.domain_id
         where w.deployment_id = $1 and w.fqdn = $2 order by w.fqdn",
        params![deployment, fqdn],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    Ok(Some((OrganizationId::stored(cells.text()?), mode_of(&cells.text()?))))
}
