//! Header and main part of every page.

use crate::wire;
use leptos::prelude::*;

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let here = wire::place();
    let current = |page: &str| (here == page).then_some("page");
    let hosted = format!("{}/", wire::own_address());
    view! {
        <header class="top">
            <a class="brand" href="./" aria-label="Keyrack demo">
                <Mark />
                <span>"Keyrack"</span>
            </a>
            <nav aria-label="Pages">
                <a href="./" aria-current=current("")>
                    "Demo"
                </a>
                <a href="team" aria-current=current("team")>
                    "Team"
                </a>
                <a href=format!("{hosted}profile")>"Account"</a>
                <a href=format!("{hosted}outbox")>"Outbox"</a>
                <a href=format!("{hosted}accounts")>"Hosted pages"</a>
            </nav>
        </header>
        <main>{children()}</main>
    }
}

/// Keys on a rail, one of them in use.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg
            viewBox="0 0 32 24"
            width="32"
            height="24"
            aria-hidden="true"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
        >
            <path d="M2 4h28" stroke-linecap="round" />
            <circle cx="8" cy="9" r="2.6" />
            <path d="M8 11.6V17" />
            <g class="mark-active">
                <circle cx="16" cy="10" r="3" />
                <path d="M16 13v9m0-2.5h3" />
            </g>
            <circle cx="24" cy="9" r="2.6" />
            <path d="M24 11.6V17" />
        </svg>
    }
}
