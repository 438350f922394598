//! What is shown to those whose roles allow something.

use crate::prelude::*;
use crate::use_session;

/// Shows its children where the roles of the active sign-in allow something, otherwise the fallback; nothing while that is
/// not known. They stay mounted when another account that may do the same becomes the active one.
///
/// It decides what is shown, not what is allowed: that is for the backend, which verifies a token.
#[component]
pub fn Protect(
    /// A permission of the deployment's catalogue, such as `organization:manage`.
    #[props(into)]
    permission: String,
    /// Shown to whom the roles do not allow it, and to whoever is not signed in.
    fallback: Option<Element>,
    children: Element,
) -> Element {
    match use_session().has(&permission) {
        None => rsx! {},
        Some(true) => rsx! {
            {children}
        },
        Some(false) => fallback.unwrap_or_else(|| rsx! {}),
    }
}
