//! Ports that are written down before they are used, or used again after a pause.
//!
//! Not the system's own choice (port 0): those it also gives to outgoing connections, so that one may be taken by the
//! time that somebody listens on it. Linux gives 32 768 and above, others 49 152 and above (RFC 6335, 8.1.2).

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// An address of this machine that nobody else of this process is given, and that may be tried.
pub fn next_address() -> SocketAddr {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    // Processes that run beside each other begin at different places.
    let at = std::process::id().wrapping_mul(127).wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
    let port = u16::try_from(FIRST + at % COUNT).unwrap();
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// An address of this machine that nothing listens on.
pub fn free_address() -> SocketAddr {
    (0..COUNT)
        .map(|_| next_address())
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("no port is free")
}
