//! Common and breached passwords: whether a new one is among them, without asking anybody.
//!
//! `data/passwords.bfuse16` is a binary fuse filter of 16-bit fingerprints, made by `cargo xtask passwords` (which
//! says from what, see docs/adr/0020). It holds every listed password, never lets one through, and takes one of
//! 65 536 others for listed. It is read where it stands in the binary: it is no memory of its own.
//!
//! A guesser writes what is common in capitals, doubles it, and puts a year behind it, so a password is compared
//! folded, without its repetition, and without the few characters that stand around its word.

use aws_lc_rs::digest;
use unicode_normalization::UnicodeNormalization;
use xorf::{BinaryFuse16Ref, Filter, FilterRef};

/// Bytes of the filter's parameters, before its fingerprints.
const PARAMETERS: usize = 20;
/// A piece that is repeated has at least so many characters, or what it repeats says nothing.
const SHORTEST_UNIT: usize = 4;
/// So many characters around a listed word make no other password of it: a year, a date, `!1`.
const DECORATION: usize = 6;
/// What fingers and tongues say in this order, as often as one likes and backwards.
const ROWS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// Fingerprints are read as numbers of two bytes, so they must stand where such numbers may.
#[repr(C, align(2))]
struct Aligned<Bytes: ?Sized>(Bytes);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../../../data/passwords.bfuse16"));

const _: () = assert!(cfg!(target_endian = "little"), "the filter's numbers are little-endian");

/// Whether somebody who guesses would try this password early.
#[must_use]
pub fn is_common(password: &str) -> bool {
    let folded = fold(password);
    let whole = folded.trim();
    let unit = unit(whole);
    if unit.chars().count() < SHORTEST_UNIT {
        return true;
    }
    is_expected(whole) || is_expected(unit)
}

/// As passwords are compared: their case, and how their characters are composed, is what guessers vary first.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// What stands in the filter for a folded password.
#[must_use]
pub fn key(folded: &str) -> u64 {
    let hash = digest::digest(&digest::SHA256, folded.as_bytes());
    let first = hash.as_ref().first_chunk().copied().unwrap_or_default();
    u64::from_le_bytes(first)
}

/// Whether a folded password is in one of the lists.
fn is_listed(folded: &str) -> bool {
    let Some((parameters, fingerprints)) = FILE.0.split_at_checked(PARAMETERS) else { return false };
    BinaryFuse16Ref::from_dma(parameters, fingerprints).contains(&key(folded))
}

/// Listed, a walk over the keys, or a listed word with a few characters around it.
fn is_expected(text: &str) -> bool {
    if is_listed(text) || is_walk(text) {
        return true;
    }
    let word = text.trim_matches(|c: char| !c.is_alphabetic());
    let Some((before, after)) = text.split_once(word).filter(|_| !word.is_empty()) else { return false };
    let is_short = |text: &str, most: usize| text.chars().count() <= most;
    let says_nothing = |part: &str| is_short(part, DECORATION) || is_listed(part) || is_walk(part);
    let unit = unit(word);
    let is_nothing = is_short(unit, SHORTEST_UNIT - 1) || is_listed(unit) || is_walk(unit) || is_listed(word);
    is_nothing && says_nothing(before) && says_nothing(after)
}

/// The shortest piece that the whole text repeats, the last time perhaps in part; the text itself when none is
/// there twice.
fn unit(text: &str) -> &str {
    let chars: Vec<char> = text.chars().collect();
    let repeats = |period: &usize| chars.iter().skip(*period).zip(&chars).all(|(later, one)| later == one);
    // The last time may lack its end, such as the space between two words.
    let Some(period) = (1..=chars.len().div_ceil(2)).find(repeats) else { return text };
    let end = text.char_indices().nth(period).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// Whether the text is a piece of a row.
fn is_walk(text: &str) -> bool {
    let backwards: String = text.chars().rev().collect();
    text.len() >= SHORTEST_UNIT
        && ROWS.iter().any(|row| {
            let around = row.repeat(text.len() / row.len() + 2);
            around.contains(text) || around.contains(&backwards)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn c05_what_guessers_try_first_is_found() {
        for common in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "trustno1",
            "sunshine",
            "letmein1",
            // In another case, in other characters, doubled, and with what people put around it.
            "PaSsWoRd",
            "ｐａｓｓｗｏｒｄ",
            "passwordpassword",
            "password password",
            "PASSWORD2026!",
            "!!monkey1987",
            "12monkeymonkey34",
            "dragon123456789",
            "1q2w3e4r5t6y7u8",
            // Long enough for any rule, and no better.
            "aaaaaaaaaaaaaaa",
            "               ",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
            "abcabcabcabcabc",
            "123456789012345",
            "zyxwvutsrqponml",
            "qwertyuiopasdfgh",
            "abababababababab!!",
            "correcthorsebatterystaple",
            "passwordpasswordpassword",
        ] {
            assert!(is_common(common), "{common:?}");
        }
    }

    #[test]
    fn c05_what_only_holds_something_common_is_not_common() {
        for own in [
            "correct horse battery",
            "my password is a secret",
            "password of the old mill",
            "dragon in a teacup",
            "café noir à minuit",
            "7f9c2b1d-40aa-4c1e",
            "summer rain 20 drops",
            "kX4!pQ9zLm2#",
            "пароль не скажу",
        ] {
            assert!(!is_common(own), "{own:?}");
        }
    }

    #[test]
    fn of_a_million_random_words_hardly_one_is_taken_for_listed() {
        // One of 65 536 is expected: 15 of a million, and 40 is more than six deviations away.
        let taken = (0..1_000_000_u64).filter(|number| is_listed(&format!("no list has {number}"))).count();
        assert!((1..40).contains(&taken), "{taken}");
    }

    proptest! {
        #[test]
        fn nothing_typed_is_too_odd_to_be_judged(typed in "[\u{0}-\u{ffff}]{0,140}", twice in "[a-c ]{1,3}") {
            let _ = is_common(&typed);
            prop_assert!(is_common(&twice.repeat(12)), "{:?}", twice);
        }
    }
}
