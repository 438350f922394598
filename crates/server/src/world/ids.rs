use super::{Clock, Random};
use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

/// Bits of randomness below the time.
const RANDOM_BITS: u32 = 80;
const BYTES: usize = RANDOM_BITS as usize / 8;
/// Draws that one request to the system's generator is good for: it costs as much for one as for a hundred.
const DRAWS: usize = 128;

/// Draws the numbers that ids are made of: each is greater than all before it in this process, so that what
/// is made later sorts later, also within one millisecond.
#[derive(Debug, Default)]
pub struct Ids {
    last: Mutex<u128>,
}

impl Ids {
    /// 48 bits of time, 80 of randomness. Ids are never secrets: theirs may have lain in memory for a while.
    #[must_use]
    pub fn draw(&self, clock: &Clock, random: &Random) -> u128 {
        let bytes = match random {
            Random::System => stored(random),
            // A test knows which draw is whose.
            Random::Seeded { .. } => random.bytes::<BYTES>(),
        };
        let drawn = bytes.iter().fold(0, |value: u128, byte| (value << 8) | u128::from(*byte));
        let time = u128::from(u64::try_from(clock.now_ms()).unwrap_or(0) & 0xffff_ffff_ffff);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = (time << RANDOM_BITS) | drawn;
        *last = if fresh > *last { fresh } else { *last + 1 + (drawn & 0xffff_ffff) };
        *last
    }
}

/// Random bytes that no other draw gets, from a store that each thread has for itself.
fn stored(random: &Random) -> [u8; BYTES] {
    thread_local! {
        static STORE: RefCell<Vec<[u8; BYTES]>> = const { RefCell::new(Vec::new()) };
    }
    STORE.with_borrow_mut(|store| {
        if store.is_empty() {
            let drawn: [u8; BYTES * DRAWS] = random.bytes();
            let (draws, _) = drawn.as_chunks();
            store.extend_from_slice(draws);
        }
        store.pop().unwrap_or_else(|| random.bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_ids_of_a_millisecond_share_their_randomness_on_any_thread() {
        let draw = || (0..1_000).map(|_| stored(&Random::System)).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw)).collect();
        let mut drawn: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 4_000);
    }
}
