//! Where a server's data is, for the commands that work beside it. They need nothing else of the configuration, and
//! must work where it could not start a server: without its other secrets, or half edited.

use super::Problem;
use super::secrets::{self, Found};
use crate::vault::Vault;
use serde::Deserialize;
use std::path::{Path, PathBuf};

const DATABASE_URL: &str = "KEYRACK_DATABASE_URL";

/// What a configuration says of it; the rest may say what it likes.
#[derive(Default, Deserialize)]
struct Said {
    data: Option<PathBuf>,
    database_url_file: Option<PathBuf>,
    master_key_file: Option<PathBuf>,
    /// The configuration itself.
    #[serde(skip)]
    file: PathBuf,
}

/// Where a server's data is, and the key to what is sealed in it.
pub struct Whereabouts {
    /// The data folder.
    pub data_dir: PathBuf,
    /// PostgreSQL, if it is not SQLite in the data folder. It may hold a password.
    pub database_url: Option<String>,
    master_key_file: Option<PathBuf>,
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
    match data {
        Some(data) => Ok(data.to_owned()),
        None => Ok(said(config, env)?.data.unwrap_or_else(|| PathBuf::from("data"))),
    }
}

/// Where the data is that `keyrack serve` would use with the same arguments and environment; `keyrack dev` too. Unlike
/// those, who need a folder on PostgreSQL too, these commands take only one of `data` and PostgreSQL: whoever names a
/// folder for a drill must not be led to the living database by a variable.
///
/// # Errors
/// When both are named, or the configuration or the file of a secret cannot be read.
pub fn whereabouts(
    data: Option<&Path>,
    config: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Whereabouts, Problem> {
    let said = said(config, env)?;
    if let Some(data) = data {
        refuse_both(data, &said, env)?;
    }
    let data_dir = data.map(Path::to_owned).or(said.data).unwrap_or_else(|| PathBuf::from("data"));
    let url = secret(env, DATABASE_URL, said.database_url_file.as_ref())?;
    if let Some(Err(text)) = url.as_deref().map(crate::db::check_url) {
        return Err(Problem::outside(format!("{DATABASE_URL}: {text}")));
    }
    Ok(Whereabouts { data_dir, database_url: url, master_key_file: said.master_key_file })
}

fn refuse_both(data: &Path, said: &Said, env: &dyn Fn(&str) -> Option<String>) -> Result<(), Problem> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let (named, fix) = match secrets::find(&env, DATABASE_URL, said.database_url_file.as_ref())? {
        None => return Ok(()),
        Some(Found::Value(_)) => (DATABASE_URL.to_owned(), format!("unset {DATABASE_URL}")),
        Some(Found::File(_, Some(variable), _)) => (variable.clone(), format!("unset {variable}")),
        Some(Found::File(_, None, _)) => (
            format!("database_url_file in {}", said.file.display()),
            "name a configuration without it with --config (/dev/null is one)".to_owned(),
        ),
    };
    Err(Problem::outside(format!(
        "--data {} names a SQLite file, and {named} a PostgreSQL database; leave one out: leave out --data for \
         PostgreSQL, or {fix} for SQLite",
        data.display()
    )))
}

impl Whereabouts {
    /// The master key that `keyrack serve` would use; the one that `keyrack dev` has made, if there is no other.
    ///
    /// # Errors
    /// When there is none, or it is none.
    pub fn master_key(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<[u8; 32], Problem> {
        let made = Some(self.data_dir.join("master.key")).filter(|path| path.exists());
        let text = secret(env, "KEYRACK_MASTER_KEY", self.master_key_file.as_ref().or(made.as_ref()))?;
        let text = text.ok_or_else(|| {
            Problem::outside(
                "no master key; set KEYRACK_MASTER_KEY or KEYRACK_MASTER_KEY_FILE, or name a file as master_key_file",
            )
        })?;
        Vault::parse_master_key(&text)
            .ok_or_else(|| Problem::outside("the master key is not 32 bytes in base64url"))
    }
}

fn secret(
    env: &dyn Fn(&str) -> Option<String>,
    name: &str,
    key: Option<&PathBuf>,
) -> Result<Option<String>, Problem> {
    let Some(found) = secrets::find(&|name| env(name).filter(|value| !value.is_empty()), name, key)? else {
        return Ok(None);
    };
    let mut problems = Vec::new();
    match (found.read(&mut problems), problems.pop()) {
        (None, Some(problem)) => Err(problem),
        (read, _) => Ok(read),
    }
}

fn said(config: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Result<Said, Problem> {
    let named = || env("KEYRACK_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    let here = || Some(PathBuf::from("keyrack.toml")).filter(|path| path.exists());
    let Some(path) = config.map(Path::to_owned).or_else(named).or_else(here) else {
        return Ok(Said::default());
    };
    let at = |line, text: String| Problem { file: Some(path.clone()), line, ..Problem::outside(text) };
    let text = std::fs::read_to_string(&path)
        .map_err(|cause| at(None, format!("cannot be read ({cause}); name the folder with --data")))?;
    let said = toml::from_str::<Said>(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        at(Some(line), format!("cannot be read ({}); name the folder with --data", error.message()))
    })?;
    // A path in a file is meant from where the file is.
    let from = |said: Option<PathBuf>| {
        said.map(|said| path.parent().map(|folder| folder.join(&said)).unwrap_or(said))
    };
    let (data, database_url_file) = (from(said.data), from(said.database_url_file));
    Ok(Said { data, database_url_file, master_key_file: from(said.master_key_file), file: path })
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
