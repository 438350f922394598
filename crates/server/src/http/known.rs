//! Answers past the router.

use super::Head;
use axum::response::Response;
use std::pin::Pin;

/// Answers that need no router, because what they say is known already.
pub trait Shortcut: Send + Sync + 'static {
    /// Whether nothing that it knows need be waited for.
    fn is_immediate(&self) -> bool;

    /// The answer to a request without a body; none sends it to the router.
    fn known(&self, head: &Head<'_>) -> Option<Known>;
}

/// An answer that a [`Shortcut`] knows.
pub enum Known {
    /// Certainly the answer.
    Now(Response),
    /// The answer if what is waited for says so; none sends the request to the router after all.
    Soon(Pin<Box<dyn Future<Output = Option<Response>> + Send>>),
}

/// No shortcut: every request goes to the router.
#[derive(Clone, Copy, Debug)]
pub struct NoShortcut;

impl Shortcut for NoShortcut {
    fn is_immediate(&self) -> bool {
        false
    }

    fn known(&self, _: &Head<'_>) -> Option<Known> {
        None
    }
}
