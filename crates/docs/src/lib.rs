//! The pages of `docs/` that show Rust, as documentation of this crate: `cargo test` compiles what they show. They are here and
//! not in the crates that they are of, whose packages have no `docs/`.

/// `docs/CLIENT.md`.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/CLIENT.md")]
pub mod client {}

/// `docs/DIOXUS.md`.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/DIOXUS.md")]
pub mod dioxus {}

/// `docs/LEPTOS.md`.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/LEPTOS.md")]
pub mod leptos {}
