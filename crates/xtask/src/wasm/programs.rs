//! Programs that make the compiled one fit for a browser, fetched once into the cache.

use super::toolchain::cache;
use crate::{Outcome, tools};
use std::path::{Path, PathBuf};

/// What makes a program smaller by what it knows of the whole of it. An npm package, which needs no compiler of its own.
const BINARYEN: &str = "binaryen@132.0.0";

/// What writes a script shorter: the one that the pages are built with.
const ESBUILD: &str = "esbuild@0.28.2";

/// What the compiler may write for this target, and nothing that fewer browsers have.
const FEATURES: [&str; 6] = [
    "bulk-memory",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// `wasm-bindgen`, of the very version that the programs are linked with: no other reads what that has written.
pub fn bindgen() -> Outcome<PathBuf> {
    let lock = tools::root().join("Cargo.lock");
    let text =
        std::fs::read_to_string(&lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
    let version = locked(&text, "wasm-bindgen").ok_or("Cargo.lock has no wasm-bindgen")?;
    let root = cache()?.join(format!("bindgen-{version}"));
    let program = root.join("bin/wasm-bindgen");
    if !program.exists() {
        println!("installing wasm-bindgen {version} into {}, once", root.display());
        // Its own lock file is not asked: it names what was new when it was published.
        let mut cargo =
            tools::command("cargo", &["install", "--quiet", "wasm-bindgen-cli", "--version", version]);
        tools::run(cargo.arg("--root").arg(&root).arg("--target-dir").arg(root.join("target")))?;
        drop(std::fs::remove_dir_all(root.join("target")));
    }
    Ok(program)
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let named = format!("name = \"{package}\"\nversion = \"");
    lock.split_once(&named)?.1.split('"').next()
}

/// What makes a program smaller to load. Not `-Oz`: its program has fewer bytes, and they compress so much worse that a
/// browser loads a tenth more. The compiler has made them small already; what is alike stands together afterwards.
const PASSES: [&str; 5] = [
    "--duplicate-function-elimination",
    "--remove-unused-module-elements",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
];

/// Makes a program smaller, in its place.
pub fn shrink(program: &Path) -> Outcome {
    let optimize = npm(BINARYEN, "binaryen/bin/wasm-opt")?;
    let mut node = tools::command("node", &[]);
    node.arg(&optimize).arg(program).args(FEATURES.map(|feature| format!("--enable-{feature}")));
    node.args(PASSES).arg("-o").arg(program);
    tools::run(&mut node)
}

/// Writes a script shorter, in its place.
pub fn shorten(script: &Path) -> Outcome {
    let esbuild = npm(ESBUILD, "esbuild/bin/esbuild")?;
    let mut esbuild = tools::command(esbuild, &["--minify", "--format=esm", "--log-level=warning"]);
    let mut outfile = std::ffi::OsString::from("--outfile=");
    outfile.push(script);
    tools::run(esbuild.arg(script).arg("--allow-overwrite").arg(outfile))
}

/// A program of an npm package, which is fetched once.
fn npm(package: &str, program: &str) -> Outcome<PathBuf> {
    let root = cache()?.join(package.replace('@', "-"));
    let program = root.join("node_modules").join(program);
    if !program.exists() {
        println!("installing {package} into {}, once", root.display());
        std::fs::create_dir_all(&root).map_err(|error| format!("cannot make {}: {error}", root.display()))?;
        let mut npm = tools::command(
            "npm",
            &["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", package],
        );
        tools::run(npm.arg("--prefix").arg(&root).current_dir(&root))?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::locked;

    #[test]
    fn the_version_of_a_package_stands_below_its_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.8\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked(lock, "wasm"), None);
    }
}
