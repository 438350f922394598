//! The puzzle of the open-source Cap widget: numbers whose hashes begin as they are told to. Pure.

use aws_lc_rs::digest::{SHA256, digest};
use std::fmt::Write;

/// How much work one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Puzzle {
    /// How many numbers are to be found.
    pub count: u32,
    /// Characters of each salt.
    pub salt: usize,
    /// Hexadecimal digits that a hash must begin with: a number takes 16 to this power tries.
    pub difficulty: usize,
}

impl Puzzle {
    /// The salt and the target of the `index`th number (from 1) of a challenge.
    #[must_use]
    pub fn nth(self, token: &str, index: u32) -> (String, String) {
        (digits(&format!("{token}{index}"), self.salt), digits(&format!("{token}{index}d"), self.difficulty))
    }

    /// Whether these are as many numbers as it asks for, and each of them fits.
    #[must_use]
    pub fn is_solved(self, token: &str, solutions: &[u64]) -> bool {
        let is_all = u32::try_from(solutions.len()).is_ok_and(|given| given == self.count);
        is_all
            && (1..=self.count).zip(solutions).all(|(index, solution)| {
                let (salt, target) = self.nth(token, index);
                let hash = digest(&SHA256, format!("{salt}{solution}").as_bytes());
                hex(hash.as_ref()).starts_with(&target)
            })
    }
}

/// `count` hexadecimal digits that follow from `seed`: FNV-1a of it, moved on by xorshift.
fn digits(seed: &str, count: usize) -> String {
    let mut state = seed
        .bytes()
        .fold(2_166_136_261_u32, |state, byte| (state ^ u32::from(byte)).wrapping_mul(16_777_619));
    let mut out = String::with_capacity(count + 8);
    while out.len() < count {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        // Writing to a string never fails.
        let _ = write!(out, "{state:08x}");
    }
    out.truncate(count);
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUZZLE: Puzzle = Puzzle { count: 3, salt: 16, difficulty: 2 };

    #[test]
    fn salts_targets_and_solutions_are_those_of_the_widget() {
        let all: Vec<(String, String)> = (1..=3).map(|index| PUZZLE.nth("1013", index)).collect();
        let expected = [("1e7aacfe374c688c", "b5"), ("38f323edcd5b18ea", "dd"), ("dd796571cb308eda", "1c")];
        assert_eq!(all, expected.map(|(salt, target)| (salt.to_owned(), target.to_owned())));
        assert!(PUZZLE.is_solved("1013", &[6, 104, 463]));
    }

    #[test]
    fn anything_else_is_no_solution() {
        for wrong in [&[6, 104][..], &[6, 104, 463, 1], &[7, 104, 463], &[6, 104, 464], &[104, 6, 463], &[]] {
            assert!(!PUZZLE.is_solved("1013", wrong), "{wrong:?}");
        }
        assert!(!PUZZLE.is_solved("1014", &[6, 104, 463]));
        assert!(!Puzzle { difficulty: 3, ..PUZZLE }.is_solved("1013", &[6, 104, 463]));
        assert!(!Puzzle { salt: 17, ..PUZZLE }.is_solved("1013", &[6, 104, 463]));
    }
}
