//! `GET /openapi.json`.

use super::document;
use crate::app::Site;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::front::Public;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use axum::Extension;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Any OpenAPI 3.1 document.
#[derive(JsonSchema)]
struct OpenApi {
    /// `3.1.0`.
    #[allow(dead_code, reason = "this describes the answer, which is made without it")]
    openapi: String,
}

type Documents = HashMap<String, OnceLock<Bytes>>;

/// The operation that describes all of them, itself among them.
#[must_use]
pub fn operation() -> Operation {
    let about = "This document. May be cached for five minutes.";
    Operation::get::<OpenApi>("/openapi.json", "getOpenApi", about).bare()
}

/// The route that describes `operations` as `sites` serve them.
pub fn routes(operations: Vec<Operation>, sites: &[Arc<Site>]) -> Routes {
    let documents = sites.iter().map(|site| (site.config.id.clone(), OnceLock::new()));
    let state: Arc<(Documents, Vec<Operation>)> = Arc::new((documents.collect(), operations));
    let answer = async move |Extension(site): Extension<Arc<Site>>| show(&site, &state.0, &state.1);
    Routes::default().add(operation(), answer)
}

/// The deployment's document, rendered once: the same for everybody, so any origin may read it.
fn show(site: &Site, documents: &Documents, operations: &[Operation]) -> Result<Response> {
    let kept = documents.get(&site.config.id);
    let body = match kept.and_then(OnceLock::get) {
        Some(body) => body.clone(),
        None => {
            let body = serde_json::to_vec(&document(operations, Some(site)));
            let body = Bytes::from(body.map_err(|cause| Error::internal("write the document", cause))?);
            kept.map_or(body.clone(), |kept| kept.get_or_init(|| body).clone())
        }
    };
    let mut response = answer::json(StatusCode::OK, body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response.extensions_mut().insert(Public);
    Ok(response)
}
