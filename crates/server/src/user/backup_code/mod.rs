//! Backup codes: twelve secrets to be written down, each of which stands in for another second factor once.
//!
//! A code is 40 random bits in Crockford's base 32, whose letters cannot be taken for each other. Only its HMAC is kept,
//! with its owner; the codes are shown when they are made and never again.

pub mod http;
pub mod store;

use crate::app::App;
use crate::id::{BackupCodeId, UserId};
use crate::vault::{Purpose, Vault};
use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many are made at once.
pub const HOW_MANY: usize = 12;
/// Letters of a code, five bits each.
const LETTERS: usize = 8;

/// New codes of an account, drawn before the transaction.
#[derive(Clone)]
pub struct Drawn {
    /// As they are shown, once.
    pub shown: Vec<String>,
    ids: Vec<BackupCodeId>,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Drawn")
    }
}

impl Drawn {
    /// Draws codes, all different.
    #[must_use]
    pub fn draw(app: &App) -> Self {
        let mut shown: Vec<String> = Vec::new();
        while shown.len() < HOW_MANY {
            let code = spell(app.world.random.bytes());
            if !shown.contains(&code) {
                shown.push(code);
            }
        }
        let ids = shown.iter().map(|_| BackupCodeId::draw(&app.world)).collect();
        Self { shown, ids }
    }
}

/// As it is shown: `XXXX-XXXX`.
fn spell(bits: [u8; 5]) -> String {
    let bits = bits.iter().fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    let mut code = String::with_capacity(LETTERS + 1);
    for place in (0..LETTERS).rev() {
        if place == LETTERS / 2 - 1 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[(bits >> (5 * place) & 31) as usize]));
    }
    code
}

/// The letters of a code as somebody typed it: without its hyphen, in whatever case, and with what looks like 0 or 1 read
/// as that; none if it cannot be one.
#[must_use]
pub fn letters(typed: &str) -> Option<String> {
    let mut letters = String::with_capacity(LETTERS);
    for typed in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let letter = match typed.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        };
        if letters.len() == LETTERS || !letter.is_ascii() || !ALPHABET.contains(&(letter as u8)) {
            return None;
        }
        letters.push(letter);
    }
    (letters.len() == LETTERS).then_some(letters)
}

fn hash(vault: &Vault, user: &UserId, letters: &str) -> String {
    vault.hash(Purpose::OneTime, &format!("backup_code/{}", user.as_str()), letters.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_forty_bits_each_of_which_is_seen() {
        assert_eq!(spell([0; 5]), "0000-0000");
        assert_eq!(spell([0xff; 5]), "ZZZZ-ZZZZ");
        assert_eq!(spell([0x00, 0x44, 0x32, 0x14, 0xc7]), "0123-4567");
        let mut seen: Vec<String> =
            (0..40).map(|bit| spell((1_u64 << bit).to_be_bytes()[3..].try_into().unwrap())).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 40);
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in ["ABCD-0123", "abcd0123", " ab cd-0123\n", "ABCD-O123", "abcd-oi23", "ABCD-0L23"] {
            assert_eq!(letters(typed).as_deref(), Some("ABCD0123"), "{typed}");
        }
        for wrong in ["", "ABCD-012", "ABCD-01234", "ABCU-0123", "ABCD_0123", "ÀBCD-0123", "123456"] {
            assert_eq!(letters(wrong), None, "{wrong}");
        }
        assert_eq!(letters(&"A".repeat(1_000_000)), None);
    }

    #[test]
    fn the_same_code_of_another_owner_has_another_hash() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let of = |user: &str| hash(&vault, &UserId::stored(user.to_owned()), "ABCD0123");
        assert_eq!(of("usr_1"), of("usr_1"));
        assert_ne!(of("usr_1"), of("usr_2"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_read_back_and_other_bits_are_another_code(one: [u8; 5], other: [u8; 5]) {
            let read = |bits: [u8; 5]| letters(&spell(bits)).unwrap();
            proptest::prop_assert_eq!(read(one), spell(one).replace('-', ""));
            proptest::prop_assert_eq!(read(one) == read(other), one == other);
        }

        #[test]
        fn whatever_is_typed_is_eight_letters_of_the_alphabet_or_no_code(typed in "\\PC{0,20}|[0-9A-Za-z -]{7,12}") {
            let read = letters(&typed);
            proptest::prop_assert!(read.is_none_or(|it| it.len() == 8 && it.bytes().all(|b| ALPHABET.contains(&b))));
        }
    }
}
