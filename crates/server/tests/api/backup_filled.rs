//! Rows for the tables that a test of backups would otherwise have to fill call by call.

use crate::support::Keyrack;
use keyrack_server::params;

/// When they were made.
pub const NOW: i64 = 1_767_225_600_000;

/// A user has one of each way in, and somebody waits to be let in.
pub async fn has_every_way_in(server: &Keyrack, user: &str) {
    let (user, deployment) = (user.to_owned(), server.app.sites[0].config.id.clone());
    let written = server.app.db.write(move |tx| {
        let id = |kind: &str| format!("{kind}_{}", &user[4..]);
        tx.execute(
            "insert into phone_numbers (id, deployment_id, user_id, phone, is_primary, verified_at, created_at, updated_at)
             values ($1, $2, $3, '+4915112345678', 1, $4, $4, $4)",
            params![&id("phn"), &deployment, &user, NOW],
        )?;
        tx.execute(
            "insert into authenticators (id, deployment_id, user_id, sealed, last_step, verified_at, created_at)
             values ($1, $2, $3, 'sealed', 0, $4, $4)",
            params![&id("aut"), &deployment, &user, NOW],
        )?;
        tx.execute(
            "insert into backup_codes (id, deployment_id, user_id, hash, created_at) values ($1, $2, $3, 'hash', $4)",
            params![&id("bak"), &deployment, &user, NOW],
        )?;
        tx.execute(
            "insert into passkeys (id, deployment_id, user_id, credential_id, credential, name, device_type, backed_up,
                 created_at) values ($1, $2, $3, 'AQID', '{}', 'Laptop', 'platform', 0, $4)",
            params![&id("psk"), &deployment, &user, NOW],
        )?;
        tx.execute(
            "insert into webhook_events (id, deployment_id, endpoint, kind, user_id, session_id, sign_in_id, place_id,
                 invitation_id, reason, happened_at, state, tries, next_at, lease_until, answer, settled_at)
             values ($1, $2, 'app', 'user.created', $3, '', '', '', '', '', $4, 'sent', 1, $4, 0, 'answered with 200', $4)",
            params![&id("evt"), &deployment, &user, NOW],
        )?;
        tx.execute(
            "insert into waitlist_entries (id, deployment_id, email, first_name, last_name, language, created_at, updated_at)
             values ($1, $2, 'waits@example.com', '', '', 'en', $3, $3)",
            params![&id("wtl"), &deployment, NOW],
        )
    });
    written.await.unwrap();
}

/// Its domains count as proved, to be looked at when they are restored, and its users as gone from its organizations.
pub async fn is_proved_and_left(server: &Keyrack) {
    let written = server.app.db.write(|tx| {
        tx.execute(
            "insert into domain_owners (deployment_id, fqdn, organization_id, domain_id, next_check_at)
             select deployment_id, fqdn, organization_id, id, $1 from organization_domains",
            params![NOW],
        )?;
        tx.execute(
            "insert into former_members (organization_id, user_id, deployment_id, removed, ended_at)
             select o.id, u.id, o.deployment_id, 1, 1 from organizations o join users u on u.deployment_id = o.deployment_id",
            params![],
        )?;
        tx.execute(
            "insert into handshakes (id, deployment_id, session_id, sign_in_id, origin, code_challenge, ip_address,
                                     created_at, expires_at)
             select 'hsk_' || id, deployment_id, session_id, id, 'https://example.com', '', '', $1, $1 from sign_ins",
            params![NOW],
        )
    });
    written.await.unwrap();
}
