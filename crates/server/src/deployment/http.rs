//! `GET /deployment`: the one answer that never depends on a session.

use super::view::view;
use crate::app::Site;
use crate::http::answer;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use axum::Extension;
use axum::response::Response;
use keyrack_protocol::Deployment;
use std::sync::Arc;

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "The deployment. What an application needs to know before anybody signs in: fields, factors, links, \
                 look. It never depends on a session.";
    Routes::default().add(Operation::get::<Deployment>("/deployment", "getDeployment", about), show)
}

async fn show(Extension(site): Extension<Arc<Site>>) -> Response {
    answer::ok(view(&site))
}
