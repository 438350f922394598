//! The file of a backup: it has its name only when it is complete and durable.

use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

/// Bytes between the rows and the disk.
const BUFFER: usize = 1 << 20;

/// A file that is being written under another name, and removed when it is given up.
pub struct Partial {
    end: PathBuf,
    path: PathBuf,
    done: bool,
}

impl Partial {
    /// Begins `end`, as `end` with `.partial` after it, for its owner only.
    ///
    /// # Errors
    /// When `end` is there already, another backup is writing it, or it cannot be made.
    pub fn begin(end: &Path) -> Result<(Self, BufWriter<File>)> {
        let doing = format!("write {}", end.display());
        if end.symlink_metadata().is_ok() {
            return Err(Error::internal(&doing, "it is there already; choose another name"));
        }
        let path = PathBuf::from(format!("{}.partial", end.display()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|cause| Error::internal(&doing, cause))?;
        file.try_lock().map_err(|_| Error::internal(&doing, "another backup is writing it"))?;
        // What one that was killed has left.
        file.set_len(0).map_err(|cause| Error::internal(&doing, cause))?;
        private(&file).map_err(|cause| Error::internal(&doing, cause))?;
        Ok((Self { end: end.to_owned(), path, done: false }, BufWriter::with_capacity(BUFFER, file)))
    }

    /// Makes `file`, which [`Partial::begin`] gave, durable, and gives it its name.
    ///
    /// # Errors
    /// When the disk says so, or something else has got the name meanwhile.
    pub fn finish(mut self, file: BufWriter<File>) -> Result<()> {
        let doing = format!("write {}", self.end.display());
        let file = file.into_inner().map_err(|cause| Error::internal(&doing, cause.error()))?;
        let durable = || {
            file.sync_all()?;
            if self.end.symlink_metadata().is_ok() {
                return Err(std::io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(&self.path, &self.end)?;
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
        if !self.done {
            // What cannot be removed is overwritten by the next one; its name says that it is not complete.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// One that was left may have been made by hand.
#[cfg(unix)]
fn private(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &File) -> std::io::Result<()> {
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
