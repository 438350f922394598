//! What a request tried and that changed nothing.

use super::{About, By, Event, record};
use crate::app::{App, Site};
use crate::id::{SessionId, SignInId, UserId};
use crate::throttle::{self, Rule, Subject, Verdict};
use keyrack_protocol::Code;
use std::sync::{Arc, OnceLock};

/// What one client address may have noted that nothing else counts.
const NOTED: Rule = Rule { kind: "audit_note", free: 20, window_ms: 3_600_000, first_pause_ms: 0 };

/// Records something that a request tried and that changes nothing: a few an hour from one address, so that
/// nobody fills the disk with it. Failing to is no reason to answer otherwise.
pub async fn note(app: &Arc<App>, site: &Arc<Site>, by: By, event: Event, session: Option<SessionId>) {
    write(app, site, by, (event, "", &Whose { session, ..Whose::default() })).await;
}

/// The same of what has a reason.
pub async fn note_about(app: &Arc<App>, site: &Arc<Site>, by: By, event: Event, reason: &'static str) {
    write(app, site, by, (event, reason, &Whose::default())).await;
}

/// Who acts in a request.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// The account.
    pub user: Option<UserId>,
    /// The session.
    pub session: Option<SessionId>,
    /// The sign-in.
    pub sign_in: Option<SignInId>,
}

/// Who turned out to act in a request, for what stands around the router: empty until that is known.
#[derive(Clone, Debug, Default)]
pub struct Known(Arc<OnceLock<Whose>>);

impl Known {
    /// Says who it is.
    pub fn tell(&self, whose: Whose) {
        // The first is the one that the request is answered for.
        let _ = self.0.set(whose);
    }
}

/// Records that a request was refused, if it was one of those that nobody makes by mistake: a page of somebody else that
/// changes something, a member who takes what is not his to take.
pub async fn note_refusal(app: &Arc<App>, site: &Arc<Site>, (by, known): (By, &Known), code: Code) {
    if !matches!(code, Code::OriginNotAllowed | Code::PermissionDenied | Code::RoleExceedsYours) {
        return;
    }
    let nobody = Whose::default();
    let whose = known.0.get().unwrap_or(&nobody);
    let by = if whose.user.is_some() { by } else { by.stranger() };
    write(app, site, by, (Event::ActRefused, code.as_str(), whose)).await;
}

async fn write(
    app: &Arc<App>,
    site: &Arc<Site>,
    by: By,
    (event, reason, whose): (Event, &'static str, &Whose),
) {
    let whose = whose.clone();
    let counted = by.ip_address.parse().map_or_else(|_| by.ip_address.clone(), throttle::counted);
    let (to, subject) = (Arc::clone(site), Subject::new(&app.vault, &site.config.id, &counted));
    let noted = app.db.write(move |tx| {
        if throttle::count(tx, &NOTED, &subject, by.now)? == Verdict::Counted {
            let Whose { user, session, sign_in } = &whose;
            let (user, session, sign_in) = (user.as_ref(), session.as_ref(), sign_in.as_ref());
            let about = About { reason, user, session, sign_in, ..About::default() };
            record(tx, &to, &by, event, about)?;
        }
        Ok(())
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, event = event.as_str(), "not recorded");
    }
}
