//! What this user keeps of the servers that they are signed in to: a file that nobody else may read.

use super::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The credentials by server.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The server that was signed in to last.
    pub last: Option<String>,
    #[serde(default)]
    servers: BTreeMap<String, String>,
    #[serde(skip)]
    path: PathBuf,
}

impl Kept {
    /// Reads the file; what is not there is empty.
    pub fn read(env: &impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let path = folder(env)?.join("credentials.json");
        let mut kept: Self = match fs::read(&path) {
            Ok(text) => {
                is_private(&path)?;
                serde_json::from_slice(&text).map_err(|_| {
                    let shown = path.display();
                    Failure::refused(format!("{shown} is not readable; delete it and run `keyrack login`"))
                })?
            }
            Err(cause) if cause.kind() == ErrorKind::NotFound => Self::default(),
            Err(cause) => return Err(failed(&path, &cause)),
        };
        kept.path = path;
        Ok(kept)
    }

    /// The credential for a server, `""` when there is none.
    pub fn credential(&self, base: &str) -> &str {
        self.servers.get(base).map_or("", String::as_str)
    }

    /// Keeps a credential in place of another.
    pub fn keep(&mut self, base: &str, credential: &str) {
        self.servers.insert(base.to_owned(), credential.to_owned());
        self.last = Some(base.to_owned());
    }

    /// Forgets a server's credential.
    pub fn forget(&mut self, base: &str) {
        self.servers.remove(base);
    }

    /// Writes the file beside the old one and puts it in its place: whoever is interrupted has one of the two.
    pub fn write(&self) -> Result<(), Failure> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make(folder).map_err(|cause| failed(folder, &cause))?;
        let draft = self.path.with_extension(format!("{}.new", std::process::id()));
        let text = serde_json::to_vec_pretty(self).map_err(|cause| Failure::refused(cause.to_string()))?;
        let written = private(&draft).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()
        });
        let placed = written.and_then(|()| fs::rename(&draft, &self.path));
        placed.map_err(|cause| {
            let _ = fs::remove_file(&draft);
            failed(&self.path, &cause)
        })
    }
}

fn failed(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::refused(format!("{}: {cause}", path.display()))
}

/// The folder `keyrack` in the user's folder for configurations.
fn folder(env: &impl Fn(&str) -> Option<String>) -> Result<PathBuf, Failure> {
    let absolute = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let own = absolute("XDG_CONFIG_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".config")))
        .or_else(|| absolute("APPDATA"));
    let none = "there is no folder to keep a credential in; set XDG_CONFIG_HOME or HOME";
    own.map(|own| own.join("keyrack")).ok_or_else(|| Failure::refused(none))
}

#[cfg(unix)]
fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// A new file that only this user reads, from its first byte on.
#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> std::io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).open(path)
}

/// A file that others may read or write is not used: what is in it may be theirs, or known to them.
#[cfg(unix)]
fn is_private(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let about = fs::metadata(path).map_err(|cause| failed(path, &cause))?;
    if about.permissions().mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    let shown = path.display();
    let line =
        format!("{shown} can be read by others; run `chmod 600 {shown}`, and sign out if they may have");
    Err(Failure::refused(line))
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_is_kept_is_for_its_owner_alone_and_is_read_back() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let env = |name: &str| (name == "HOME").then(|| home.path().display().to_string());
        let mut kept = Kept::read(&env).unwrap();
        assert_eq!((kept.credential("https://a.example"), kept.last.as_deref()), ("", None));
        kept.keep("https://a.example", "ses_1.x");
        kept.write().unwrap();
        let path = home.path().join(".config/keyrack/credentials.json");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let again = Kept::read(&env).unwrap();
        assert_eq!(again.credential("https://a.example"), "ses_1.x");
        assert_eq!(
            (again.credential("https://b.example"), again.last.as_deref()),
            ("", Some("https://a.example"))
        );
        for others in [0o640, 0o604, 0o620, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(others)).unwrap();
            assert!(Kept::read(&env).unwrap_err().line.contains("chmod 600"), "{others:o}");
        }
    }

    #[test]
    fn the_folder_is_the_users_own_and_never_one_of_where_the_command_runs() {
        let at = |set: &'static [(&str, &str)]| {
            folder(&move |name: &str| {
                set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(at(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]).unwrap(), Path::new("/x/keyrack"));
        assert_eq!(at(&[("XDG_CONFIG_HOME", "x"), ("HOME", "/h")]).unwrap(), Path::new("/h/.config/keyrack"));
        assert!(at(&[("HOME", "h")]).is_err());
        assert!(at(&[]).is_err());
    }
}
