//! The JavaScript half: Node, the npm packages and what is built from them.

use crate::{Outcome, tools};
use std::path::PathBuf;

const NODE_HELP: &str = "The pages are built with it. Get Node from https://nodejs.org, on Debian and Ubuntu \
                         with `sudo apt-get install nodejs npm`, on macOS with `brew install node`; then run this \
                         again.";
const RUST_HELP: &str = "Get it with `rustup update stable`, or rustup itself from https://rustup.rs; then run this \
                         again.";

/// Checks that Node is there and new enough.
pub fn check() -> Outcome {
    let version = tools::output(&mut tools::command("node", &["--version"])).ok();
    enough("Node", version.as_deref(), &[20, 19], NODE_HELP)?;
    tools::output(&mut tools::command("npm", &["--version"]))
        .map(drop)
        .map_err(|_| format!("npm, which comes with Node, was not found on the PATH. {NODE_HELP}"))
}

/// Checks that the Rust compiler is new enough.
pub fn check_rust() -> Outcome {
    let version = tools::output(&mut tools::command("rustc", &["--version"])).ok();
    let number = version.as_deref().and_then(|text| text.split_whitespace().nth(1));
    enough("Rust", number, &[1, 95], RUST_HELP)
}

/// Whether `version` (such as `v20.1.0`) is at least `least`.
fn enough(name: &str, version: Option<&str>, least: &[u32], help: &str) -> Outcome {
    let wanted = least.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    let Some(version) = version else {
        return Err(format!("{name} {wanted} or newer is needed and was not found on the PATH. {help}"));
    };
    let numbers: Vec<u32> =
        version.trim_start_matches('v').split('.').map_while(|part| part.parse().ok()).collect();
    if numbers.as_slice() >= least {
        return Ok(());
    }
    Err(format!("{name} {wanted} or newer is needed, and {version} was found. {help}"))
}

/// Installs the packages of the lock file, unless they are there.
pub fn install() -> Outcome {
    let root = tools::root();
    let lock = tools::newest(&[root.join("package-lock.json")]);
    let installed = tools::changed(&root.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        println!("npm packages are up to date");
        return Ok(());
    }
    tools::run(&mut tools::command("npm", &["ci", "--no-audit", "--no-fund"]))
}

/// Runs a script of the root's package.json.
pub fn script(name: &str) -> Outcome {
    tools::run(&mut tools::command("npm", &["run", name]))
}

/// Builds the pages, unless all of them are newer than everything that they are built from.
pub fn build_if_older() -> Outcome {
    let root = tools::root();
    let built =
        ["apps/demo", "apps/pages"].map(|app| tools::changed(&root.join(app).join("dist/index.html")));
    let mut sources: Vec<PathBuf> =
        ["package-lock.json", "package.json", "tsconfig.base.json", "packages/react", "packages/server"]
            .iter()
            .map(|path| root.join(path))
            .collect();
    sources.extend(["apps/demo", "apps/pages"].iter().flat_map(|app| page_sources(&root.join(app))));
    let newest = tools::newest(&sources);
    if built.iter().all(|page| page.is_some() && *page >= newest) {
        println!("the pages are up to date");
        return Ok(());
    }
    script("build")
}

/// Everything of an application but a backend, which is not part of its page.
fn page_sources(app: &std::path::Path) -> Vec<PathBuf> {
    let entries = app.read_dir().into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    entries.filter(|path| !path.ends_with("backend")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, fits) in
            [("v20.19.0", true), ("v22.4.1", true), ("v20.18.3", false), ("v9.1", false), ("", false)]
        {
            assert_eq!(enough("Node", Some(version), &[20, 19], "").is_ok(), fits, "{version}");
        }
        for (version, fits) in
            [("1.95.0", true), ("2.0.0", true), ("1.100.0-nightly", true), ("1.94.1", false)]
        {
            assert_eq!(enough("Rust", Some(version), &[1, 95], "").is_ok(), fits, "{version}");
        }
    }

    #[test]
    fn whoever_lacks_something_reads_how_to_get_it() {
        let said = enough("Node", None, &[20, 19], NODE_HELP).unwrap_err();
        assert!(
            said.starts_with("Node 20.19 or newer is needed and was not found")
                && said.contains("nodejs.org")
        );
        let said = enough("Rust", Some("1.80.1"), &[1, 95], RUST_HELP).unwrap_err();
        assert!(
            said.starts_with("Rust 1.95 or newer is needed, and 1.80.1 was found") && said.contains("rustup")
        );
    }

    #[test]
    fn the_compiler_of_this_test_is_new_enough() {
        check_rust().unwrap();
    }
}
