//! `keyrack-foreign-wacht ORIGIN < TOKENS`: a line for each token of standard input, `null` when it is refused, or what it
//! says, as JSON. The public keys are fetched from the origin, which is the issuer, too.

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::error::Error;
use tower::{Layer, ServiceExt, service_fn};
use wacht::middleware::{AuthContext, AuthLayer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let origin = std::env::args().nth(1).ok_or("which origin?")?;
    let config = wacht::WachtConfig::new("unused", origin.as_str()).load_public_key().await?;
    wacht::init(config)?;
    let layer = AuthLayer::new().required_issuer(origin);
    for token in std::io::stdin().lines() {
        let request = Request::builder().header("authorization", format!("Bearer {}", token?));
        let answer = layer.layer(service_fn(said)).oneshot(request.body(Body::empty())?).await?;
        let judged = match answer.status() {
            StatusCode::OK => answer.extensions().get::<Value>().cloned().ok_or("nothing was said")?,
            StatusCode::UNAUTHORIZED => Value::Null,
            other => return Err(format!("neither taken nor refused: {other}").into()),
        };
        println!("{judged}");
    }
    Ok(())
}

/// What a backend behind the layer is told of whoever asks.
async fn said(request: Request) -> Result<Response, Infallible> {
    let mut answer = Response::new(Body::empty());
    if let Some(auth) = request.extensions().get::<AuthContext>() {
        let permissions = auth.permissions.as_ref();
        answer.extensions_mut().insert(json!({
            "user": auth.user_id,
            "session": auth.session_id,
            "organization": auth.organization_id,
            "workspace": auth.workspace_id,
            "of_organization": permissions.and_then(|it| it.organization.as_ref()),
            "of_workspace": permissions.and_then(|it| it.workspace.as_ref()),
        }));
    }
    Ok(answer)
}
