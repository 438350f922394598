//! The page: the accounts of this browser on one side, what the hook sees of them on the other.

use crate::accounts::Accounts;
use crate::frame::Frame;
use crate::hook_panel::HookPanel;
use crate::private_api::PrivateApi;
use dioxus::prelude::*;
use keyrack_dioxus::use_session;

#[component]
pub fn Home() -> Element {
    rsx! {
        Frame {
            div { class: "intro",
                h1 { "One session, several accounts" }
                p {
                    "Sign in with as many accounts as you like and switch between them. Everything here comes from one hook, "
                    code { "use_session()" }
                    "."
                }
            }
            div { class: "columns",
                Accounts {}
                HookPanel {}
                PrivateApi {}
            }
            Stale {}
        }
    }
}

#[component]
fn Stale() -> Element {
    let is_stale = use_session().is_stale();
    rsx! {
        p { class: if is_stale { "stale stale-shown" } else { "stale" }, role: "status",
            if is_stale {
                "The server does not answer. What you see may be old."
            }
        }
    }
}
