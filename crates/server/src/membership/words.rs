//! What a member is found by: the beginning of a name, an address or a username, folded.

use super::Place;
use crate::config::folded;
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::{MembershipId, UserId};
use crate::params;
use crate::user::kept;

/// Characters of a word that are kept: more are typed by nobody.
const LENGTH: usize = 120;

/// A text as it is compared: folded, spaces as one.
#[must_use]
pub fn word(text: &str) -> String {
    let text = folded(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(LENGTH).collect()
}

/// Where the words end that begin with this one: no character is behind the last one of Unicode.
#[must_use]
pub fn end(word: &str) -> String {
    format!("{word}\u{10ffff}")
}

/// What a user is found by.
///
/// # Errors
/// What the database says.
pub fn of_user(on: &mut Snapshot<'_>, user: &UserId) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let row = on.query_one(
        "select first_name, last_name, username from users where id = $1",
        params![user.as_str()],
    )?;
    if let Some(row) = row {
        let mut cells = row.cells();
        let (first, last) = (cells.text()?, cells.text()?);
        words.extend([format!("{first} {last}"), last]);
        words.extend(cells.optional_text()?);
    }
    let rows = on.query(
        "select email from email_addresses where user_id = $1 and verified_at is not null order by id",
        params![user.as_str()],
    )?;
    for row in rows {
        words.push(row.cells().text()?);
    }
    let mut words: Vec<String> =
        words.iter().map(|text| word(text)).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// How many characters two words begin with alike.
fn shared(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count()
}

/// A number of characters as the database has it; no word is long.
pub(super) fn characters(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Each word with how much of it the word before it begins with; 0 for the first. Of several words that begin with what
/// is searched, the first is the one that shares less than that.
fn ordered(words: &[String]) -> Vec<(&str, i64)> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    let before = std::iter::once("").chain(words.iter().copied());
    let shares = before.zip(&words).map(|(before, word)| characters(shared(before, word)));
    words.iter().copied().zip(shares.collect::<Vec<_>>()).collect()
}

/// Writes what a member of a place is found by.
///
/// # Errors
/// What the database says.
pub fn write(
    tx: &mut Tx<'_>,
    (deployment, place): (&str, &str),
    member: &MembershipId,
    words: &[String],
) -> Result<()> {
    for (word, shared) in ordered(words) {
        tx.execute(
            "insert into member_words (membership_id, word, shared, deployment_id, place_id)
             values ($1, $2, $3, $4, $5)",
            params![member.as_str(), word, shared, deployment, place],
        )?;
    }
    Ok(())
}

/// Writes anew what a user is found by, by operators and wherever it is a member. The caller holds the user's lock.
///
/// # Errors
/// What the database says.
pub fn renew(tx: &mut Tx<'_>, deployment: &str, user: &UserId) -> Result<()> {
    kept::fold_names(tx, user)?;
    let rows = tx.query(
        "select id, place_id from memberships where user_id = $1 order by id",
        params![user.as_str()],
    )?;
    if rows.is_empty() {
        return Ok(());
    }
    let words = of_user(tx, user)?;
    for row in rows {
        let mut cells = row.cells();
        let (member, place) = (MembershipId::stored(cells.text()?), cells.text()?);
        tx.execute("delete from member_words where membership_id = $1", params![member.as_str()])?;
        write(tx, (deployment, &place), &member, &words)?;
    }
    Ok(())
}

/// The statement of [`count`].
pub const COUNT: &str = "select count(*) from (select w.membership_id from member_words w
         where w.place_id = $1 and w.word >= $2 and w.word < $3 and w.shared < $4
         order by w.word, w.membership_id limit $5) found";

/// Whether anybody of a place is found by what begins with `word`: how many, as far as `most`.
///
/// # Errors
/// What the database says.
pub fn count(on: &mut Snapshot<'_>, place: &Place, word: &str, most: i64) -> Result<i64> {
    let row =
        on.query_one(COUNT, params![&place.id, word, &end(word), characters(word.chars().count()), most])?;
    row.map_or(Ok(0), |row| row.cells().int())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_says_what_the_one_before_it_begins_with() {
        let words = ["ada@example.com", "ada lovelace", "ada", "lovelace", "ada", "ädá"].map(str::to_owned);
        let expected = [("ada", 0), ("ada lovelace", 3), ("ada@example.com", 3), ("lovelace", 0), ("ädá", 0)];
        assert_eq!(ordered(&words), expected);
        assert_eq!(ordered(&["äb", "äc"].map(str::to_owned))[1], ("äc", 1));
    }

    proptest! {
        /// As the statement of a search finds them.
        #[test]
        fn whoever_is_found_is_found_once_and_by_the_first_word(
            words in proptest::collection::vec("[abä]{1,4}", 0..6),
            search in "[abä]{1,3}",
        ) {
            let length = characters(search.chars().count());
            let all = ordered(&words);
            let begin = |(word, _): &&(&str, i64)| *word >= search.as_str() && *word < end(&search).as_str();
            let found: Vec<&str> =
                all.iter().filter(begin).filter(|(_, shared)| *shared < length).map(|(word, _)| *word).collect();
            let first = words.iter().filter(|word| word.starts_with(&search)).min();
            prop_assert_eq!(found, first.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_word_is_folded_and_everything_that_begins_with_it_lies_before_its_end() {
        assert_eq!(word("  Ａda   LOVELACE "), "ada lovelace");
        assert_eq!(word(&"x".repeat(500)).len(), 120);
        for (beginning, whole) in [("ada", "ada"), ("ada", "adam"), ("ad", "ad\u{10ffff}"), ("", "z")] {
            assert!(whole >= beginning && (whole < end(beginning).as_str() || whole.ends_with('\u{10ffff}')));
        }
        assert!("adb" > end("ada").as_str() && "ada" < end("ada").as_str());
    }
}
