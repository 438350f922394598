//! Proving domains again: whoever had a domain yesterday may not have it today.
//!
//! A record that is missing begins a time of grace, at whose end the domain is nobody's. That nobody answers says
//! nothing about the record, and begins and ends nothing.

use super::store::{self, Due};
use super::told::{self, Word};
use super::{Domain, Found, mails};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::Result;
use crate::membership;
use crate::outbox;
use std::sync::Arc;

/// What a look for a record came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It is there.
    Proved,
    /// It is not.
    Missing,
    /// Nobody who knows has answered.
    Unanswered,
    /// There was nothing to look for any more.
    Gone,
}

/// The proved domains of a deployment that are to be looked for now, at most 20, the longest due first.
///
/// # Errors
/// What the database says.
pub async fn due(app: &App, deployment: &str) -> Result<Vec<Due>> {
    let (deployment, now) = (deployment.to_owned(), app.world.clock.now_ms());
    app.db.read(move |on| store::due(on, &deployment, now)).await
}

/// Looks for the record of a proved domain again, and does what follows. When two nodes do it at once, one of them does.
///
/// # Errors
/// What the database says.
pub async fn again(app: &App, site: &Arc<Site>, due: Due) -> Result<Looked> {
    let (organization, id) = (due.organization.to_string(), due.id.to_string());
    let domain = app.db.read(move |on| store::find(on, &organization, &id)).await?;
    let Some(domain) = domain else { return Ok(Looked::Gone) };
    let texts = app.world.dns.texts(&domain.record_name()).await;
    let outcomes = &app.metrics.domain_checks;
    match texts {
        Err(unanswered) => {
            outcomes.unanswered.one();
            tracing::warn!(
                deployment = site.config.id,
                domain = domain.fqdn,
                cause = unanswered.0,
                "nobody answered for a domain; it stays as it is"
            );
            postpone(app, site, due).await?;
            Ok(Looked::Unanswered)
        }
        Ok(texts) if domain.is_proved_by(&texts) => {
            outcomes.proved.one();
            settle(app, site, (due, domain), true).await?;
            Ok(Looked::Proved)
        }
        Ok(_) => {
            outcomes.missing.one();
            settle(app, site, (due, domain), false).await?;
            Ok(Looked::Missing)
        }
    }
}

/// Nothing is known: it is asked again later.
async fn postpone(app: &App, site: &Arc<Site>, due: Due) -> Result<()> {
    let next = app.world.clock.now_ms() + site.config.organizations.domains.retry_ms();
    let site = Arc::clone(site);
    let postponed = app.db.write(move |tx| match enter(tx, &site, &due)? {
        Some(domain) => store::look_again(tx, &domain, next),
        None => Ok(()),
    });
    postponed.await
}

/// Does what follows, unless somebody else has looked meanwhile.
async fn settle(app: &App, site: &Arc<Site>, (due, seen): (Due, Domain), is_there: bool) -> Result<()> {
    let now = app.world.clock.now_ms();
    let found = seen.found(is_there, &site.config.organizations.domains, now);
    let word = match found {
        Found::Stands | Found::MissedAgain => None,
        Found::MissedFirst => Some(Word::Missed),
        Found::Lost => Some(Word::Lost),
    };
    let letters = match word {
        Some(word) => mails::to_administrators(app, site, &seen, word).await?,
        None => Vec::new(),
    };
    let site = Arc::clone(site);
    let settled = app.db.write(move |tx| {
        let Some(domain) = enter(tx, &site, &due)? else { return Ok(()) };
        change(tx, &site, (&domain, found), now)?;
        match word {
            Some(word) => told::tell(tx, &site, &domain, word, now)?,
            None if is_there && domain.missing_since.is_some() => told::is_over(tx, &site, &domain, now)?,
            None => {}
        }
        letters.iter().try_for_each(|letter| outbox::post(tx, &site.config.id, letter, now))
    });
    settled.await
}

/// Takes the lock of a domain's organization; the domain, if it is still due.
fn enter(tx: &mut Tx<'_>, site: &Site, due: &Due) -> Result<Option<Domain>> {
    let place = (Kind::Organization, due.organization.as_str());
    if membership::store::lock(tx, &site.config.id, place)?.is_none() || !store::is_due(tx, due)? {
        return Ok(None);
    }
    store::find(tx, due.organization.as_str(), due.id.as_str())
}

fn change(tx: &mut Tx<'_>, site: &Site, (domain, found): (&Domain, Found), now: i64) -> Result<()> {
    let rules = &site.config.organizations.domains;
    let next = now + rules.retry_ms();
    let event = match found {
        Found::Stands => {
            store::prove(tx, &site.config.id, domain, (now, now + rules.check_every_ms))?;
            return Ok(());
        }
        Found::MissedAgain => return store::miss(tx, domain, (now, next)),
        Found::MissedFirst => {
            store::miss(tx, domain, (now, next))?;
            Event::DomainMissed
        }
        Found::Lost => {
            store::lose(tx, domain, now)?;
            Event::DomainLost
        }
    };
    let about = About { reason: domain.organization.as_str(), ..About::default() };
    audit::record(tx, site, &By::system(now), event, about)
}
