//! The demos that run in a browser, as folders for `keyrack dev --demo`: the program, its own files, and the style of React's.

use super::{Source, build};
use crate::{Outcome, tools};
use std::path::Path;

/// The demos, each a folder of `apps` and the package `keyrack-…` in it, and what each may cost a browser, in kilobytes of
/// brotli.
const DEMOS: [(&str, u64); 2] = [("demo-leptos", 250), ("demo-dioxus", 293)];

/// Those that there are.
pub fn all() -> impl Iterator<Item = &'static str> {
    let names = DEMOS.into_iter().map(|(name, _)| name);
    names.filter(|name| tools::root().join("apps").join(name).join("Cargo.toml").exists())
}

/// What one may cost; nothing where it is none of them.
pub fn budget(name: &str) -> u64 {
    DEMOS.into_iter().find(|(demo, _)| *demo == name).map_or(0, |(_, budget)| budget)
}

/// Builds one into its folder `dist`.
pub fn demo(name: &str) -> Outcome {
    let folder = tools::root().join("apps").join(name);
    let dist = folder.join("dist");
    build(Source::Package(&format!("keyrack-{name}")), &dist)?;
    copy(&folder.join("public"), &dist)?;
    let sheets = ["packages/react/src/ui/ui.css", "apps/demo/src/style.css"];
    let style: String =
        sheets.map(|sheet| in_one(&tools::root().join(sheet))).into_iter().collect::<Outcome<_>>()?;
    let to = dist.join("style.css");
    std::fs::write(&to, style).map_err(|error| format!("cannot write {}: {error}", to.display()))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let entries = from.read_dir().map_err(|error| format!("cannot read {}: {error}", from.display()))?;
    for file in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()) {
        let to = to.join(file.file_name().unwrap_or_default());
        std::fs::copy(&file, &to).map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    }
    Ok(())
}

/// A style sheet with those in it that it imports from beside it.
fn in_one(sheet: &Path) -> Outcome<String> {
    let text = std::fs::read_to_string(sheet)
        .map_err(|error| format!("cannot read {}: {error}", sheet.display()))?;
    let lines = text.lines().map(|line| match line.strip_prefix("@import './") {
        Some(imported) => in_one(&sheet.with_file_name(imported.trim_end_matches("';"))),
        None => Ok(format!("{line}\n")),
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_has_those_in_it_that_it_imports() {
        let folder = tools::scratch("wasm-style").unwrap();
        std::fs::write(folder.join("a.css"), "@import './b.css';\na {\n}\n").unwrap();
        std::fs::write(folder.join("b.css"), "b {\n}\n").unwrap();
        assert_eq!(in_one(&folder.join("a.css")).unwrap(), "b {\n}\na {\n}\n");
        assert!(in_one(&folder.join("c.css")).unwrap_err().contains("c.css"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
