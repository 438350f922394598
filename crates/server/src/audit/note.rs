//! What a request tried and that changed nothing.

use super::{About, By, Event, record};
use crate::app::{App, Site};
use crate::id::{SessionId, SignInId, UserId};
use crate::throttle::{self, Rule, Subject, Verdict};
use keyrack_protocol::Code;
use std::sync::{Arc, OnceLock};

/// What one client address may have noted of one kind, an event with its reason: whoever makes a lot of noise does not hide
/// another thing behind it.
const NOTED: Rule = Rule { kind: "audit_note", free: 20, window_ms: 3_600_000, first_pause_ms: 0 };
/// What it may have noted of all kinds, so that nobody fills the disk with them.
const ALL_NOTED: Rule = Rule { kind: "audit_notes", free: 100, window_ms: 3_600_000, first_pause_ms: 0 };

/// Records something that a request tried and that changes nothing: a few of a kind an hour from one address, so that
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

/// Records that a request was refused, if it was one of those that nobody makes by a slip of the fingers.
pub async fn note_refusal(app: &Arc<App>, site: &Arc<Site>, (by, known): (By, &Known), code: Code) {
    if !is_telling(code) {
        return;
    }
    note_act(app, site, by, code, known.0.get().cloned().unwrap_or_default()).await;
}

/// Records that somebody was refused this.
pub async fn note_act(app: &Arc<App>, site: &Arc<Site>, by: By, code: Code, whose: Whose) {
    let by = if whose.user.is_some() { by } else { by.stranger() };
    write(app, site, by, (Event::ActRefused, code.as_str(), &whose)).await;
}

/// Whether somebody who is refused so may have tried what is not theirs. What is wrong only because somebody mistyped it is
/// not among these, nor what has a record of its own (guesses, tickets, invitations, secret keys), nor a credential that opens
/// nothing: every visitor may have one of those, and a visitor leaves no row.
fn is_telling(code: Code) -> bool {
    match code {
        // A page of somebody else changes something, or would be told something.
        Code::OriginNotAllowed
        | Code::RedirectNotAllowed
        | Code::HandshakeRefused
        | Code::HandshakeLoop
        // A secret of somebody else, an old one, or one that is for another door.
        | Code::HandshakeCodeInvalid
        | Code::ResetExpired
        | Code::LinkNotValid
        | Code::ConfirmRequired
        | Code::ExpiredToken
        | Code::BadAttempt
        // An account's owner has to show first that it is them, and from where.
        | Code::ReauthenticationRequired
        | Code::AddressNotAllowed
        // A member takes what is not theirs to take.
        | Code::PermissionDenied
        | Code::RoleExceedsYours
        | Code::LastAdministrator
        | Code::DomainTaken => true,
        _ => names_what_is_not_theirs(code),
    }
}

/// The id of a place that somebody is not in, or of a thing that is not theirs: there is none, as far as they are told.
fn names_what_is_not_theirs(code: Code) -> bool {
    matches!(
        code,
        Code::ScopeNotAvailable
            | Code::OrganizationNotFound
            | Code::WorkspaceNotFound
            | Code::MembershipNotFound
            | Code::RoleNotFound
            | Code::InvitationNotFound
            | Code::DomainNotFound
            | Code::NotificationNotFound
            | Code::EmailAddressNotFound
            | Code::PhoneNumberNotFound
            | Code::PasskeyNotFound
            | Code::AuthenticatorNotFound
    )
}

/// What counts the notes of an address: those of this kind, and all.
fn counts(app: &App, site: &Site, by: &By, kind: &str) -> [(&'static Rule, Subject); 2] {
    let address = by.ip_address.parse().map_or_else(|_| by.ip_address.clone(), throttle::counted);
    let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
    [(&NOTED, subject(&format!("{kind}/{address}"))), (&ALL_NOTED, subject(&address))]
}

async fn write(
    app: &Arc<App>,
    site: &Arc<Site>,
    by: By,
    (event, reason, whose): (Event, &'static str, &Whose),
) {
    let (to, whose, name) = (Arc::clone(site), whose.clone(), event.as_str());
    let counts = counts(app, site, &by, &format!("{name}/{reason}"));
    let (looked_at, now) = (counts.clone(), by.now);
    // Who has had enough noted costs no write.
    let is_spent = app.db.read(move |on| {
        for (rule, subject) in &looked_at {
            if throttle::look(on, rule, subject, now)? != Verdict::Counted {
                return Ok(true);
            }
        }
        Ok(false)
    });
    if matches!(is_spent.await, Ok(true)) {
        return;
    }
    let noted = app.db.write(move |tx| {
        for (rule, subject) in &counts {
            if throttle::count(tx, rule, subject, by.now)? != Verdict::Counted {
                return Ok(());
            }
        }
        let Whose { user, session, sign_in } = &whose;
        let (user, session, sign_in) = (user.as_ref(), session.as_ref(), sign_in.as_ref());
        let about = About { reason, user, session, sign_in, ..About::default() };
        record(tx, &to, &by, event, about)
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, event = name, "not recorded");
    }
}
