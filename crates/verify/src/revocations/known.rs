//! What a backend knows of who has signed out: of each sign-in, the revision before which tokens are refused.

use std::collections::{HashMap, VecDeque};

/// How long a revocation is kept when the server does not say how long a token may live, in milliseconds.
const WINDOW_MS: i64 = 65_000;
/// The longest that a server may ask for: a day.
const LONGEST_MS: i64 = 24 * 60 * 60_000;

/// The revocations that some living token may be about.
#[derive(Debug)]
pub(crate) struct Known {
    by_sign_in: HashMap<String, Entry>,
    /// In the order in which they were heard, with the time of that; some may have been heard again since.
    heard: VecDeque<(i64, String)>,
    window_ms: i64,
}

#[derive(Debug)]
struct Entry {
    not_before_rev: i64,
    heard_at: i64,
}

impl Default for Known {
    fn default() -> Self {
        Self { by_sign_in: HashMap::new(), heard: VecDeque::new(), window_ms: WINDOW_MS }
    }
}

impl Known {
    /// Whether a token of a sign-in, minted at revision `rev`, is refused.
    pub(crate) fn refuses(&self, sign_in: &str, rev: i64) -> bool {
        self.by_sign_in.get(sign_in).is_some_and(|entry| rev < entry.not_before_rev)
    }

    /// Tokens of this sign-in are refused from now on that were minted before this revision. Nothing is ever taken back.
    pub(crate) fn hear(&mut self, sign_in: &str, not_before_rev: i64, now_ms: i64) {
        self.forget(now_ms);
        let entry =
            self.by_sign_in.entry(sign_in.to_owned()).or_insert(Entry { not_before_rev, heard_at: now_ms });
        entry.not_before_rev = entry.not_before_rev.max(not_before_rev);
        entry.heard_at = now_ms;
        self.heard.push_back((now_ms, sign_in.to_owned()));
    }

    /// The longest that a token may live, with all that clocks may be apart, in milliseconds.
    pub(crate) fn keep_for(&mut self, window_ms: i64) {
        self.window_ms = window_ms.clamp(WINDOW_MS, LONGEST_MS);
    }

    /// Forgets what no living token can be about.
    fn forget(&mut self, now_ms: i64) {
        let is_over = |at: i64| now_ms.saturating_sub(at) > self.window_ms;
        while let Some((_, sign_in)) = self.heard.pop_front_if(|(at, _)| is_over(*at)) {
            if self.by_sign_in.get(&sign_in).is_some_and(|entry| is_over(entry.heard_at)) {
                self.by_sign_in.remove(&sign_in);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.by_sign_in.len()
    }

    #[cfg(test)]
    pub(crate) fn not_before(&self, sign_in: &str) -> Option<i64> {
        self.by_sign_in.get(sign_in).map(|entry| entry.not_before_rev)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_token_can_be_about_is_forgotten() {
        let mut known = Known::default();
        known.hear("sin_1", 4, 0);
        known.hear("sin_2", 4, 40_000);
        known.hear("sin_1", 3, 50_000);
        assert!(known.refuses("sin_1", 3) && !known.refuses("sin_1", 4));
        known.hear("sin_3", 1, WINDOW_MS + 1);
        assert_eq!(known.len(), 3, "heard again");
        known.hear("sin_3", 1, WINDOW_MS + 40_001);
        assert_eq!((known.len(), known.refuses("sin_2", 0)), (2, false));
        known.hear("sin_3", 1, WINDOW_MS + 50_001);
        assert_eq!((known.len(), known.heard.len()), (1, 3));
    }

    #[test]
    fn the_server_says_for_how_long_within_reason() {
        let mut known = Known::default();
        known.keep_for(3_600_000);
        known.hear("sin_1", 4, 0);
        known.hear("sin_2", 4, 3_600_000);
        assert!(known.refuses("sin_1", 3));
        known.hear("sin_2", 4, 3_600_001);
        assert!(!known.refuses("sin_1", 3));
        for (asked, kept) in [(0, WINDOW_MS), (-1, WINDOW_MS), (i64::MAX, LONGEST_MS)] {
            known.keep_for(asked);
            assert_eq!(known.window_ms, kept);
        }
    }
}
