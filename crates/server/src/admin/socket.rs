//! The socket `keyrack.sock` in the data folder, which only the user that the server runs as (and root) can
//! open. It is there while the server runs.

use super::door::Peer;
use crate::app::Shared;
use crate::config::Config;
use crate::db;
use crate::error::{Error, Result};
use crate::http::connection::{self, Room};
use axum::serve::Listener;
use rustix::fs::Mode;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixSocket, UnixStream};
use tokio::sync::watch;

/// Its name in the data folder.
pub const NAME: &str = "keyrack.sock";
/// Connections at the same time, and as many that wait.
const BACKLOG: u32 = 64;

/// The socket of this process; removed when it is dropped.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    file: SocketFile,
    /// On PostgreSQL nothing else keeps a second process from this folder.
    lock: Option<File>,
}

/// Where the socket is, and which file it is: one that the next process has made there is not removed.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if std::fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode) {
            // What cannot be removed is replaced by the next start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Makes the socket. What a process that died has left is replaced; one that lives is left alone.
///
/// # Errors
/// When the folder belongs to another running server, or the socket cannot be made there.
pub fn bind(config: &Config) -> Result<Socket> {
    let lock = config.database_url.is_some().then(|| db::lock_folder(&config.data_dir)).transpose()?;
    let path = config.data_dir.join(NAME);
    let refuse = |cause: io::Error| {
        let fix = match cause.kind() {
            ErrorKind::AddrInUse => {
                "another program listens there; stop it or choose another folder with --data"
            }
            ErrorKind::InvalidInput => "its path must be shorter; choose another folder with --data",
            _ => "the folder of --data must be one where this user can make sockets",
        };
        Error::internal(&format!("make the socket {}", path.display()), format!("{cause}; {fix}"))
    };
    remove_stale(&path).map_err(refuse)?;
    let listener = listen(&path).map_err(refuse)?;
    let inode = std::fs::symlink_metadata(&path).map_err(refuse)?.ino();
    Ok(Socket { listener, file: SocketFile { path, inode }, lock })
}

/// Removes a socket that nobody listens on.
fn remove_stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(cause),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(io::Error::new(
                ErrorKind::AlreadyExists,
                "something that is no socket has this name",
            ));
        }
        Ok(_) => {}
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Err(cause) if cause.kind() == ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(cause) => Err(cause),
        Ok(_) => Err(ErrorKind::AddrInUse.into()),
    }
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    let socket = UnixSocket::new_stream()?;
    // On Linux the file is made with the mode that the socket has: at no moment can anybody else open it.
    rustix::fs::fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
    socket.bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    socket.listen(BACKLOG)
}

impl Socket {
    /// Serves until `stopped` says so.
    pub async fn serve(self, app: Shared, stopped: watch::Receiver<bool>) {
        let Self { listener, file, lock } = self;
        // Of its own: an operator gets in also when strangers have taken every public connection.
        let room = Room::new(app.world.patience, BACKLOG, 0);
        connection::serve(Door(listener), super::router(&app), room, stopped).await;
        drop((file, lock));
    }
}

/// Lets in only who the server runs as, and root: a second wall behind the file's mode.
struct Door(UnixListener);

impl Listener for Door {
    type Io = UnixStream;
    type Addr = Peer;

    async fn accept(&mut self) -> (UnixStream, Peer) {
        loop {
            let (stream, _) = Listener::accept(&mut self.0).await;
            let own = rustix::process::geteuid().as_raw();
            match stream.peer_cred().map(|peer| peer.uid()) {
                Ok(uid) if uid == own || uid == 0 => return (stream, Peer { uid }),
                refused => tracing::warn!(?refused, "somebody else connected to the socket"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { uid: rustix::process::geteuid().as_raw() })
    }
}
