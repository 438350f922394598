//! The three examples of the documentation, each under its title, and the form of the crate beside them.

#[path = "../../../crates/dioxus/tests/examples/account_switcher.rs"]
mod account_switcher;
#[path = "../../../crates/dioxus/tests/examples/private_request_button.rs"]
mod private_request_button;
#[path = "../../../crates/dioxus/tests/examples/session_summary.rs"]
mod session_summary;

use crate::frame::Frame;
use account_switcher::AccountSwitcher;
use dioxus::prelude::*;
use keyrack_dioxus::{SignInForm, SignedOut};
use private_request_button::PrivateRequestButton;
use session_summary::SessionSummary;

#[component]
pub fn Examples() -> Element {
    rsx! {
        Frame {
            h1 { "Examples" }
            section { aria_label: "Read active session state", SessionSummary {} }
            section { aria_label: "Switch accounts", AccountSwitcher {} }
            section { aria_label: "Read a bearer token", PrivateRequestButton {} }
            section { aria_label: "The form",
                SignedOut {
                    SignInForm { elsewhere: "../../sign-in?prompt=login" }
                }
            }
        }
    }
}
