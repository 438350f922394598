use aws_lc_rs::digest::{SHA256, digest};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Gives random bytes.
#[derive(Debug)]
pub enum Random {
    /// The operating system's, through aws-lc-rs.
    System,
    /// A repeatable stream, for tests.
    Seeded {
        /// Chooses the stream.
        seed: u64,
        /// Blocks drawn so far.
        drawn: AtomicU64,
    },
}

impl Random {
    /// A repeatable stream.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded { seed, drawn: AtomicU64::new(0) }
    }

    /// Fills `bytes`.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing here is safe to do without it.
    #[allow(clippy::disallowed_methods, clippy::expect_used, reason = "the one place that asks the machine")]
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::System => aws_lc_rs::rand::fill(bytes).expect("the operating system gives random bytes"),
            Self::Seeded { seed, drawn } => {
                for chunk in bytes.chunks_mut(32) {
                    let block = drawn.fetch_add(1, Ordering::SeqCst);
                    let input = [seed.to_be_bytes(), block.to_be_bytes()].concat();
                    chunk.copy_from_slice(&digest(&SHA256, &input).as_ref()[..chunk.len()]);
                }
            }
        }
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Something up to `most`, by which pauses differ; nothing that must be hard to guess. Also for threads that go on while
    /// the process ends: the cryptographic library aborts it when it is asked for the first time then.
    #[must_use]
    pub fn jitter(most: Duration) -> Duration {
        let thousandths = u32::try_from(RandomState::new().hash_one(()) % 1001).unwrap_or(0);
        most * thousandths / 1000
    }

    /// A code of six digits, every one of the million equally likely.
    #[must_use]
    pub fn six_digits(&self) -> String {
        const FAIR: u32 = u32::MAX - u32::MAX % 1_000_000;
        loop {
            let drawn = u32::from_be_bytes(self.bytes());
            if drawn < FAIR {
                return format!("{:06}", drawn % 1_000_000);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_differs_and_stays_within_its_bound() {
        let most = Duration::from_secs(1);
        let drawn: Vec<Duration> = (0..1000).map(|_| Random::jitter(most)).collect();
        assert!(drawn.iter().all(|pause| *pause <= most));
        assert!(
            drawn.iter().any(|pause| *pause < most / 10) && drawn.iter().any(|pause| *pause > most / 10 * 9)
        );
    }

    #[test]
    fn codes_are_spread_evenly_over_their_first_and_last_digit() {
        let random = Random::System;
        let mut counts = [[0i64; 10]; 2];
        for _ in 0..20_000 {
            let code = random.six_digits();
            let digits = code.as_bytes();
            assert!(digits.len() == 6 && digits.iter().all(u8::is_ascii_digit));
            counts[0][usize::from(digits[0] - b'0')] += 1;
            counts[1][usize::from(digits[5] - b'0')] += 1;
        }
        for digit in counts {
            let chi_square: i64 = digit.iter().map(|count| (count - 2000).pow(2)).sum::<i64>() / 2000;
            // Nine degrees of freedom: 40 is passed by chance less than once in 100 000 runs.
            assert!(chi_square < 40, "{digit:?}");
        }
    }
}
