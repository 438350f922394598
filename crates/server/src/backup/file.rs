//! The file of a backup: it has its name only when it is complete and durable.

use crate::error::{Error, Result};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

/// Bytes between the rows and the disk.
const BUFFER: usize = 1 << 20;

/// A file that is being written under another name, and removed when it is given up.
pub struct Partial {
    end: PathBuf,
    path: PathBuf,
    /// The file again: its lock lasts until the name has gone, so nobody writes into a file that loses it.
    locked: File,
    done: bool,
}

impl Partial {
    /// Begins `end`, as `end` with `.partial` after it, for its owner only.
    ///
    /// # Errors
    /// When `end` is there already, another backup is writing it, what has the other name is not a file of the
    /// caller's alone, or it cannot be made.
    pub fn begin(end: &Path) -> Result<(Self, BufWriter<File>)> {
        let doing = format!("write {}", end.display());
        if end.symlink_metadata().is_ok() {
            return Err(Error::internal(&doing, "it is there already; choose another name"));
        }
        let path = PathBuf::from(format!("{}.partial", end.display()));
        let (locked, file) = own(&path)
            .and_then(|locked| {
                // What one that was killed has left.
                locked.set_len(0)?;
                let file = locked.try_clone()?;
                Ok((locked, file))
            })
            .map_err(|cause| Error::internal(&doing, cause))?;
        let partial = Self { end: end.to_owned(), path, locked, done: false };
        Ok((partial, BufWriter::with_capacity(BUFFER, file)))
    }

    /// Makes `file`, which [`Partial::begin`] gave, durable, and gives it its name.
    ///
    /// # Errors
    /// When the disk says so, something else has got the name meanwhile, or the file has lost its own.
    pub fn finish(mut self, file: BufWriter<File>) -> Result<()> {
        let doing = format!("write {}", self.end.display());
        let file = file.into_inner().map_err(|cause| Error::internal(&doing, cause.error()))?;
        let durable = || {
            file.sync_all()?;
            if !is_at(&self.path, &file) {
                return Err(io::Error::other(format!("{} was removed or replaced", self.path.display())));
            }
            publish(&self.path, &self.end)?;
            let folder = self.end.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        durable().map_err(|cause| Error::internal(&doing, cause))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.done && is_at(&self.path, &self.locked) {
            // What cannot be removed is overwritten by the next one; its name says that it is not complete.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens the file at `path`, or makes it, and locks it: one that is the caller's alone, and still has this name.
///
/// In a folder that others can write, what has the name may have been put there: a link would be followed to a file
/// that is emptied, and the owner of a file reads what is written into it, whatever its mode.
fn own(path: &Path) -> io::Result<File> {
    // As often as another backup ends between the two steps.
    for _ in 0..100 {
        let file = open_unfollowed(path)?;
        file.try_lock().map_err(|_| io::Error::other("another backup is writing it"))?;
        if !is_at(path, &file) {
            continue;
        }
        if !is_ones_alone(&file.metadata()?, me()) {
            return Err(foreign(path));
        }
        private(&file)?;
        return Ok(file);
    }
    Err(io::Error::other("other backups keep writing it"))
}

fn foreign(path: &Path) -> io::Error {
    io::Error::other(format!(
        "{} is somebody else's, a link or no file; see what it is and remove it, or choose another folder",
        path.display()
    ))
}

/// Gives a file its name, unless something has it.
fn publish(path: &Path, end: &Path) -> io::Result<()> {
    if end.symlink_metadata().is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, path, CWD, end, RenameFlags::NOREPLACE) {
            // Not every file system can.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return Ok(done?),
        }
    }
    fs::rename(path, end)
}

#[cfg(unix)]
fn open_unfollowed(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    // A pipe is not waited for; it is refused afterwards.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.custom_flags(i32::try_from(flags.bits()).unwrap_or(0)).open(path).map_err(|cause| {
        // Whatever a system calls it: a link, or a pipe that nobody reads.
        let is_file = path.symlink_metadata().is_ok_and(|there| there.is_file());
        if is_file || path.symlink_metadata().is_err() { cause } else { foreign(path) }
    })
}

#[cfg(not(unix))]
fn open_unfollowed(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(path)
}

/// Whether it is this very file that has the name.
#[cfg(unix)]
fn is_at(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let both = file.metadata().and_then(|file| Ok((file, path.symlink_metadata()?)));
    both.is_ok_and(|(file, there)| (file.dev(), file.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_at(path: &Path, _: &File) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether it is a file of this user's that nobody has by another name.
#[cfg(unix)]
fn is_ones_alone(file: &Metadata, user: u32) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.is_file() && file.uid() == user && file.nlink() == 1
}

#[cfg(not(unix))]
fn is_ones_alone(file: &Metadata, _: u32) -> bool {
    file.is_file()
}

#[cfg(unix)]
fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn me() -> u32 {
    0
}

/// One that was left may have been made by hand.
#[cfg(unix)]
fn private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &File) -> io::Result<()> {
    Ok(())
}

/// Opens a backup to read it.
///
/// # Errors
/// When it cannot be read.
pub fn open(path: &Path) -> Result<BufReader<File>> {
    let file =
        File::open(path).map_err(|cause| Error::internal(&format!("read {}", path.display()), cause))?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
