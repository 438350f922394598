//! A credential in a file that nobody else can read, or in no file at all.

use super::Keeper;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A credential that ends with the program.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Option<String>>);

impl Keeper for Memory {
    fn read(&self) -> Result<Option<String>, String> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn update(&self, change: &dyn Fn(Option<&str>) -> Option<String>) -> Result<(), String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = change(kept.as_deref());
        Ok(())
    }
}

/// Keeps the credential in a file, which only its owner may read (mode 0600 where files have modes). Several programs may
/// share one: whoever changes it holds a lock beside it.
///
/// ```
/// use keyrack_client::{File, platform::Keeper};
///
/// let folder = std::env::temp_dir().join(format!("keyrack-{}", std::process::id()));
/// let file = File::at(folder.join("session"));
/// assert_eq!(file.read()?, None);
/// file.update(&|_| Some("ses_1.secret".to_owned()))?;
/// assert_eq!(file.read()?.as_deref(), Some("ses_1.secret"));
/// # std::fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug)]
pub struct File {
    path: PathBuf,
}

impl File {
    /// One that is made when there is something to keep, with the folders above it.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    /// Whole or not at all: it is written beside, and takes the other's place.
    fn write(&self, text: &str) -> std::io::Result<()> {
        let beside = self.beside(".new");
        gone(fs::remove_file(&beside))?;
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)
    }

    fn change(&self, change: &dyn Fn(Option<&str>) -> Option<String>) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let lock = private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(self.beside(".lock"))?;
        lock.lock()?;
        let stored = read(&self.path)?;
        match change(stored.as_deref()) {
            Some(text) if stored.as_ref() == Some(&text) => Ok(()),
            Some(text) => self.write(&text),
            None => gone(fs::remove_file(&self.path)),
        }
    }
}

impl Keeper for File {
    fn read(&self) -> Result<Option<String>, String> {
        read(&self.path).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    fn update(&self, change: &dyn Fn(Option<&str>) -> Option<String>) -> Result<(), String> {
        self.change(change).map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

fn read(path: &Path) -> std::io::Result<Option<String>> {
    let mut file = match fs::File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    removed.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("keyrack-client-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[cfg(unix)]
    #[test]
    fn h18_nobody_but_its_owner_may_read_it_also_when_it_was_there_with_other_rights() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("mode");
        let file = File::at(folder.0.join("a/session"));
        let mode = || fs::metadata(&file.path).unwrap().permissions().mode() & 0o777;
        file.update(&|_| Some("ses_1.a".to_owned())).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&file.path, fs::Permissions::from_mode(0o644)).unwrap();
        file.update(&|stored| stored.map(|stored| format!("{stored}~b"))).unwrap();
        assert_eq!((file.read().unwrap().as_deref(), mode()), (Some("ses_1.a~b"), 0o600));
        file.update(&|_| None).unwrap();
        assert_eq!(file.read(), Ok(None));
        file.update(&|_| None).unwrap();
    }

    #[test]
    fn h18_what_several_programs_change_at_once_is_all_there() {
        let folder = Folder::new("together");
        std::thread::scope(|scope| {
            for number in 0..8 {
                let file = File::at(folder.0.join("session"));
                scope.spawn(move || {
                    file.update(&|stored| Some(format!("{}~{number}", stored.unwrap_or("ses_1.a")))).unwrap();
                });
            }
        });
        let kept = File::at(folder.0.join("session")).read().unwrap().unwrap();
        assert_eq!(kept.split('~').count(), 9, "{kept}");
    }

    #[test]
    fn what_cannot_be_kept_says_where() {
        let folder = Folder::new("blocked");
        fs::create_dir_all(folder.0.join("session")).unwrap();
        let file = File::at(folder.0.join("session"));
        assert!(file.read().unwrap_err().contains("session: "), "a folder is no file");
        assert!(file.update(&|_| Some("ses_1.a".to_owned())).is_err());
    }
}
