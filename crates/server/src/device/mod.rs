//! Signing a program in by a code: it shows one, somebody who is signed in types it into a page of ours and says yes, and
//! the program, which has asked all the while, is handed a session of its own (in the manner of RFC 8628).
//!
//! The code is short because a person types it, so it is worth little: it lives ten minutes, names a request and opens
//! nothing, only somebody signed in may try one, and tries are counted. What the program asks with is 256 bits.

mod begin;
mod decide;
pub mod http;
mod poll;
mod store;

use crate::world::World;

/// How long somebody has to type the code.
pub const LIFE_MS: i64 = 10 * 60_000;
/// The pause between two questions of a program, at first and by how much it grows when one comes too early.
const PAUSE_MS: i64 = 5_000;
/// A question that comes so much too early is none: networks are not even.
const EARLY_MS: i64 = 500;
/// Letters that are not taken for one another, and make no words.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters in a code, in two groups: 34 bits.
const LENGTH: usize = 8;
/// The longest name that a program has, in characters.
const NAME: usize = 60;

/// A code that people type.
#[derive(Clone, PartialEq, Eq)]
struct UserCode(String);

impl UserCode {
    /// A new one, every letter as likely as any other.
    fn draw(world: &World) -> Self {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            // 240 is the last multiple of 20 in a byte: what is above would make some letters likelier.
            let drawn: [u8; 16] = world.random.bytes();
            let fair = drawn.into_iter().filter(|byte| *byte < 240);
            let letters = fair.filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()));
            code.extend(letters.map(|letter| char::from(*letter)).take(LENGTH - code.len()));
        }
        Self(code)
    }

    /// What somebody typed, in whatever case and with whatever between the letters; none if it is no code.
    fn typed(text: &str) -> Option<Self> {
        let is_between =
            |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '.' | '_');
        let code: String = text.chars().filter(|c| !is_between(*c)).map(|c| c.to_ascii_uppercase()).collect();
        (code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte))).then_some(Self(code))
    }

    /// In two groups, as it is shown.
    fn shown(&self) -> String {
        let (first, second) = self.0.split_at(LENGTH / 2);
        format!("{first}-{second}")
    }
}

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Confirmed,
    Denied,
    Taken,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::Confirmed, Self::Denied, Self::Taken];

    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Denied => "denied",
            Self::Taken => "taken",
        }
    }

    fn stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// The pause that a program has to make which asked at `asked`, and whether it asked too early: then the pause grows.
fn pause_after(pause: i64, (last, asked): (i64, i64)) -> (i64, bool) {
    let early = asked - last < pause - EARLY_MS;
    (if early { (pause + PAUSE_MS).min(LIFE_MS) } else { pause }, early)
}

/// The name of a program as it is shown to whoever is asked: one line without anything that hides or turns text; none if
/// there is nothing in it.
fn named(text: &str) -> Option<String> {
    let hides = |c: &char| {
        c.is_control() && !c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let name: String = text.chars().filter(|c| !hides(c)).collect();
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(NAME).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_nothing_else_is_one() {
        let code = UserCode::draw(&World::for_tests(1));
        let shown = code.shown();
        let lower = shown.to_lowercase();
        for typed in [shown.clone(), lower.clone(), shown.replace('-', ""), shown.replace('-', " \u{2013} ")]
        {
            assert!(UserCode::typed(&typed) == Some(code.clone()), "{typed}");
        }
        for wrong in ["", "BCDF", "BCDF-GHJA", "BCDF-GHJ1", "BCDF-GHJKL", "ßßßß-BCDF", "BCDFGHJ\u{212a}"]
        {
            assert!(UserCode::typed(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_letter_comes_in_every_place() {
        let world = World::for_tests(2);
        let mut seen = vec![BTreeSet::new(); LENGTH];
        for _ in 0..2000 {
            for (place, letter) in UserCode::draw(&world).0.bytes().enumerate() {
                seen[place].insert(letter);
            }
        }
        assert!(seen.iter().all(|letters| letters.len() == LETTERS.len()));
    }

    #[test]
    fn who_asks_too_early_has_to_wait_longer_each_time() {
        assert_eq!(pause_after(5_000, (0, 5_000)), (5_000, false));
        assert_eq!(pause_after(5_000, (0, 4_500)), (5_000, false));
        assert_eq!(pause_after(5_000, (0, 4_499)), (10_000, true));
        assert_eq!(pause_after(10_000, (4_499, 9_499)), (15_000, true));
        assert_eq!(pause_after(LIFE_MS, (0, 0)), (LIFE_MS, true));
    }

    #[test]
    fn a_name_is_one_line_that_shows_all_of_itself() {
        assert_eq!(named("  keyrack\n\tcli "), Some("keyrack cli".to_owned()));
        assert_eq!(named("safe\u{202e}exe.txt\u{200b}"), Some("safeexe.txt".to_owned()));
        assert_eq!(named(&"a".repeat(200)).map(|name| name.len()), Some(NAME));
        assert_eq!(named(" \u{200b}\n"), None);
    }
}
