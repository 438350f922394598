//! What is shown of a session, and what can be done to it: a value whose methods exist when they can be used.

use crate::core::Ask;
use crate::core::mutation::Mutation;
use crate::core::permissions::Allowed;
use crate::{Call, Client, Error};
use keyrack_protocol::{CurrentUser, EndReason, Session, SignIn};
use std::ops::Deref;
use std::sync::Arc;

/// What is shown. After the first load it is one of the last two, for good: refreshes and mutations never lead back.
///
/// What cannot be done yet does not exist yet:
///
/// ```compile_fail,E0599
/// # fn example(state: keyrack_client::State) {
/// state.switch_sign_in("sin_1"); // Is it loaded?
/// # }
/// ```
///
/// ```compile_fail,E0599
/// # fn example(loaded: &keyrack_client::Loaded) {
/// loaded.switch_organization(None); // Is anybody signed in?
/// # }
/// ```
///
/// ```
/// # fn example(state: keyrack_client::State) {
/// if let Some(session) = state.signed_in() {
///     drop(session.switch_sign_in("sin_1"));
///     drop(session.switch_organization(None));
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// The first load is under way.
    Loading,
    /// It has failed; the next try follows by itself.
    Failed(Arc<Error>),
    /// Nobody is signed in.
    SignedOut(Loaded),
    /// Somebody is.
    SignedIn(SignedIn),
}

impl State {
    pub(crate) fn of(shown: crate::core::Shown, client: &Client) -> Self {
        let crate::core::Shown { session, error, is_refetching, allowed } = shown;
        let Some(session) = session else { return error.map_or(Self::Loading, Self::Failed) };
        let is_signed_in = session.active_signin.is_some();
        let loaded = Loaded { session, error, is_refetching, allowed, client: client.clone() };
        if is_signed_in { Self::SignedIn(SignedIn(loaded)) } else { Self::SignedOut(loaded) }
    }

    /// Which of the four it is.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Loading => Status::Loading,
            Self::Failed(_) => Status::Failed,
            Self::SignedOut(_) => Status::SignedOut,
            Self::SignedIn(_) => Status::SignedIn,
        }
    }

    /// What can be done whoever is signed in; none before the first load.
    #[must_use]
    pub fn loaded(&self) -> Option<&Loaded> {
        match self {
            Self::Loading | Self::Failed(_) => None,
            Self::SignedOut(loaded) => Some(loaded),
            Self::SignedIn(signed_in) => Some(signed_in),
        }
    }

    /// What can be done while somebody is signed in.
    #[must_use]
    pub fn signed_in(&self) -> Option<&SignedIn> {
        if let Self::SignedIn(signed_in) = self { Some(signed_in) } else { None }
    }

    /// Why the last load or refresh failed; none once one succeeds.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Loading => None,
            Self::Failed(error) => Some(error),
            Self::SignedOut(loaded) => loaded.error(),
            Self::SignedIn(signed_in) => signed_in.error(),
        }
    }
}

/// Which [`State`] it is, for whoever asks nothing else; written as the hook for React says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The first load is under way.
    Loading,
    /// It has failed; the next try follows by itself.
    Failed,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn,
}

impl Status {
    /// `loading`, `failed`, `signed-out`, `signed-in`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Failed => "failed",
            Self::SignedOut => "signed-out",
            Self::SignedIn => "signed-in",
        }
    }
}

/// The session after the first load, and what can be done to it. Each method sends one request, whose answer is the new
/// session; it is done when that is shown.
#[derive(Clone)]
pub struct Loaded {
    session: Arc<Session>,
    error: Option<Arc<Error>>,
    is_refetching: bool,
    allowed: Arc<Allowed>,
    pub(crate) client: Client,
}

impl Loaded {
    /// The session. The same object for as long as nothing in it has changed.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The number that orders the states of this session.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.session.revision
    }

    /// Why the last refresh failed; none once one succeeds.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_deref()
    }

    /// Whether the last refresh failed, so that what is shown may be old.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.error.is_some()
    }

    /// Whether a [`Client::refetch`] is under way. The periodic refresh is silent.
    #[must_use]
    pub fn is_refetching(&self) -> bool {
        self.is_refetching
    }

    /// Why the last active sign-in ended, if it did.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        self.session.end_reason
    }

    /// Whether the roles in the active memberships allow something; none while that is not known. It is read from when it is
    /// first asked, and again when the session has changed; whoever subscribed is told.
    ///
    /// It decides what is shown, not what is allowed: that is for the backend, which verifies a token.
    #[must_use]
    pub fn allows(&self, permission: &str) -> Option<bool> {
        self.client.want_permissions();
        self.allowed.allows(permission)
    }

    /// What is known of what they allow. Nothing is asked for.
    #[must_use]
    pub fn allowed(&self) -> &Arc<Allowed> {
        &self.allowed
    }

    /// Makes another account of this session the active one.
    ///
    /// # Errors
    /// `sign_in_not_found` when the session has no such sign-in.
    pub fn switch_sign_in(&self, id: impl Into<String>) -> Call<Arc<Session>> {
        self.change(Mutation::switch_sign_in(id.into()))
    }

    /// Ends one sign-in. When the active one ends, the most recently active of the others becomes active.
    ///
    /// # Errors
    /// `sign_in_not_found` when the session has no such sign-in.
    pub fn sign_out(&self, id: impl Into<String>) -> Call<Arc<Session>> {
        self.change(Mutation::sign_out(Some(id.into())))
    }

    /// Ends all of them. What still waits to be done ends with `session_changed`.
    pub fn sign_out_all(&self) -> Call<Arc<Session>> {
        self.change(Mutation::sign_out(None))
    }

    pub(crate) fn change(&self, mutation: Mutation) -> Call<Arc<Session>> {
        self.client.call(Ask::Change(mutation), crate::client::as_shown)
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = to.debug_struct("Loaded");
        shown.field("session", &self.session).field("error", &self.error).finish_non_exhaustive()
    }
}

/// Two are the same when they show the same object: what is shown changes its object when anything in it changes.
impl PartialEq for Loaded {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.session, &other.session)
            && self.error == other.error
            && self.is_refetching == other.is_refetching
            && self.allowed == other.allowed
            && self.client == other.client
    }
}

/// A session on which somebody is signed in: everything of [`Loaded`], and what needs an account.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn(Loaded);

impl Deref for SignedIn {
    type Target = Loaded;

    fn deref(&self) -> &Loaded {
        &self.0
    }
}

impl SignedIn {
    /// The sign-in that requests act for.
    #[must_use]
    pub fn sign_in(&self) -> &SignIn {
        #[allow(clippy::expect_used, reason = "only a session with one is made into this")]
        self.session.active_signin.as_ref().expect("an active sign-in")
    }

    /// Its account.
    #[must_use]
    pub fn user(&self) -> &CurrentUser {
        &self.sign_in().user
    }

    /// Makes the active sign-in act in an organization, or for itself when none is given. A workspace that is not in the
    /// organization is left.
    ///
    /// # Errors
    /// `organization_not_found` when the account is no member of it.
    pub fn switch_organization(&self, id: Option<&str>) -> Call<Arc<Session>> {
        self.change(Mutation::switch_organization(id))
    }

    /// Makes the active sign-in act in a workspace, and so in the organization that it belongs to.
    ///
    /// # Errors
    /// `workspace_not_found` when the account is no member of it.
    pub fn switch_workspace(&self, id: &str) -> Call<Arc<Session>> {
        self.change(Mutation::switch_workspace(id))
    }

    /// A token for the active sign-in: [`Client::get_token`].
    ///
    /// # Errors
    /// As there.
    pub fn get_token(&self, template: &str) -> Call<String> {
        self.client.get_token(template)
    }
}
