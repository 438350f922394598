//! Ids in a path.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use std::convert::Infallible;

/// The parts of the path that the operation names; what is no text is nobody's id.
#[derive(Clone, Debug, Default)]
pub struct Named(Vec<(String, String)>);

impl Named {
    /// The part that is called `name`, `""` when it could not be read.
    #[must_use]
    pub fn id(&self, name: &str) -> String {
        let part = self.0.iter().find(|(key, _)| key == name);
        part.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let all = |params: RawPathParams| params.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        Ok(Self(params.map(all).unwrap_or_default()))
    }
}
