//! Where a running server's data folder is, for the commands that talk to it. They need nothing else of the
//! configuration, and must work where it could not start a server: without its secrets, or half edited.

use super::Problem;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What a configuration says of it; the rest may say what it likes.
#[derive(Deserialize)]
struct Folder {
    data: Option<PathBuf>,
}

/// The folder that `data` names, else the one that the configuration does (`config`, else `$KEYRACK_CONFIG`, else
/// `./keyrack.toml`), else `data`.
///
/// # Errors
/// When a configuration was named but cannot be read.
pub fn data_dir(
    data: Option<&Path>,
    config: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<PathBuf, Problem> {
    if let Some(data) = data {
        return Ok(data.to_owned());
    }
    let named = || env("KEYRACK_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    let here = || Some(PathBuf::from("keyrack.toml")).filter(|path| path.exists());
    let said = match config.map(Path::to_owned).or_else(named).or_else(here) {
        Some(path) => {
            let at =
                |line, text: String| Problem { file: Some(path.clone()), line, ..Problem::outside(text) };
            let text = std::fs::read_to_string(&path).map_err(|cause| {
                at(None, format!("cannot be read ({cause}); name the folder with --data"))
            })?;
            let folder = toml::from_str::<Folder>(&text).map_err(|error| {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                at(Some(line), format!("cannot be read ({}); name the folder with --data", error.message()))
            })?;
            // A path in a file is meant from where the file is.
            folder.data.map(|data| path.parent().map(|folder| folder.join(&data)).unwrap_or(data))
        }
        None => None,
    };
    Ok(said.unwrap_or_else(|| PathBuf::from("data")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_arguments_then_the_files_then_data() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.toml");
        std::fs::write(&file, "data = \"/srv/keyrack\"\nwhat = \"ever\"\n").unwrap();
        let named = |name: &str| (name == "KEYRACK_CONFIG").then(|| file.display().to_string());
        let nothing = |_: &str| None;
        let of = |data: Option<&str>, config, env| data_dir(data.map(Path::new), config, env).unwrap();
        assert_eq!(of(Some("here"), Some(file.as_path()), &named), Path::new("here"));
        assert_eq!(of(None, Some(file.as_path()), &nothing), Path::new("/srv/keyrack"));
        assert_eq!(of(None, None, &named), Path::new("/srv/keyrack"));
        assert_eq!(of(None, None, &nothing), Path::new("data"));
        std::fs::write(&file, "data = \"beside\"\n").unwrap();
        assert_eq!(of(None, None, &named), folder.path().join("beside"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.toml");
        std::fs::write(&file, "# one\ndata = 5\n").unwrap();
        let said = data_dir(None, Some(&file), &|_| None).unwrap_err().to_string();
        assert!(said.contains("some.toml:2: ") && said.contains("--data"), "{said}");
        assert!(data_dir(None, Some(Path::new("nowhere.toml")), &|_| None).is_err());
    }
}
