//! What a store begins with, the same in a program and in a browser.

use crate::{Api, Client, NotAKey};
use keyrack_protocol::Session;
use std::fmt;

/// Why a store could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum CannotStart {
    /// A program's store was not started on a tokio runtime.
    NoRuntime,
    /// TLS cannot be spoken here.
    #[cfg(not(target_family = "wasm"))]
    NoClient(reqwest::Error),
}

impl fmt::Display for CannotStart {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuntime => write!(to, "a store is started on a tokio runtime"),
            #[cfg(not(target_family = "wasm"))]
            Self::NoClient(_) => write!(to, "requests cannot be sent from here"),
        }
    }
}

impl std::error::Error for CannotStart {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoRuntime => None,
            #[cfg(not(target_family = "wasm"))]
            Self::NoClient(error) => Some(error),
        }
    }
}

#[cfg(not(target_family = "wasm"))]
pub(crate) type Navigate = std::sync::Arc<dyn Fn(&str) + Send + Sync>;
#[cfg(target_family = "wasm")]
pub(crate) type Navigate = std::rc::Rc<dyn Fn(&str)>;

/// What a store begins with.
pub struct Builder {
    pub(crate) api: Api,
    pub(crate) session: Option<Session>,
    /// The scope is one's own.
    pub(crate) is_scoped: bool,
    pub(crate) navigate: Option<Navigate>,
    #[cfg(not(target_family = "wasm"))]
    pub(crate) keeper: std::sync::Arc<dyn crate::platform::Keeper>,
}

impl Client {
    /// A store for the deployment of this publishable key, `pk_test_…` or `pk_live_…`; the server prints it. It is no secret.
    ///
    /// # Errors
    /// When the key is malformed.
    pub fn builder(publishable_key: &str) -> Result<Builder, NotAKey> {
        Ok(Builder {
            api: Api::parse(publishable_key)?,
            session: None,
            is_scoped: false,
            navigate: None,
            #[cfg(not(target_family = "wasm"))]
            keeper: std::sync::Arc::new(crate::Memory::default()),
        })
    }
}

impl Builder {
    /// Where a program keeps the credential; by default nowhere, so that the session ends with the program. A browser has a
    /// place of its own, and no such method.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub fn keeper(self, keeper: impl crate::platform::Keeper + 'static) -> Self {
        Self { keeper: std::sync::Arc::new(keeper), ..self }
    }

    /// The session that is known already, as one that a server has rendered the page with, so that it is loaded from the
    /// beginning. It is read at once all the same.
    #[must_use]
    pub fn initial_session(self, session: impl Into<Option<Session>>) -> Self {
        Self { session: session.into(), ..self }
    }

    /// Keeps the active sign-in, organization and workspace to this tab or program, laid over the session that all share: a
    /// switch here changes nothing elsewhere, and one elsewhere nothing here. A tab remembers it when its page is loaded anew,
    /// a program begins where the session stands. With [`Builder::initial_session`] it goes on from what that shows.
    #[must_use]
    pub fn own_scope(self) -> Self {
        Self { is_scoped: true, ..self }
    }

    /// Leads to the address that the deployment has for after a sign-out: a router's navigation fits here. Without it a page
    /// is left for it, and a program goes nowhere.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub fn navigate(self, lead: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { navigate: Some(std::sync::Arc::new(lead)), ..self }
    }

    /// Leads to the address that the deployment has for after a sign-out: a router's navigation fits here. Without it a page
    /// is left for it, and a program goes nowhere.
    #[cfg(target_family = "wasm")]
    #[must_use]
    pub fn navigate(self, lead: impl Fn(&str) + 'static) -> Self {
        Self { navigate: Some(std::rc::Rc::new(lead)), ..self }
    }

    /// Begins. A program's requests run on the tokio runtime that this is called on.
    ///
    /// # Errors
    /// In a program, outside of a runtime. In a browser there are none.
    pub fn start(self) -> Result<Client, CannotStart> {
        #[cfg(not(target_family = "wasm"))]
        return crate::platform::native::start(self);
        #[cfg(target_family = "wasm")]
        Ok(crate::platform::web::start(self))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Builder").field("api", &self.api).finish_non_exhaustive()
    }
}
