//! What is shown to whom the roles allow something.

use crate::use_session;
use leptos::either::Either;
use leptos::prelude::*;

/// Shows its children where the roles of the active sign-in allow something, otherwise the fallback, also to whoever is not
/// signed in; nothing while that is not known. They stay when another account that may do the same becomes the active one.
///
/// It decides what is shown, not what is allowed: that is for the backend, which verifies a token.
///
/// ```
/// # use keyrack_leptos::Protect;
/// # use leptos::prelude::*;
/// #[component]
/// fn Danger() -> impl IntoView {
///     view! {
///         <Protect permission="organization:admin" fallback=|| "Ask an administrator.">
///             <button>"Delete the organization"</button>
///         </Protect>
///     }
/// }
/// ```
#[component]
pub fn Protect(
    /// A permission of the deployment's catalogue, such as `organization:manage`.
    #[prop(into)]
    permission: Signal<String>,
    /// Shown to whom the roles do not allow it, and to whoever is not signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| permission.with(|permission| session.has(permission)));
    move || may.get().map(|may| if may { Either::Left(children()) } else { Either::Right(fallback.run()) })
}
