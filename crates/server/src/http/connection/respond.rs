//! What a connection asks for its answers.

use super::super::Head;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use std::pin::Pin;

/// An answer that is waited for.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests.
pub trait Respond: Clone + Send + Sync + 'static {
    /// The answer to a request without a body, if its head says all and nothing need be waited for; none sends it to
    /// [`Respond::respond`].
    fn at_once(&self, head: &Head<'_>) -> Option<Response>;

    /// The answer. The request finds its peer in `ConnectInfo`.
    fn respond<Peer: Clone + Send + Sync + 'static>(
        &self,
        request: Request,
        peer: &ConnectInfo<Peer>,
    ) -> Answering;
}

impl Respond for Router {
    fn at_once(&self, _: &Head<'_>) -> Option<Response> {
        None
    }

    fn respond<Peer: Clone + Send + Sync + 'static>(
        &self,
        mut request: Request,
        peer: &ConnectInfo<Peer>,
    ) -> Answering {
        request.extensions_mut().insert(peer.clone());
        let answer = TowerToHyperService::new(self.clone()).call(request);
        Box::pin(async move {
            match answer.await {
                Ok(answer) => answer,
                Err(never) => match never {},
            }
        })
    }
}
