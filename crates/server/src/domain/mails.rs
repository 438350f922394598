//! What the administrators of an organization are mailed about its domains.

use super::Domain;
use super::told::{Word, administrators, until};
use crate::app::{App, Site};
use crate::error::Result;
use crate::mail::{self, DOMAIN_LOST, DOMAIN_MISSED, harmless};
use crate::organization;
use crate::outbox::{self, Sealed};
use std::sync::Arc;

/// How long such a mail is worth sending.
const WORTH_MS: i64 = 2 * 24 * 3_600_000;

/// A mail for each administrator of a domain's organization who has a proved address, drawn before the transaction that
/// posts them.
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
        let told = administrators(on, &asking, &organization)?;
        let addresses: Vec<(String, String)> =
            told.into_iter().filter_map(|one| Some((one.email?, one.language))).collect();
        Ok((found.map(|found| found.name).unwrap_or_default(), addresses))
    });
    let (name, addresses) = read.await?;
    let now = app.world.clock.now_ms();
    let until = until(site, domain, now);
    let (name, record_name) = (harmless(&name), domain.record_name());
    let facts = [
        ("domain", domain.fqdn.as_str()),
        ("organization", &name),
        ("record_name", &record_name),
        ("record", &domain.record),
        ("until", until.get(..10).unwrap_or(&until)),
    ];
    let message = match word {
        Word::Missed => &DOMAIN_MISSED,
        Word::Lost => &DOMAIN_LOST,
    };
    let seal = |(to, language): &(String, String)| {
        let mail = mail::render(site, message, (language, to), &facts)?;
        outbox::seal(app, message.name, &mail, now + WORTH_MS)
    };
    addresses.iter().map(seal).collect()
}
