//! Header and main part of every page.

use crate::browser;
use dioxus::prelude::*;

#[component]
pub fn Frame(children: Element) -> Element {
    let here = browser::page();
    let current = |page: &str| (here == page).then_some("page");
    rsx! {
        header { class: "top",
            a { class: "brand", href: "./", aria_label: "Keyrack demo",
                Mark {}
                span { "Keyrack" }
            }
            nav { aria_label: "Pages",
                a { href: "./", aria_current: current(""), "Demo" }
                a { href: "team", aria_current: current("team"), "Team" }
                a { href: "../../outbox", "Outbox" }
                a { href: "../../accounts", "Hosted pages" }
            }
        }
        main { {children} }
    }
}

/// Keys on a rail, one of them in use.
#[component]
fn Mark() -> Element {
    rsx! {
        svg {
            view_box: "0 0 32 24",
            width: "32",
            height: "24",
            "aria-hidden": "true",
            fill: "none",
            stroke: "currentColor",
            stroke_width: "2",
            path { d: "M2 4h28", stroke_linecap: "round" }
            circle { cx: "8", cy: "9", r: "2.6" }
            path { d: "M8 11.6V17" }
            g { class: "mark-active",
                circle { cx: "16", cy: "10", r: "3" }
                path { d: "M16 13v9m0-2.5h3" }
            }
            circle { cx: "24", cy: "9", r: "2.6" }
            path { d: "M24 11.6V17" }
        }
    }
}
