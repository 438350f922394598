//! What Clippy says of what is compiled for browsers: other code than that of the same crates on a machine.

use super::demo;
use super::toolchain::{TARGET, Toolchain};
use crate::{Outcome, tools};

/// Fails where it says anything.
pub fn lint() -> Outcome {
    let toolchain = Toolchain::find()?;
    let clippy = toolchain.clippy()?;
    let mut cargo = tools::command("cargo", &[if clippy.is_some() { "check" } else { "clippy" }]);
    toolchain.apply(&mut cargo);
    cargo
        .args(["--quiet", "--profile", "wasm", "--target", TARGET, "--target-dir"])
        .arg(tools::built("wasm")?);
    for package in ["client", "dioxus", "leptos"].into_iter().chain(demo::all()) {
        cargo.args(["--package", &format!("keyrack-{package}")]);
    }
    cargo.args(["--lib", "--bins", "--example", "browser", "--example", "hydrated"]);
    match clippy {
        // What `cargo clippy` does, which knows no compiler but its own.
        Some(clippy) => cargo.env("RUSTC_WORKSPACE_WRAPPER", clippy).env("CLIPPY_ARGS", "-Dwarnings"),
        None => cargo.args(["--", "-D", "warnings"]),
    };
    tools::run(&mut cargo)
}
