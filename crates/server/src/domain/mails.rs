//! What the administrators of an organization are mailed about its domains.

use super::Domain;
use super::told::{Word, administrators, until};
use crate::app::{App, Site};
use crate::error::Result;
use crate::organization;
use crate::outbox::{self, Sealed};
use crate::world::Mail;
use std::sync::Arc;

/// How long such a mail is worth sending.
const WORTH_MS: i64 = 2 * 24 * 3_600_000;

/// A mail for each administrator of a domain's organization who has a proved address, drawn before the transaction that posts them.
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
        let addresses: Vec<String> = told.into_iter().filter_map(|one| one.email).collect();
        Ok((found.map(|found| found.name).unwrap_or_default(), addresses))
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

fn missed(site: &Site, to: &str, organization: &str, domain: &Domain, now: i64) -> Mail {
    let until = until(site, domain, now);
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
