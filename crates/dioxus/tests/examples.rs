//! The three examples of the documentation, rendered. In a browser they are a page of apps/demo-dioxus.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "other tests use the rest of what they share")]

#[path = "examples/account_switcher.rs"]
mod account_switcher;
#[path = "examples/private_request_button.rs"]
mod private_request_button;
#[path = "examples/session_summary.rs"]
mod session_summary;
mod support;

use account_switcher::AccountSwitcher;
use dioxus::prelude::*;
use private_request_button::PrivateRequestButton;
use session_summary::SessionSummary;
use support::page::{Page, session};

#[test]
fn h01_the_three_documented_examples_show_a_session_and_nothing_before() {
    let mut page = Page::open(None, || {
        rsx! {
            SessionSummary {}
            AccountSwitcher {}
            PrivateRequestButton {}
        }
    });
    assert_eq!(page.shows(), "");
    page.answer(Some(&session(1, &["ada", "bob"])));
    assert_eq!(
        page.shows(),
        "<div>ada@example.com</div><button>ada@example.com</button><button>bob@example.com</button>\
         <button>Call private API</button>"
    );
}
