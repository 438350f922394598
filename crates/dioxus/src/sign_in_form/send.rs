//! What the form sends, and what follows.

use super::waiting;
use crate::UseSession;
use crate::prelude::*;
use dioxus_core::{consume_context, provide_context, spawn_forever};
use keyrack_client::protocol::Session;
use keyrack_client::{Attempt, Error, Loaded};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Something that is under way. What may sign in answers with the session.
pub type Sent = Pin<Box<dyn Future<Output = Result<Option<Arc<Session>>, Error>>>>;

pub fn sent(work: impl Future<Output = Result<Option<Arc<Session>>, Error>> + 'static) -> Sent {
    Box::pin(work)
}

/// What all parts of one form send through: one thing at a time.
#[derive(Clone, Copy)]
pub struct Sender {
    session: UseSession,
    pub error: Signal<Option<Error>>,
    pub is_busy: Signal<bool>,
    on_done: Option<EventHandler<()>>,
}

/// The one of the form above.
pub fn sender() -> Sender {
    use_hook(consume_context)
}

impl Sender {
    pub fn provided(session: UseSession, on_done: Option<EventHandler<()>>) -> Self {
        provide_context(Self { session, error: Signal::new(None), is_busy: Signal::new(false), on_done })
    }

    /// What went wrong is said no longer.
    pub fn forget(mut self) {
        self.error.set(None);
    }

    pub fn send(mut self, act: impl FnOnce(Loaded) -> Sent) {
        let state = self.session.client().state();
        let Some(loaded) = state.loaded().filter(|_| !*self.is_busy.peek()) else { return };
        self.is_busy.set(true);
        self.error.set(None);
        let sent = act(loaded.clone());
        // A task of the form's would end with it, inside of `SignedOut` before it could say that it is done. Those of the root
        // have their turn before anything renders.
        spawn_forever(async move {
            let outcome = sent.await;
            // With these the form is gone, and what it was given.
            let Ok(mut is_busy) = self.is_busy.try_write() else { return };
            *is_busy = false;
            drop(is_busy);
            match outcome {
                Err(refused) => self.error.set(Some(refused)),
                Ok(Some(session)) if waiting(&session).is_none() => {
                    self.on_done.iter().for_each(|on_done| on_done.call(()));
                }
                Ok(_) => {}
            }
        });
    }
}

/// Has the browser ask for a passkey: as a way in, or as the second factor of an attempt.
#[cfg(target_family = "wasm")]
pub fn passkey(loaded: Loaded, attempt: Option<Attempt>) -> Sent {
    sent(async move {
        match attempt {
            None => loaded.sign_in_with_passkey().await,
            Some(attempt) => loaded.attempt_with_passkey(&attempt).await,
        }
        .map(Some)
    })
}

/// Nothing here has any.
#[cfg(not(target_family = "wasm"))]
pub fn passkey(_: Loaded, _: Option<Attempt>) -> Sent {
    sent(std::future::ready(Ok(None)))
}
