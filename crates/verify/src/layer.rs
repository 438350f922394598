use crate::{Claims, Refusal, Verifier};
use http::{Request, Response};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// What became of the token of one request, among the request's extensions.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The claims, or why there are none.
    pub outcome: Result<Claims, Refusal>,
    verifier: Verifier,
}

impl Verified {
    /// The verifier that judged it, for whatever else is to be asked of the claims ([`Verifier::check_fresh`]).
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }
}

/// A tower layer that verifies the token of each request and puts a [`Verified`] into its extensions. It lets everybody
/// through, unless it is [`VerifyLayer::required`]: the extractors refuse.
#[derive(Clone, Debug)]
pub struct VerifyLayer {
    verifier: Verifier,
    required: bool,
}

impl VerifyLayer {
    /// A layer that lets everybody through.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, required: false }
    }

    /// A layer that lets through whoever has a good token, and answers all others itself.
    #[must_use]
    pub fn required(verifier: Verifier) -> Self {
        Self { verifier, required: true }
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verifying<S>;

    fn layer(&self, inner: S) -> Verifying<S> {
        Verifying { inner, layer: self.clone() }
    }
}

/// A service behind a [`VerifyLayer`].
#[derive(Clone, Debug)]
pub struct Verifying<S> {
    inner: S,
    layer: VerifyLayer,
}

/// An answer that is under way.
type Answer<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for Verifying<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Answer<S::Response, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that was made ready goes with the request; a copy of it may not be.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        let VerifyLayer { verifier, required } = self.layer.clone();
        Box::pin(async move {
            let outcome = verifier.verify_headers(request.headers()).await;
            if let (true, Err(refusal)) = (required, &outcome) {
                return Ok(refusal.response());
            }
            request.extensions_mut().insert(Verified { outcome, verifier });
            inner.call(request).await
        })
    }
}
