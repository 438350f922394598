use dioxus::prelude::*;
use keyrack_dioxus::use_session;

#[component]
pub fn AccountSwitcher() -> Element {
    let session = use_session();
    let Some(shown) = session.session() else { return rsx! {} };
    rsx! {
        for sign_in in shown.signins.clone() {
            button {
                key: "{sign_in.id}",
                onclick: move |_| {
                    if let Some(loaded) = session.loaded() {
                        drop(loaded.switch_sign_in(&sign_in.id));
                    }
                },
                "{sign_in.user.email_address}"
            }
        }
    }
}
