//! The one list that the router and the OpenAPI document are made of: nothing is served that is not in it, and
//! nothing is in it that is not served.

use super::layers::{BODY_LIMIT, FILE_LIMIT};
use super::operation::{Field, Operation};
use crate::app::Shared;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use axum::{Extension, Router};
use std::convert::Infallible;

/// Operations with what answers them.
#[derive(Debug, Default)]
pub struct Routes {
    router: Router<Shared>,
    operations: Vec<Operation>,
}

/// The fields that an operation says it takes: in a debug build it may read no others.
#[derive(Clone, Copy, Debug)]
pub struct Takes(pub &'static [Field]);

impl Takes {
    /// Bytes of a body that are read.
    #[must_use]
    pub fn body_limit(self) -> usize {
        if self.0.iter().any(|field| field.file) { FILE_LIMIT } else { BODY_LIMIT }
    }
}

impl Routes {
    /// Adds an operation.
    #[must_use]
    pub fn add<H: Handler<T, Shared>, T: 'static>(mut self, operation: Operation, handler: H) -> Self {
        // An operation has one of the methods that a filter knows.
        let method = MethodFilter::try_from(operation.method.clone()).unwrap_or(MethodFilter::GET);
        let takes = Takes(operation.fields.unwrap_or_default());
        let limit = DefaultBodyLimit::max(takes.body_limit());
        let handler = on(method, handler).layer::<_, Infallible>(limit).layer(Extension(takes));
        self.router = self.router.route(operation.path, handler);
        self.operations.push(operation);
        self
    }

    /// Adds those of another list.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.operations.extend(other.operations);
        self
    }

    /// What is in it.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What answers it.
    pub fn into_router(self) -> Router<Shared> {
        self.router
    }
}
