//! What an organization or workspace is called in addresses: unique among the organizations of a deployment, or among
//! the workspaces of an organization.

use keyrack_protocol::Code;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most characters.
pub const LONGEST: usize = 48;
/// Characters of a name that are taken: the rest is room for what makes it unique.
const OF_A_NAME: usize = 20;

/// A slug as it is kept.
///
/// # Errors
/// [`Code::InvalidSlug`].
pub fn parse(text: &str) -> Result<String, Code> {
    let slug = text.trim().to_ascii_lowercase();
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if slug.len() <= LONGEST && slug.split('-').all(is_word) { Ok(slug) } else { Err(Code::InvalidSlug) }
}

/// What something called `name` whose id is `id` may have as a slug, the shortest first; the last one is nobody else's.
#[must_use]
pub fn of(name: &str, id: &str) -> [String; 3] {
    let base = words(name);
    let drawn = id.rsplit('_').next().unwrap_or(id);
    let tail = drawn.get(drawn.len().saturating_sub(4)..).unwrap_or(drawn);
    [base.clone(), format!("{base}-{tail}"), format!("{base}-{drawn}")]
}

/// The letters and digits of a name, joined by hyphens; of one that has none the word `team`.
fn words(name: &str) -> String {
    let mut slug = String::new();
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(OF_A_NAME);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "team".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slug_is_words_of_letters_and_digits() {
        assert_eq!(parse(" Acme-2 "), Ok("acme-2".to_owned()));
        assert_eq!(parse(&"a".repeat(48)), Ok("a".repeat(48)));
        for wrong in ["", "-", "-a", "a-", "a--b", "a b", "a_b", "ä", "a/b", &"a".repeat(49)] {
            assert_eq!(parse(wrong), Err(Code::InvalidSlug), "{wrong}");
        }
    }

    #[test]
    fn a_name_gives_one_and_two_that_are_longer() {
        let id = "org_01kay0000000000000000ab3x9";
        assert_eq!(of("Müller & Söhne", id)[..2], ["muller-sohne", "muller-sohne-b3x9"]);
        assert_eq!(of("株式会社", id)[0], "team");
        assert_eq!(of("The Exceedingly Long Company", id)[0], "the-exceedingly-long");
    }

    proptest! {
        #[test]
        fn what_is_made_of_any_name_is_one(name in ".{0,100}") {
            for slug in of(&name, "org_01kay0000000000000000ab3x9") {
                prop_assert_eq!(parse(&slug), Ok(slug.clone()));
            }
        }
    }
}
