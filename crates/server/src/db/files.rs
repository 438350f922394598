//! The files of a data folder: whose they are, and what may not be lost of them.

use crate::error::{Error, Result};
use crate::time::rfc3339;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Takes the folder for this process.
pub(super) fn lock(data_dir: &Path) -> Result<File> {
    let path = data_dir.join("keyrack.lock");
    let file = private_file(&path).map_err(|cause| cannot_open(&path, &cause))?;
    file.try_lock().map_err(|_| {
        Error::internal(
            &format!("lock {}", path.display()),
            "another keyrack runs on this data folder; stop it or choose another with --data",
        )
    })?;
    Ok(file)
}

/// Makes a file that only its owner can read, or opens it if it is there. What root makes is the folder's owner's:
/// whoever runs the server could not open it otherwise.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.clone().create_new(true).open(path) {
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => options.create(true).open(path),
        made => {
            let file = made?;
            #[cfg(unix)]
            give_to_the_folders_owner(&file, path);
            Ok(file)
        }
    }
}

#[cfg(unix)]
fn give_to_the_folders_owner(file: &File, path: &Path) {
    use rustix::fs::{Gid, Uid, fchown};
    use std::os::unix::fs::MetadataExt;
    if !rustix::process::geteuid().is_root() {
        return;
    }
    if let Ok(folder) = fs::metadata(folder_of(path)) {
        // A root without this right, as in some containers, goes on with a file of its own. SQLite does the same.
        let _ = fchown(file, Some(Uid::from_raw(folder.uid())), Some(Gid::from_raw(folder.gid())));
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Why `path` could not be opened. If it was not allowed: whose it is, who asks, and what helps.
pub(super) fn cannot_open(path: &Path, cause: &io::Error) -> Error {
    let doing = format!("open {}", path.display());
    if cause.kind() == ErrorKind::PermissionDenied
        && let Some(whose) = whose(path)
    {
        return Error::internal(&doing, format!("{cause}; {whose}"));
    }
    Error::internal(&doing, cause)
}

#[cfg(unix)]
fn whose(path: &Path) -> Option<String> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    // Where there is no file yet, or none that may be looked at, it is the folder that keeps us out.
    let (path, about) =
        [path, folder_of(path)].into_iter().find_map(|path| Some((path, fs::metadata(path).ok()?)))?;
    let (owner, mode) = (about.uid(), about.permissions().mode() & 0o7777);
    let (me, my_group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let shown = path.display();
    Some(if owner == me {
        let needed = if about.is_dir() { "700" } else { "600" };
        format!("{shown} is ours (user {me}), but its mode is {mode:04o}; chmod {needed} {shown}")
    } else {
        format!(
            "{shown} belongs to user {owner} with mode {mode:04o}, and this runs as user {me}; run it as that user, or \
             as root: chown {me}:{my_group} {shown}"
        )
    })
}

#[cfg(not(unix))]
fn whose(_: &Path) -> Option<String> {
    None
}

/// The file that says where a folder's database went.
const MOVED: &str = "moved-to-postgres";

/// Writes that the database of a folder was moved.
pub(super) fn note_moved(data_dir: &Path, now: i64) -> Result<()> {
    let path = data_dir.join(MOVED);
    let written = private_file(&path).and_then(|mut file| writeln!(file, "{}", rfc3339(now)));
    written.map_err(|cause| cannot_open(&path, &cause))
}

/// Refuses a folder whose database was moved: what happened since is not in it.
pub(super) fn refuse_moved(data_dir: &Path) -> Result<()> {
    let path = data_dir.join(MOVED);
    if !path.exists() {
        return Ok(());
    }
    let cause = format!(
        "it was moved to PostgreSQL: set KEYRACK_DATABASE_URL (or database_url_file) to where; to begin with this file again, and \
         lose what happened since, delete {}",
        path.display()
    );
    Err(Error::internal(&format!("open {}", data_dir.join("keyrack.db").display()), cause))
}

/// Refuses a WAL that holds something, without the file to which it belongs: SQLite would delete it.
pub(super) fn refuse_lost(database: &Path) -> Result<()> {
    let holds = |path: &Path| fs::metadata(path).is_ok_and(|file| file.len() > 0);
    let wal = PathBuf::from(format!("{}-wal", database.display()));
    if holds(database) || !holds(&wal) {
        return Ok(());
    }
    let cause = format!(
        "{} holds changes of a keyrack.db that is not here, and would be destroyed; put that keyrack.db back, or move \
         keyrack.db-wal away",
        wal.display()
    );
    Err(Error::internal(&format!("open {}", database.display()), cause))
}
