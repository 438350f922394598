//! The program that started this one and waits for a word of it, such as systemd with `Type=notify` (sd_notify(3)).

/// What it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Requests are answered from now on.
    Ready,
    /// This process is about to end, as it was asked to.
    Stopping,
}

impl Word {
    #[cfg(unix)]
    fn line(self) -> &'static [u8] {
        match self {
            Self::Ready => b"READY=1",
            Self::Stopping => b"STOPPING=1",
        }
    }
}

/// Tells whoever listens on the socket that `$NOTIFY_SOCKET` names; nobody, where there is none.
#[cfg(unix)]
pub fn tell_manager(word: Word) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty()) else { return };
    if let Err(cause) = send(&socket, word) {
        tracing::warn!(%cause, ?word, "the service manager was not told");
    }
}

/// There is no such manager.
#[cfg(not(unix))]
pub fn tell_manager(_: Word) {}

#[cfg(unix)]
fn send(socket: &std::ffi::OsStr, word: Word) -> std::io::Result<()> {
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    #[cfg(target_os = "linux")]
    let address = {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::ffi::OsStrExt;
        // A name that begins with @ is in no file system.
        match socket.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(socket)?,
        }
    };
    #[cfg(not(target_os = "linux"))]
    let address = SocketAddr::from_pathname(socket)?;
    UnixDatagram::unbound()?.send_to_addr(word.line(), &address).map(drop)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    #[test]
    fn a_manager_hears_it_in_a_file_and_under_a_name_of_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let name = folder.path().display().to_string();
        let named = SocketAddr::from_abstract_name(&name).unwrap();
        for (listens, socket) in [
            (UnixDatagram::bind(&path).unwrap(), path.display().to_string()),
            (UnixDatagram::bind_addr(&named).unwrap(), format!("@{name}")),
        ] {
            for (word, line) in [(Word::Ready, "READY=1"), (Word::Stopping, "STOPPING=1")] {
                send(socket.as_ref(), word).unwrap();
                let mut heard = [0; 64];
                let length = listens.recv(&mut heard).unwrap();
                assert_eq!(&heard[..length], line.as_bytes());
            }
        }
        assert!(send("/nowhere/notify".as_ref(), Word::Ready).is_err());
    }
}
