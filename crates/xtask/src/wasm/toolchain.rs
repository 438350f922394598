//! What compiles for `wasm32-unknown-unknown`: the target that rustup has installed, or else Debian's compiler for such
//! programs, whose own standard library is built once. Nothing of it lies in the tree.

use crate::{Outcome, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const TARGET: &str = "wasm32-unknown-unknown";

const HELP: &str = "Install it with `rustup target add wasm32-unknown-unknown` and try again.";

/// A compiler that has the target.
pub enum Toolchain {
    /// The one that cargo uses anyway.
    Own,
    /// Another one, in place of it, and rustup's linker for it.
    Debian { rustc: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// The one that is there, or one that is fetched.
    pub fn find() -> Outcome<Self> {
        let sysroot = PathBuf::from(tools::output(&mut tools::command("rustc", &["--print", "sysroot"]))?);
        let own = sysroot.join("lib/rustlib").join(TARGET).join("lib");
        if own.is_dir() {
            return Ok(Self::Own);
        }
        let host = tools::output(&mut tools::command("rustc", &["--print", "host-tuple"]))?;
        let linker = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
        let rustc = debian()?;
        Ok(Self::Debian { rustc, linker })
    }

    /// Has cargo use it.
    pub fn apply(&self, cargo: &mut Command) {
        if let Self::Debian { rustc, linker } = self {
            cargo.env("RUSTC", rustc).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
}

impl Toolchain {
    /// What lints in the compiler's place, where that is not the one that cargo has: Debian's of the same version, which is
    /// fetched once and lies beside it.
    pub fn clippy(&self) -> Outcome<Option<PathBuf>> {
        let Self::Debian { rustc, .. } = self else { return Ok(None) };
        let folder = rustc.parent().unwrap_or(rustc).to_owned();
        let driver = folder.join("clippy");
        if !driver.exists() {
            let version = folder.file_name().unwrap_or_default().to_string_lossy().replace("rustc-web-", "");
            let package = format!("rust-web-clippy={version}");
            println!("fetching Debian's {package}, once");
            download(&folder, &[&package])?;
            return script(&folder, "clippy", "clippy-driver").map(Some);
        }
        Ok(Some(driver))
    }
}

/// Where things lie that are fetched once: `keyrack/wasm` in the user's cache.
pub fn cache() -> Outcome<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let cache = named.or_else(home).ok_or("neither XDG_CACHE_HOME nor HOME says where the cache is")?;
    Ok(cache.join("keyrack/wasm"))
}

/// Debian's compiler in the cache, under its version; put there when it is not.
fn debian() -> Outcome<PathBuf> {
    if !tools::exists("apt-get") || !tools::exists("dpkg") {
        return Err(format!("The compiler's part for {TARGET} is missing. {HELP}"));
    }
    let missing = |why| {
        format!("The compiler's part for {TARGET} is missing, and Debian's could not be had: {why}. {HELP}")
    };
    let version = candidate("rustc-web").map_err(missing)?;
    let folder = cache()?.join(format!("rustc-web-{version}"));
    let rustc = folder.join("rustc");
    if !rustc.exists() {
        println!("fetching Debian's rustc-web {version} into {}, once", folder.display());
        fetch(&folder, &version).map_err(missing)?;
    }
    Ok(rustc)
}

fn candidate(package: &str) -> Outcome<String> {
    let policy = tools::output(tools::command("apt-cache", &["policy", package]).env("LC_ALL", "C"))?;
    let candidate = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "));
    candidate
        .filter(|version| *version != "(none)")
        .map(str::to_owned)
        .ok_or_else(|| format!("apt knows no package {package}"))
}

/// Fills a folder beside, and gives it its name when everything is there.
fn fetch(folder: &Path, version: &str) -> Outcome {
    let beside = folder.with_extension("new");
    drop(std::fs::remove_dir_all(&beside));
    make(&beside)?;
    let series = version.split('.').take(2).collect::<Vec<_>>().join(".");
    let standard = format!("libstd-rust-web-{series}");
    let llvm = llvm_of(&standard)?;
    let packages = ["rustc-web", "libstd-rust-web-dev", &standard, "rust-web-src", &llvm];
    download(&beside, &packages)?;
    let rustc = script(&beside, "rustc", "rustc")?;
    standard_library(&beside, &rustc)?;
    drop(std::fs::remove_dir_all(folder));
    std::fs::rename(&beside, folder).map_err(|error| format!("cannot name {}: {error}", folder.display()))
}

/// Fetches packages, and has what is in them in a folder.
fn download(folder: &Path, packages: &[&str]) -> Outcome {
    tools::run(tools::command("apt-get", &["download", "-qq"]).args(packages).current_dir(folder))?;
    for package in files(folder, "deb")? {
        tools::run(tools::command("dpkg", &["-x"]).arg(&package).arg(folder))?;
        remove(&package)?;
    }
    Ok(())
}

/// What runs a program of the folder with its libraries. It finds them by where it lies, so that all of it may move afterwards.
fn script(folder: &Path, name: &str, program: &str) -> Outcome<PathBuf> {
    let path = folder.join(name);
    let lines = format!(
        "#!/bin/sh\nhere=$(dirname \"$(readlink -f \"$0\")\")\n\
         LD_LIBRARY_PATH=\"$here/usr/lib/x86_64-linux-gnu\" exec \"$here/usr/bin/{program}\" \"$@\"\n"
    );
    std::fs::write(&path, lines).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    tools::run(tools::command("chmod", &["+x"]).arg(&path))?;
    Ok(path)
}

/// The package of LLVM that a package wants.
fn llvm_of(package: &str) -> Outcome<String> {
    let depends = tools::output(tools::command("apt-cache", &["depends", package]).env("LC_ALL", "C"))?;
    let names = depends.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    names
        .map(|name| name.trim_matches(['<', '>']))
        .find(|name| name.starts_with("libllvm"))
        .map(str::to_owned)
        .ok_or_else(|| format!("{package} names no libllvm"))
}

/// Builds the standard library for the target out of its own source, and puts it beside the compiler.
fn standard_library(root: &Path, rustc: &Path) -> Outcome {
    let empty = root.join("empty");
    make(&empty.join("src"))?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    for (path, text) in [("Cargo.toml", manifest), ("src/lib.rs", "#![no_std]\n")] {
        let path = empty.join(path);
        std::fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let arguments = ["build", "--quiet", "--release", "-Z", "build-std=std,panic_abort", "--target", TARGET];
    let mut cargo = tools::command("cargo", &arguments);
    cargo.current_dir(&empty).env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
    cargo.env("RUSTFLAGS", "-Cembed-bitcode=yes").env("CARGO_TARGET_DIR", empty.join("target"));
    tools::run(&mut cargo)?;
    let there = root.join("usr/lib/rustlib").join(TARGET).join("lib");
    make(&there)?;
    for library in files(&empty.join("target").join(TARGET).join("release/deps"), "rlib")? {
        let to = there.join(library.file_name().unwrap_or_default());
        std::fs::copy(&library, &to).map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    }
    std::fs::remove_dir_all(&empty).map_err(|error| format!("cannot remove {}: {error}", empty.display()))
}

fn make(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))
}

fn remove(file: &Path) -> Outcome {
    std::fs::remove_file(file).map_err(|error| format!("cannot remove {}: {error}", file.display()))
}

/// The files of a folder with this ending.
fn files(folder: &Path, ending: &str) -> Outcome<Vec<PathBuf>> {
    let entries = folder.read_dir().map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension().is_some_and(|one| one == ending)).collect())
}
