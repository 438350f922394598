//! The examples as a stranger gets them: with the package as it is published, and everything else from a registry.

use crate::{Outcome, node, test, tools};
use std::path::Path;
use std::time::Instant;

/// Packs the package, installs, type-checks, builds and starts each example, and signs in on it.
pub fn run(binary: &Path) -> Outcome<String> {
    node::check()?;
    node::install()?;
    node::script("build")?;
    test::needs_chromium()?;
    let since = Instant::now();
    let mut playwright =
        tools::command("npx", &["--no-install", "playwright", "test", "--config", "soak.config.ts"]);
    tools::run(playwright.current_dir(tools::root().join("e2e")).env("KEYRACK_BINARY", binary))?;
    let seconds = since.elapsed().as_secs_f64();
    Ok(format!(
        "examples: Next.js and Vite installed, type-checked, built, and signed in on in {seconds:.0} s"
    ))
}
