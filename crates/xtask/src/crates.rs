//! The crates as they would be published: packed by cargo without a warning, and whole wherever they are unpacked.

use crate::{Outcome, tools};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What programs depend on. Everything else of the workspace stays in it.
const PUBLISHED: [&str; 5] =
    ["keyrack-client", "keyrack-dioxus", "keyrack-leptos", "keyrack-protocol", "keyrack-verify"];

/// What nobody publishes a crate without.
const NEEDED: [&str; 5] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs"];

/// Packs all of them and looks at what was packed.
pub fn check() -> Outcome {
    the_same(&publishable()?)?;
    let folder = tools::built("crates")?;
    // What was packed before says nothing of now.
    drop(std::fs::remove_dir_all(&folder));
    pack(&folder)?;
    let mut wrong = Vec::new();
    for name in PUBLISHED {
        let root = unpack(&folder, name)?;
        let missing = NEEDED.iter().filter(|file| !has_text(&root.join(file)));
        wrong.extend(missing.map(|file| format!("{name}: {file} is missing")));
        for file in files(&root)? {
            wrong.extend(
                complaints(&root, &file)?.into_iter().map(|complaint| format!("{name}: {complaint}")),
            );
        }
    }
    if wrong.is_empty() {
        println!("{} crates are ready to be published", PUBLISHED.len());
        return Ok(());
    }
    Err(wrong.join("\n"))
}

/// The packages of the workspace that may be published, by name.
fn publishable() -> Outcome<Vec<String>> {
    let args = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let said = tools::output(&mut tools::command("cargo", &args))?;
    let said: Value = serde_json::from_str(&said).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = said["packages"].as_array().cloned().unwrap_or_default();
    // None is what may go anywhere; an empty list is what may go nowhere.
    let may = packages.iter().filter(|package| package["publish"].is_null());
    Ok(may.filter_map(|package| package["name"].as_str().map(str::to_owned)).collect())
}

fn the_same(publishable: &[String]) -> Outcome {
    let mut names: Vec<&str> = publishable.iter().map(String::as_str).collect();
    names.sort_unstable();
    if names == PUBLISHED {
        return Ok(());
    }
    Err(format!("`publish = true` is said by {names:?}, and it should be by {PUBLISHED:?}"))
}

/// All at once: one that depends on another is packed as if that were published.
fn pack(folder: &Path) -> Outcome {
    let mut cargo = tools::command("cargo", &["package", "--no-verify", "--allow-dirty", "--offline"]);
    cargo.env("CARGO_TERM_COLOR", "never").arg("--target-dir").arg(folder);
    for name in PUBLISHED {
        cargo.args(["--package", name]);
    }
    let done = cargo.output().map_err(|error| format!("cargo cannot be started: {error}"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    if done.status.success() && !said.contains("warning:") {
        return Ok(());
    }
    Err(format!("`cargo package` is not content:\n{}", said.trim()))
}

/// Unpacks a crate beside its package; returns the folder with its files.
fn unpack(folder: &Path, name: &str) -> Outcome<PathBuf> {
    let folder = folder.join("package");
    let packages = folder.read_dir().map_err(|error| format!("{}: {error}", folder.display()))?;
    let prefix = format!("{name}-");
    let package = packages
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            path.extension().is_some_and(|end| end == "crate") && stem.starts_with(&prefix)
        })
        .ok_or_else(|| format!("{name} was not packed"))?;
    tools::run(tools::command("tar", &["-xzf"]).arg(&package).arg("-C").arg(&folder))?;
    Ok(package.with_extension(""))
}

/// Every file below a folder.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = folder.read_dir().map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn has_text(file: &Path) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| !text.trim().is_empty())
}

/// What one file of a package says that is true only where it was packed.
fn complaints(root: &Path, file: &Path) -> Outcome<Vec<String>> {
    let ending = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
    if !["rs", "md"].contains(&ending) {
        return Ok(Vec::new());
    }
    let name = file.strip_prefix(root).unwrap_or(file).display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if ending == "md" {
        // A registry shows a README without its folder.
        let links = links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with('#'));
        return Ok(links.map(|link| format!("{name} links to {link}, which is nothing outside")).collect());
    }
    let beside = file.parent().unwrap_or(root);
    let lacks = |path: &(bool, String)| {
        let base = if path.0 { root } else { beside };
        !is_inside(root, &base.join(path.1.trim_start_matches('/')))
    };
    let read = reads(&text).into_iter().filter(lacks);
    Ok(read.map(|(_, path)| format!("{name} reads {path}, which is not in the package")).collect())
}

fn is_inside(root: &Path, path: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(path).zip(real(root)).is_some_and(|(path, root)| path.starts_with(root))
}

/// Where a Markdown text leads.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

/// The files that a source names: whether from the crate's folder (or from its own), and their path.
fn reads(source: &str) -> Vec<(bool, String)> {
    const FOLDER: &str = "CARGO_MANIFEST_DIR";
    let mut found = Vec::new();
    for (before, from_root) in
        [("include_str!(", false), ("include_bytes!(", false), ("#[path = ", false), (FOLDER, true)]
    {
        for rest in source.split(before).skip(1) {
            // Behind the folder's name its own quote is the first.
            let rest = if from_root { rest.trim_start_matches('"') } else { rest };
            let literal = rest.split('"').nth(1).unwrap_or_default();
            if literal != FOLDER {
                found.push((from_root, literal.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_for_the_files_that_it_reads() {
        let source = r#"
            #[path = "../other/mod.rs"]
            const A: &str = include_str!("../README.md");
            const B: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/a.json"));
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(
                "b.json");
        "#;
        let mut found = reads(source);
        found.sort();
        let expected =
            [(false, "../README.md"), (false, "../other/mod.rs"), (true, "/tests/a.json"), (true, "b.json")];
        assert_eq!(found, expected.map(|(from_root, path)| (from_root, path.to_owned())));
    }

    #[test]
    fn what_leaves_a_package_is_complained_of() {
        let root = tools::scratch("crates").unwrap();
        let inside = root.join("package");
        std::fs::create_dir_all(inside.join("tests")).unwrap();
        std::fs::write(root.join("outside.json"), "{}").unwrap();
        let test = inside.join("tests/test.rs");
        let said = |text: &str| {
            std::fs::write(&test, text).unwrap();
            complaints(&inside, &test).unwrap()
        };
        assert_eq!(said(r#"include_str!("test.rs")"#), [""; 0]);
        for away in
            [r#"include_str!("../../outside.json")"#, r#"env!("CARGO_MANIFEST_DIR"), "/../outside.json""#]
        {
            assert!(said(away)[0].starts_with("tests/test.rs reads "), "{away}");
        }
        assert_eq!(
            said(r#"include_bytes!("absent")"#),
            ["tests/test.rs reads absent, which is not in the package"]
        );
        let page = inside.join("README.md");
        std::fs::write(&page, "[a](https://docs.rs/a), [b](#b), [c](../c.md)").unwrap();
        assert_eq!(
            complaints(&inside, &page).unwrap(),
            ["README.md links to ../c.md, which is nothing outside"]
        );
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_crate_that_is_published_by_mistake_or_not_at_all_is_noticed() {
        let names = PUBLISHED.map(str::to_owned);
        the_same(&names).unwrap();
        assert!(the_same(&names[1..]).unwrap_err().contains("keyrack-client"));
        let more: Vec<String> = names.into_iter().chain(["keyrack-server".to_owned()]).collect();
        assert!(the_same(&more).unwrap_err().contains("keyrack-server"));
    }
}
