use super::{Clock, Random};
use std::sync::{Mutex, PoisonError};

/// Bits of randomness below the time.
const RANDOM_BITS: u32 = 80;

/// Draws the numbers that ids are made of: each is greater than all before it in this process, so that what
/// is made later sorts later, also within one millisecond.
#[derive(Debug, Default)]
pub struct Ids {
    last: Mutex<u128>,
}

impl Ids {
    /// 48 bits of time, 80 of randomness.
    #[must_use]
    pub fn draw(&self, clock: &Clock, random: &Random) -> u128 {
        let drawn = random.bytes::<10>().iter().fold(0, |value: u128, byte| (value << 8) | u128::from(*byte));
        let time = u128::from(u64::try_from(clock.now_ms()).unwrap_or(0) & 0xffff_ffff_ffff);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = (time << RANDOM_BITS) | drawn;
        *last = if fresh > *last { fresh } else { *last + 1 + (drawn & 0xffff_ffff) };
        *last
    }
}
