//! `/admin/v1/signing-keys` and `/admin/v1/token-templates`: what the file and the clock decide, to be read.

use super::Said;
use crate::admin::tokens;
use crate::admin::view::{SigningKeys, TokenTemplates};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use axum::response::Response;

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "List signing keys. Those that sign tokens now, signed them before or will next; nothing of it is secret.";
    let keys = Operation::get::<SigningKeys>("/admin/v1/signing-keys", "listSigningKeys", about)
        .takes(&[])
        .of_backend(Scope::ConfigRead);
    let about =
        "List token templates. What `GET /session/token` can be asked for, as the configuration says.";
    let templates =
        Operation::get::<TokenTemplates>("/admin/v1/token-templates", "listTokenTemplates", about)
            .takes(&[])
            .of_backend(Scope::ConfigRead);
    Routes::default().add(keys, list_keys).add(templates, list_templates)
}

async fn list_keys(backend: Backend, _: Said) -> Result<Response> {
    backend.may(Scope::ConfigRead)?;
    Ok(answer::bare(&tokens::keys(&backend.site, backend.by().now)))
}

async fn list_templates(backend: Backend, _: Said) -> Result<Response> {
    backend.may(Scope::ConfigRead)?;
    Ok(answer::bare(&tokens::templates(&backend.site)))
}
