//! What ends the process.

#[cfg(unix)]
use crate::error::Error;
use crate::error::Result;

/// What ends the process cleanly: Ctrl-C, and where there is one, SIGTERM. Listening begins at once, so that
/// a signal that comes before [`Signals::wait`] is not lost.
pub(super) struct Signals {
    #[cfg(unix)]
    listened: [tokio::signal::unix::Signal; 2],
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let on = |kind| signal(kind).map_err(|cause| Error::internal("listen for signals", cause));
        Ok(Self { listened: [on(SignalKind::interrupt())?, on(SignalKind::terminate())?] })
    }

    #[cfg(unix)]
    pub(super) async fn wait(&mut self) {
        let [interrupt, terminate] = &mut self.listened;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    pub(super) async fn wait(&mut self) {
        // Without a handler nothing would ever be heard: then the process ends at once rather than never.
        let _ = tokio::signal::ctrl_c().await;
    }
}
