//! `GET /pictures/{picture_id}`.

use super::store;
use crate::app::{Shared, Site};
use crate::error::Result;
use crate::http::front::Public;
use crate::http::named::Named;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::id::PictureId;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};
use keyrack_protocol::Code;
use std::sync::Arc;

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "A picture. Of an organization or workspace; whoever has its address may see it, and it never changes: \
                 another picture has another address.";
    let show_it = Operation::get::<()>("/pictures/{picture_id}", "getPicture", about)
        .picture()
        .refuses(&[Code::PictureNotFound, Code::Unavailable]);
    Routes::default().add(show_it, show)
}

/// For pages of any origin and any cache.
async fn show(
    State(app): State<Shared>,
    Extension(site): Extension<Arc<Site>>,
    path: Named,
) -> Result<Response> {
    let id = PictureId::parse(&path.id("picture_id")).ok_or(Code::PictureNotFound)?;
    let found = app.db.read_single(move |on| store::find(on, &site.config.id, id.as_str())).await?;
    let picture = found.ok_or(Code::PictureNotFound)?;
    let mut response = Response::new(Body::from(picture.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(picture.kind.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    let anywhere = HeaderValue::from_static("cross-origin");
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), anywhere);
    response.extensions_mut().insert(Public);
    Ok(response)
}
