//! What a method of the store hands back.

use crate::Error;
use crate::core::Outcome;
use futures_channel::oneshot::Receiver;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Something that was asked for. It is under way from the moment of the call, awaited or not, and whoever drops it only
/// does not hear what came of it.
#[must_use = "what went wrong is heard of by awaiting it"]
pub struct Call<T> {
    outcome: Receiver<Result<Outcome, Error>>,
    read: fn(Outcome) -> Result<T, Error>,
    _made: PhantomData<fn() -> T>,
}

impl<T> Call<T> {
    pub(crate) fn new(
        outcome: Receiver<Result<Outcome, Error>>,
        read: fn(Outcome) -> Result<T, Error>,
    ) -> Self {
        Self { outcome, read, _made: PhantomData }
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.outcome).poll(context).map(|outcome| match outcome {
            Ok(outcome) => outcome.and_then(self.read),
            // Whoever would have said it is gone.
            Err(_) => Err(Error::closed()),
        })
    }
}

impl<T> std::fmt::Debug for Call<T> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Call").finish_non_exhaustive()
    }
}
