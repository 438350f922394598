//! The sign-ins of a session, read from the database.

use super::{Bounds, LiveSignIn, Proof, proof, standing};
use crate::db::{Row, Snapshot};
use crate::error::Result;
use crate::id::{SessionId, SignInId, UserId};
use crate::params;
use crate::user;

/// The live sign-ins of a session, each with its user as everybody sees it.
///
/// # Errors
/// What the database says.
pub(super) fn load(on: &mut Snapshot<'_>, session: &SessionId) -> Result<Vec<LiveSignIn>> {
    let rows = on.query(
        "select s.id, s.key_hash, s.proofs, s.proved_at, s.second_factor_at, s.old_key_hash, s.old_proofs,
             s.old_proved_at, s.old_second_factor_at, s.ip_address, s.user_agent, s.activated_at, s.last_active_at,
             s.expires_at, s.created_at, s.updated_at, s.actor, s.actor_reason, s.vouched_by, s.handed_from, s.ends_at,
             s.organization_membership_id, s.organization_id, s.organization_gate, o.gate,
             o.requires_second_factor, o.restricts_addresses, o.allowed_addresses,
             s.workspace_membership_id, s.workspace_id, s.workspace_gate, w.gate, w.requires_second_factor,
             w.restricts_addresses, w.allowed_addresses,
             u.id, u.first_name, u.last_name, u.username, u.password_hash, u.disabled_at, u.deleted_at,
             u.second_factor_at, u.created_at, u.updated_at, u.second_factor_policy, u.availability, u.picture_id,
             u.backup_codes, u.passkeys, u.language, u.public_metadata
         from sign_ins s join users u on u.id = s.user_id
             left join organizations o on o.id = s.organization_id and o.deleted_at is null
             left join workspaces w on w.id = s.workspace_id and w.deleted_at is null
         where s.session_id = $1 and s.ended_at is null order by s.id",
        params![session.as_str()],
    )?;
    let mut sign_ins = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    if sign_ins.is_empty() {
        return Ok(sign_ins);
    }
    let emails = on.query(
        "select e.user_id, e.id, e.email, e.is_primary, e.verified_at, e.created_at, e.updated_at
         from email_addresses e join sign_ins s on s.user_id = e.user_id
         where s.session_id = $1 and s.ended_at is null order by e.id, s.id",
        params![session.as_str()],
    )?;
    for row in emails {
        let mut cells = row.cells();
        let (user, email) = (UserId::stored(cells.text()?), user::store::read_email(&mut cells)?);
        for sign_in in sign_ins.iter_mut().filter(|s| s.user.id == user && !s.user.emails.contains(&email)) {
            sign_in.user.emails.push(email.clone());
        }
    }
    let ways = on.query(
        "select p.user_id, 'phone' as kind, p.id as id, p.phone, p.is_primary, p.verified_at, p.created_at
         from phone_numbers p join sign_ins s on s.user_id = p.user_id
         where s.session_id = $1 and s.ended_at is null
         union all select a.user_id, 'authenticator', a.id, '', 0, a.verified_at, a.created_at
         from authenticators a join sign_ins s on s.user_id = a.user_id
         where s.session_id = $1 and s.ended_at is null and a.verified_at is not null order by id",
        params![session.as_str()],
    )?;
    for row in ways {
        let (user, way) = user::ways::read_way(&mut row.cells())?;
        for sign_in in sign_ins.iter_mut().filter(|s| s.user.id == user) {
            way.clone().put_into(&mut sign_in.user);
        }
    }
    Ok(sign_ins)
}

fn read(row: Row) -> Result<LiveSignIn> {
    let mut cells = row.cells();
    Ok(LiveSignIn {
        id: SignInId::stored(cells.text()?),
        key_hash: cells.text()?,
        proof: Proof {
            methods: cells.text()?,
            proved_at: cells.int()?,
            second_factor_at: cells.optional_int()?,
        },
        old: proof::read_old(&mut cells)?,
        ip_address: cells.text()?,
        user_agent: cells.text()?,
        activated_at: cells.int()?,
        last_active_at: cells.int()?,
        expires_at: cells.int()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
        bounds: Bounds::read(&mut cells)?,
        scope: standing::read(&mut cells)?,
        user: user::store::read(&mut cells)?,
    })
}
