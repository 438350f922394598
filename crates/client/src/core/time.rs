//! Time as the store goes by it. Where it comes from is the platform's business; here nobody asks for it.

/// One moment, by two clocks. The monotonic one, which no setting of the local one disturbs, stands still while some
/// machines sleep; the local one goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds by the monotonic clock, since whenever. Timers go by it.
    pub ticks: u64,
    /// Milliseconds by the local clock, since whenever.
    pub wall: i64,
}

impl Moment {
    /// Milliseconds since `earlier`: what the clock says that says more. So nothing is taken for younger than it is, and
    /// one request too many is all that a clock costs which is set forward meanwhile.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        let wall = u64::try_from(self.wall - earlier.wall).unwrap_or(0);
        self.ticks.saturating_sub(earlier.ticks).max(wall)
    }
}

/// Time between two refreshes of a page that is looked at, and the longest pause between two tries.
pub const REFRESH_MS: u64 = 30_000;

/// How long an answer is waited for.
pub const TIMEOUT_MS: u64 = 15_000;

/// How long a page that comes back stays covered for want of an answer.
pub const COVERED_MS: u64 = 5_000;

/// How long a notice waits: of a change made in another tab that tab tells more, by its mutation's answer.
pub const OWN_MS: u64 = 100;

/// Milliseconds until the next read: after so many failures in a row from a second on, twice as long each time.
pub fn pause(failures: u32) -> u64 {
    match failures {
        0 => REFRESH_MS,
        some => (1_000_u64 << (some - 1).min(10)).min(REFRESH_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h10_pauses_double_from_a_second_to_those_between_refreshes() {
        let pauses: Vec<u64> = (0..8).map(pause).collect();
        assert_eq!(pauses, [30_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(pause(u32::MAX), 30_000);
    }

    #[test]
    fn h35_the_clock_that_says_more_is_believed() {
        let at = |ticks, wall| Moment { ticks, wall };
        assert_eq!(at(5_000, 0).since(at(0, 0)), 5_000);
        assert_eq!(at(5_000, 60_000).since(at(0, 0)), 60_000, "the machine slept");
        assert_eq!(at(5_000, -3_600_000).since(at(0, 0)), 5_000, "the clock was set back");
    }
}
