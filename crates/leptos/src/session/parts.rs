//! What is shown, part by part.

use keyrack_client::protocol::{EndReason, Session, SignIn};
use keyrack_client::{Allowed, Error, Loaded, State, Status};
use std::sync::Arc;

/// The parts that change by themselves.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Status,
    Session,
    Active,
    SignIns,
    Error,
    IsLoading,
    IsStale,
    EndReason,
    IsRefetching,
    Allowed,
}

impl Part {
    pub(super) const ALL: [Self; PARTS] = [
        Self::Status,
        Self::Session,
        Self::Active,
        Self::SignIns,
        Self::Error,
        Self::IsLoading,
        Self::IsStale,
        Self::EndReason,
        Self::IsRefetching,
        Self::Allowed,
    ];
}

pub(super) const PARTS: usize = Part::Allowed as usize + 1;

/// How often each part has changed. That is what readers follow: signals of each part's own type would all be code that a
/// browser loads.
pub(super) type Stamps = [u32; PARTS];

/// What is shown, without what could be done.
pub(super) struct Shown {
    pub(super) status: Status,
    pub(super) session: Option<Arc<Session>>,
    pub(super) active: Option<Arc<SignIn>>,
    pub(super) error: Option<Error>,
    pub(super) is_refetching: bool,
    pub(super) allowed: Arc<Allowed>,
    stamps: Stamps,
}

impl Shown {
    pub(super) fn of(state: &State) -> Self {
        let loaded = state.loaded();
        let session = loaded.map(|loaded| Arc::clone(loaded.session()));
        Self {
            status: state.status(),
            active: session.as_ref().and_then(|session| session.active_signin.clone()).map(Arc::new),
            session,
            error: state.error().cloned(),
            is_refetching: loaded.is_some_and(Loaded::is_refetching),
            allowed: loaded.map(|loaded| Arc::clone(loaded.allowed())).unwrap_or_default(),
            stamps: [0; PARTS],
        }
    }

    pub(super) fn is_loading(&self) -> bool {
        matches!(self.status, Status::Loading | Status::Failed)
    }

    pub(super) fn is_stale(&self) -> bool {
        !self.is_loading() && self.error.is_some()
    }

    pub(super) fn signins(&self) -> &[SignIn] {
        self.session.as_ref().map(|session| session.signins.as_slice()).unwrap_or_default()
    }

    pub(super) fn end_reason(&self) -> Option<EndReason> {
        self.session.as_ref()?.end_reason
    }

    /// Whether a part is another than before. The session is the same for as long as it is one object: what is shown changes
    /// its object when anything in it changes.
    fn differs(&self, before: &Self, part: Part) -> bool {
        match part {
            Part::Status => self.status != before.status,
            Part::Session => {
                self.session.as_ref().map(Arc::as_ptr) != before.session.as_ref().map(Arc::as_ptr)
            }
            Part::Active => self.active != before.active,
            Part::SignIns => self.signins() != before.signins(),
            Part::Error => self.error != before.error,
            Part::IsLoading => self.is_loading() != before.is_loading(),
            Part::IsStale => self.is_stale() != before.is_stale(),
            Part::EndReason => self.end_reason() != before.end_reason(),
            Part::IsRefetching => self.is_refetching != before.is_refetching,
            Part::Allowed => self.allowed != before.allowed,
        }
    }

    /// Takes the place of what was shown; none when nothing is another.
    pub(super) fn replace(mut self, before: &mut Self) -> Option<Stamps> {
        self.stamps = before.stamps;
        for part in Part::ALL {
            self.stamps[part as usize] += u32::from(self.differs(before, part));
        }
        let changed = (self.stamps != before.stamps).then_some(self.stamps);
        *before = self;
        changed
    }
}
