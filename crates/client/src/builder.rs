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

/// What a store begins with.
pub struct Builder {
    pub(crate) api: Api,
    pub(crate) session: Option<Session>,
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

    /// Begins. A program's requests run on the tokio runtime that this is called on.
    ///
    /// # Errors
    /// In a program, outside of a runtime. In a browser there are none.
    pub fn start(self) -> Result<Client, CannotStart> {
        #[cfg(not(target_family = "wasm"))]
        return crate::platform::native::start(self);
        #[cfg(target_family = "wasm")]
        Ok(crate::platform::web::start(self.api, self.session))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Builder").field("api", &self.api).finish_non_exhaustive()
    }
}
