//! Proving a domain because somebody asks for it.
//!
//! The name servers are asked between two transactions, never inside of one. Both ask whether the user may; the second
//! decides whose the domain is.

use super::http::{enter, find, not_there};
use super::{Domain, store, told};
use crate::audit::Event;
use crate::caller::Account;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::organization::acting::Actor;
use crate::throttle::{self, Rule, Subject, Verdict};
use keyrack_protocol::Code;

/// Look-ups that the members of one organization may cause: each is a question to strangers' name servers.
const ASKED: Rule = Rule { kind: "domain_proof", free: 30, window_ms: 3_600_000, first_pause_ms: 0 };

/// Looks for the record of a domain, and makes the domain the organization's.
///
/// # Errors
/// As [`Actor::enter`]; [`Code::PermissionDenied`], [`Code::DomainNotFound`], [`Code::TooManyAttempts`],
/// [`Code::DomainRecordNotFound`], [`Code::DomainLookupFailed`] when nobody who knows answered, [`Code::DomainTaken`].
pub async fn verify(account: &Account, organization: String, id: String) -> Result<Domain> {
    let domain = begin(account, organization, id).await?;
    let texts = account.app.world.dns.texts(&domain.record_name()).await;
    let outcomes = &account.app.metrics.domain_checks;
    let texts = match texts {
        Ok(texts) => texts,
        Err(unanswered) => {
            outcomes.unanswered.one();
            return Err(Error::unanswered(&domain.record_name(), unanswered.0));
        }
    };
    let is_there = domain.is_proved_by(&texts);
    if is_there {
        outcomes.proved.one()
    } else {
        outcomes.missing.one()
    }
    // Time has passed: what follows is done now.
    let actor = Actor::of(account);
    let ended = account.app.db.write(move |tx| end(tx, &actor, &domain, is_there)).await?;
    match ended {
        Ended::Proved(domain) => Ok(domain),
        Ended::Missing(domain) => Err(not_there(&domain)),
        Ended::Taken => Err(Code::DomainTaken.into()),
    }
}

/// How a try ended; all of it is committed.
enum Ended {
    Proved(Domain),
    Missing(Domain),
    Taken,
}

/// Counts the try.
async fn begin(account: &Account, organization: String, id: String) -> Result<Domain> {
    let actor = Actor::of(account);
    let subject = Subject::new(&account.app.vault, actor.deployment(), &organization);
    let begun = account.app.db.write(move |tx| {
        enter(tx, &actor, &organization)?;
        let domain = find(tx, &organization, &id)?;
        if let Verdict::Wait(ms) = throttle::count(tx, &ASKED, &subject, actor.by.now)? {
            return Err(Error::throttled(ms));
        }
        store::count_attempt(tx, &domain.id, actor.by.now)?;
        Ok(domain)
    });
    begun.await
}

fn end(tx: &mut Tx<'_>, actor: &Actor, asked: &Domain, is_there: bool) -> Result<Ended> {
    let (organization, now) = (asked.organization.as_str(), actor.by.now);
    let acting = enter(tx, actor, organization)?;
    let domain = find(tx, organization, asked.id.as_str())?;
    if !is_there {
        if domain.verified_at.is_none() {
            store::miss(tx, &domain, (now, now))?;
        } else {
            // A proved one is looked for again at once by the server itself, which tells the administrators.
            store::look_again(tx, &domain, now)?;
        }
        return Ok(Ended::Missing(domain));
    }
    let next = now + actor.site.config.organizations.domains.check_every_ms;
    if !store::prove(tx, actor.deployment(), &domain, (now, next))? {
        return Ok(Ended::Taken);
    }
    told::is_over(tx, &actor.site, &domain, now)?;
    if domain.verified_at.is_none() {
        actor.record(tx, Event::DomainVerified, (&acting.place, &actor.user))?;
    }
    find(tx, organization, asked.id.as_str()).map(Ended::Proved)
}
