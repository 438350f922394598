//! Programs for browsers: compiled, bound to JavaScript, made small, and held to a size.

mod demo;
mod lint;
mod programs;
mod toolchain;

use crate::{Outcome, tools};
use std::path::{Path, PathBuf};
use toolchain::{TARGET, Toolchain};

pub use lint::lint;

/// What `cargo build` is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// The program of a package, or its library where that is a `cdylib`.
    Package(&'a str),
    /// An example of a package.
    Example(&'a str, &'a str),
}

/// What the client alone may cost a browser, in kilobytes of brotli: an example that uses all of it.
const CLIENT: u64 = 90;

/// Has Leptos forget the types of views: a page is otherwise one type, and code for each part of it is what a browser loads.
/// Demos only: what takes over a server's page is compiled as that server is.
const ERASED: &str = "target.wasm32-unknown-unknown.rustflags=[\"--cfg\", \"erase_components\"]";

/// What a browser loads of one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The program, in bytes of brotli.
    pub wasm: u64,
    /// What binds it to the page, in the same.
    pub script: u64,
}

/// Builds these demos, or without any everything, and fails where something is too large.
pub fn wasm(names: &[String]) -> Outcome {
    if let Some(unknown) = names.iter().find(|name| !demo::all().any(|demo| demo == name.as_str())) {
        return Err(format!("there is no demo {unknown} in apps"));
    }
    let mut over = Vec::new();
    if names.is_empty() {
        let folder = tools::built("wasm")?.join("out");
        build(Source::Example("keyrack-client", "browser"), &folder)?;
        over.extend(excess("keyrack-client", &folder, CLIENT)?);
        // What takes over a page that a server has rendered: the browser tests have it.
        build(Source::Example("keyrack-leptos", "hydrated"), &tools::built("wasm")?.join("hydrated"))?;
    }
    for name in demo::all().filter(|name| names.is_empty() || names.iter().any(|one| one == name)) {
        demo::demo(name)?;
        over.extend(excess(name, &tools::root().join("apps").join(name).join("dist"), demo::budget(name))?);
    }
    if over.is_empty() { Ok(()) } else { Err(over.join("; ")) }
}

/// Says how large a program is, and what is wrong with that.
fn excess(name: &str, folder: &Path, budget: u64) -> Outcome<Option<String>> {
    let Size { wasm, script } = size(folder)?;
    let kilobytes = |bytes: u64| format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100);
    let [program, binding, both] = [wasm, script, wasm + script].map(kilobytes);
    println!("{name}: {both} of brotli, at most {budget}: {program} of WebAssembly, {binding} of JavaScript");
    Ok((wasm + script > budget * 1_000).then(|| format!("{name} is {both} and may be {budget}")))
}

/// Builds it into `folder`, as `app.js` and `app_bg.wasm`; what is there already and up to date stays.
///
/// The module's default export starts the program: `import start from './app.js'; await start();`
pub fn build(source: Source<'_>, folder: &Path) -> Outcome {
    let toolchain = Toolchain::find()?;
    let compiled = compile(source, &toolchain)?;
    let made = folder.join("app_bg.wasm");
    if tools::changed(&made).is_some_and(|made| Some(made) >= tools::changed(&compiled)) {
        return Ok(());
    }
    let bindgen = programs::bindgen()?;
    let mut bind = tools::command(bindgen, &["--target", "web", "--no-typescript", "--out-name", "app"]);
    tools::run(bind.arg("--out-dir").arg(folder).arg(&compiled))?;
    let smaller = programs::shrink(&made).and_then(|()| programs::shorten(&folder.join("app.js")));
    smaller.inspect_err(|_| {
        // What is half done counts as up to date otherwise.
        drop(std::fs::remove_file(&made));
    })
}

/// The program as cargo makes it. A folder of its own: another compiler may have made it than makes everything else.
fn compile(source: Source<'_>, toolchain: &Toolchain) -> Outcome<PathBuf> {
    let target = tools::built("wasm")?;
    let mut cargo = tools::command("cargo", &["build", "--quiet", "--profile", "wasm", "--target", TARGET]);
    toolchain.apply(&mut cargo);
    let folder = target.join(TARGET).join("wasm");
    let (folder, name) = match source {
        Source::Package(package) => {
            cargo.args(["--config", ERASED, "--package", package]);
            (folder, package)
        }
        Source::Example(package, example) => {
            cargo.args(["--package", package, "--example", example]);
            (folder.join("examples"), example)
        }
    };
    tools::run(cargo.arg("--target-dir").arg(&target))?;
    // A library has other letters in its name than a program.
    let found = [name.to_owned(), name.replace('-', "_")].map(|name| folder.join(name + ".wasm"));
    found
        .into_iter()
        .max_by_key(|path| tools::changed(path))
        .filter(|path| path.exists())
        .ok_or_else(|| format!("cargo made no program of {name} in {}", folder.display()))
}

/// What a browser loads of a folder that [`build`] has filled.
pub fn size(folder: &Path) -> Outcome<Size> {
    let brotli = |name: &str| {
        let script = "const z = require('zlib'), b = require('fs').readFileSync(process.argv[1]);\
                      console.log(z.brotliCompressSync(b, { params: { [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length } }).length)";
        let printed = tools::output(tools::command("node", &["--eval", script]).arg(folder.join(name)))?;
        printed.parse().map_err(|_| format!("not a size: {printed}"))
    };
    Ok(Size { wasm: brotli("app_bg.wasm")?, script: brotli("app.js")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_loads_the_program_and_its_script_as_brotli() {
        let folder = tools::scratch("wasm-size").unwrap();
        std::fs::write(folder.join("app.js"), "a".repeat(10_000)).unwrap();
        std::fs::write(folder.join("app_bg.wasm"), "").unwrap();
        let Size { wasm, script } = size(&folder).unwrap();
        assert!(wasm < 5 && script < 100, "{wasm} {script}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
