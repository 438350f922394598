//! Whether a password is little more than what everybody knows about its owner.

use super::common::{fold, is_common};

/// Parts of names that are shorter are in too many words.
const SHORTEST_NAME: usize = 3;
/// Characters beside the names that make a password of its own: as many as the shortest one has.
const LEFT_OVER: usize = super::MIN_LENGTH;

/// Whether `password` is made of these names (of people, applications, their addresses), but for what is too
/// short or too common to be a password.
#[must_use]
pub fn is_made_of(password: &str, names: &[&str]) -> bool {
    let mut rest = bare(&fold(password));
    let was = rest.len();
    for part in parts(names) {
        rest = rest.replace(&part, "");
    }
    rest.len() < was && (rest.chars().count() < LEFT_OVER || is_common(&rest))
}

/// Every name and every word in it, the longest first, as they are looked for.
fn parts(names: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for name in names {
        let folded = fold(name);
        // The end of an address names no one.
        let told = match folded.rsplit_once('@') {
            Some((local, host)) => format!("{local} {}", host.rsplit_once('.').map_or(host, |(own, _)| own)),
            None => folded.clone(),
        };
        all.push(bare(&folded));
        all.push(bare(&told));
        all.extend(told.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
    }
    all.retain(|part| part.chars().count() >= SHORTEST_NAME);
    all.sort_by_key(|part| std::cmp::Reverse(part.len()));
    all.dedup();
    all
}

/// Without what people put between words.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: [&str; 5] = ["Keyrack", "Ada", "Lovelace", "countess.ada", "ada.l@analytical-engine.org"];

    #[test]
    fn c05_what_everybody_knows_of_its_owner_is_no_password() {
        for password in [
            "Ada Lovelace 1815",
            "adalovelaceadalovelace",
            "Keyrack-Keyrack-1",
            "ada.l@analytical-engine.org",
            "analytical engine",
            "ANALYTICALengine99",
            "countess.ada 12.10.",
            "Lovelace Password1",
            "adapassword1234567",
            "ada.l@analytical-engine.org!",
            "ａｄａ lovelace 007",
        ] {
            assert!(is_made_of(password, &ADA), "{password:?}");
        }
    }

    #[test]
    fn c05_a_name_in_a_password_of_its_own_does_no_harm() {
        for password in [
            "Canada has maple trees",
            "lovelace met babbage at noon",
            "correct horse battery",
            "keyrack holds wet towels",
            "",
        ] {
            assert!(!is_made_of(password, &ADA), "{password:?}");
        }
        for names in [["", "", "Al", "x@y.z"], ["", "  ", "-", "@"]] {
            assert!(!is_made_of("alabaster columns", &names), "{names:?}");
        }
    }
}
