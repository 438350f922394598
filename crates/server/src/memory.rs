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

    /// What one of these tests fills and frees is not the other's to measure.
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

    fn fill_and_free() {
        let pieces: Vec<Vec<u8>> = (0..1024).map(|_| vec![1; 64 << 10]).collect();
        drop(std::hint::black_box(pieces));
    }

    /// That it is so in one of several rounds: other tests of this process fill and free memory meanwhile, and a machine that
    /// does something else for a moment lets the allocator give back by itself.
    fn in_some_round(is_so: impl Fn(u64) -> bool) {
        let _alone = ALONE.lock().unwrap();
        let shown = (0..20).any(|_| held().is_none_or(&is_so));
        assert!(shown, "in none of twenty rounds");
    }

    const KEPT: u64 = 32 << 10;
    const GIVEN: u64 = 8 << 10;

    #[test]
    fn freed_memory_is_given_back_though_nobody_asks_for_more() {
        in_some_round(|before| {
            fill_and_free();
            // The allocator keeps it for a while.
            let kept = held() > Some(before + KEPT);
            give_back();
            kept && held() < Some(before + GIVEN)
        });
    }

    #[test]
    fn a_thread_that_rests_gives_back_what_it_freed_once_a_round() {
        in_some_round(|before| {
            ROUND.fetch_add(1, Ordering::Relaxed);
            fill_and_free();
            give_back_own();
            let given = held() < Some(before + GIVEN);
            fill_and_free();
            // The round is the same.
            give_back_own();
            let kept = held() > Some(before + KEPT);
            give_back();
            given && kept
        });
    }
}
