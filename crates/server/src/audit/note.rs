//! What a request tried and that changed nothing.

use super::{About, By, Event, record};
use crate::app::{App, Site};
use crate::id::SessionId;
use crate::throttle::{self, Rule, Subject, Verdict};
use std::sync::Arc;

/// What one client address may have noted that nothing else counts.
const NOTED: Rule = Rule { kind: "audit_note", free: 20, window_ms: 3_600_000, first_pause_ms: 0 };

/// Records something that a request tried and that changes nothing: a few an hour from one address, so that
/// nobody fills the disk with it. Failing to is no reason to answer otherwise.
pub async fn note(app: &Arc<App>, site: &Arc<Site>, by: By, event: Event, session: Option<SessionId>) {
    write(app, site, by, (event, "", session)).await;
}

/// The same of what has a reason.
pub async fn note_about(app: &Arc<App>, site: &Arc<Site>, by: By, event: Event, reason: &'static str) {
    write(app, site, by, (event, reason, None)).await;
}

async fn write(
    app: &Arc<App>,
    site: &Arc<Site>,
    by: By,
    (event, reason, session): (Event, &'static str, Option<SessionId>),
) {
    let counted = by.ip_address.parse().map_or_else(|_| by.ip_address.clone(), throttle::counted);
    let (to, subject) = (Arc::clone(site), Subject::new(&app.vault, &site.config.id, &counted));
    let noted = app.db.write(move |tx| {
        if throttle::count(tx, &NOTED, &subject, by.now)? == Verdict::Counted {
            let about = About { reason, session: session.as_ref(), ..About::default() };
            record(tx, &to, &by, event, about)?;
        }
        Ok(())
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, event = event.as_str(), "not recorded");
    }
}
