//! What the administrators of an organization are told about its domains.

use super::Domain;
use crate::app::{App, Site};
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::membership::{self, Place, role};
use crate::organization;
use crate::outbox::{self, Sealed};
use crate::params;
use crate::time::rfc3339;
use crate::world::Mail;
use std::sync::Arc;

/// Administrators of one organization that are told at most.
const MOST: usize = 20;
/// How long such a mail is worth sending.
const WORTH_MS: i64 = 2 * 24 * 3_600_000;

/// What they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The record is missing.
    Missed,
    /// The domain is not proved any more.
    Lost,
}

/// A mail for each administrator of a domain's organization, drawn before the transaction that posts them.
///
/// # Errors
/// What the database says.
pub async fn to_administrators(
    app: &App,
    site: &Arc<Site>,
    domain: &Domain,
    word: Word,
) -> Result<Vec<Sealed>> {
    let (asking, organization) = (Arc::clone(site), domain.organization.clone());
    let read = app.db.read(move |on| {
        let found = organization::store::load(on, &asking.config.id, organization.as_str())?;
        let place = Place {
            kind: Kind::Organization,
            id: organization.to_string(),
            organization: organization.clone(),
        };
        Ok((found.map(|found| found.name).unwrap_or_default(), administrators(on, &asking, &place)?))
    });
    let (name, addresses) = read.await?;
    let expires_at = app.world.clock.now_ms() + WORTH_MS;
    let seal = |to: &String| {
        let (kind, mail) = match word {
            Word::Missed => ("domain_missed", missed(site, to, &name, domain, app.world.clock.now_ms())),
            Word::Lost => ("domain_lost", lost(site, to, &name, domain)),
        };
        outbox::seal(app, kind, &mail, expires_at)
    };
    addresses.iter().map(seal).collect()
}

/// The proved addresses of those who administrate a place and may act, the first to have become members first.
fn administrators(on: &mut Snapshot<'_>, site: &Site, place: &Place) -> Result<Vec<String>> {
    let administrate = place.kind.administrate();
    let roles = role::all(on, membership::roles_of(&site.config, place.kind), place)?;
    let mut addresses: Vec<String> = Vec::new();
    for role in roles.iter().filter(|role| role.permissions.iter().any(|one| one == administrate)) {
        let rows = on.query(
            "select e.email from membership_roles r join memberships m on m.id = r.membership_id
                 join users u on u.id = m.user_id join email_addresses e on e.user_id = u.id
             where r.place_id = $1 and r.role_id = $2 and e.is_primary = 1 and e.verified_at is not null
                 and u.disabled_at is null and u.deleted_at is null
             order by r.membership_id limit $3",
            params![&place.id, &role.id, i64::try_from(MOST).unwrap_or(0)],
        )?;
        for row in rows {
            let email = row.cells().text()?;
            if !addresses.contains(&email) && addresses.len() < MOST {
                addresses.push(email);
            }
        }
    }
    Ok(addresses)
}

fn missed(site: &Site, to: &str, organization: &str, domain: &Domain, now: i64) -> Mail {
    let since = domain.missing_since.unwrap_or(now);
    let until = rfc3339(since + site.config.organizations.domains.grace_ms);
    let lines = [
        format!("The record that proves the domain {} for {organization} is missing.", domain.fqdn),
        format!("Put it back: TXT {} \"{}\"", domain.record_name(), domain.record),
        format!(
            "If it is still missing after {}, nobody joins {organization} by the domain any more. Members stay.",
            until.get(..10).unwrap_or(&until)
        ),
    ];
    mail(site, to, format!("The record of {} is missing", domain.fqdn), &lines)
}

fn lost(site: &Site, to: &str, organization: &str, domain: &Domain) -> Mail {
    let lines = [
        format!("The domain {} is not proved for {organization} any more: its record was missing for too long.", domain.fqdn),
        "Members stay; nobody else joins by it. If the domain is still yours, put the record back and prove it again."
            .to_owned(),
    ];
    mail(site, to, format!("{} is not proved any more", domain.fqdn), &lines)
}

fn mail(site: &Site, to: &str, subject: String, lines: &[String]) -> Mail {
    let html: Vec<String> = lines.iter().map(|line| format!("<p>{}</p>", escape(line))).collect();
    Mail {
        from: site.config.mail_from.clone(),
        to: to.to_owned(),
        subject,
        text: format!("{}\n", lines.join("\n\n")),
        html: html.concat(),
        code: None,
        link: None,
    }
}

/// An organization's name may hold anything.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
