//! Giving freed memory back to the system.
//!
//! The allocator does so by itself only while it is asked for more: a server that has nothing to do after a storm would
//! hold what the storm took. Doing it at each free costs a tenth of a switch.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

const PAUSE: Duration = Duration::from_secs(1);
/// How often it was done.
static ROUND: AtomicU64 = AtomicU64::new(0);

/// Does it every second for as long as the process lives.
pub fn give_back_from_time_to_time() {
    let spawned = thread::Builder::new().name("keyrack-memory".to_owned()).spawn(|| {
        loop {
            thread::park_timeout(PAUSE);
            ROUND.fetch_add(1, Ordering::Relaxed);
            give_back();
        }
    });
    // Without the thread memory is kept, and nothing else is different.
    drop(spawned);
}

/// For a thread that has nothing to do: what it has freed itself is kept for it until it asks. Once a round.
pub fn give_back_own() {
    thread_local! {
        static SEEN: Cell<u64> = const { Cell::new(0) };
    }
    let round = ROUND.load(Ordering::Relaxed);
    if SEEN.replace(round) != round {
        give_back();
    }
}

#[allow(unsafe_code, reason = "the allocator's interface is C's")]
fn give_back() {
    // SAFETY: it may be called from any thread at any time, and takes nothing that is in use.
    unsafe { libmimalloc_sys::mi_collect(true) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Kilobytes of memory that is no file's; none where the system does not tell.
    fn held() -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// What one test fills and frees is not another's to measure.
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

    fn fill_and_free() {
        let pieces: Vec<Vec<u8>> = (0..1024).map(|_| vec![1; 64 << 10]).collect();
        drop(std::hint::black_box(pieces));
    }

    #[test]
    fn freed_memory_is_given_back_though_nobody_asks_for_more() {
        let _alone = ALONE.lock().unwrap();
        let Some(before) = held() else { return };
        fill_and_free();
        assert!(held() > Some(before + (32 << 10)), "the allocator keeps it for a while");
        give_back();
        assert!(held() < Some(before + (8 << 10)));
    }

    #[test]
    fn a_thread_that_rests_gives_back_what_it_freed_once_a_round() {
        let _alone = ALONE.lock().unwrap();
        let Some(before) = held() else { return };
        ROUND.fetch_add(1, Ordering::Relaxed);
        fill_and_free();
        give_back_own();
        assert!(held() < Some(before + (8 << 10)));
        fill_and_free();
        give_back_own();
        assert!(held() > Some(before + (32 << 10)), "the round is the same");
        give_back();
    }
}
