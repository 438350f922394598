//! Lists by pages. A page goes on after the last id of the one before it, so that what is made or deleted
//! meanwhile neither hides nor repeats anything.

use super::view::List;
use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::Code;

/// Entries of a page when nothing is said, and at most.
const USUAL: i64 = 50;
/// See [`USUAL`].
pub const MOST: i64 = 200;
/// The longest cursor that is read: an id, encoded.
const CURSOR: usize = 64;

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many entries it has at most, 1 to 200.
    pub limit: i64,
    /// The id that its entries come after; `""` for the first page.
    pub after: String,
}

impl Page {
    /// Reads `limit` and `cursor` as they were sent. `is_id` says whether a text is an id of this list: a cursor
    /// is data like any other, and says nothing about what may be seen.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn read(limit: Option<&str>, cursor: Option<&str>, is_id: impl Fn(&str) -> bool) -> Result<Self> {
        let limit = limit.map_or(Some(USUAL), whole_number).filter(|limit| (1..=MOST).contains(limit));
        let limit = limit.ok_or_else(|| {
            Error::refused(Code::InvalidParameter, format!("limit must be a whole number from 1 to {MOST}."))
        })?;
        let after = cursor.map_or(Some(String::new()), |cursor| opened(cursor).filter(|id| is_id(id)));
        let after = after.ok_or_else(|| {
            Error::refused(
                Code::InvalidParameter,
                "cursor must be the next_cursor of an earlier page of this list.",
            )
        })?;
        Ok(Self { limit, after })
    }

    /// How many rows to read: one more than the page has tells whether there is another.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// Makes a list of the rows that were read.
    #[must_use]
    pub fn list<T>(&self, mut items: Vec<T>, id: impl Fn(&T) -> &str) -> List<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more);
        let next_cursor = last.map(|item| BASE64.encode(id(item)));
        List { items, next_cursor }
    }
}

/// A number as it is usually written: digits only, no sign, no space, no leading zero.
fn whole_number(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|digit| digit.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

/// A moment as a person says it: RFC 3339, a day (in UTC), or how long ago (`90m`, `24h`, `7days`).
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn moment(text: &str, now: i64) -> Result<i64> {
    let time = |text: &str| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    let ago = || humantime::parse_duration(text).ok().and_then(|ago| i64::try_from(ago.as_millis()).ok());
    let day = || time(&format!("{text}T00:00:00Z"));
    let moment = time(text).or_else(day).or_else(|| ago().and_then(|ago| now.checked_sub(ago)));
    moment.ok_or_else(|| {
        let example =
            "a time such as 2026-01-31T12:00:00Z, a day such as 2026-01-31, or how long ago, such as 24h";
        Error::refused(Code::InvalidParameter, format!("since must be {example}."))
    })
}

fn opened(cursor: &str) -> Option<String> {
    let bytes = BASE64.decode(cursor).ok().filter(|_| cursor.len() <= CURSOR)?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(limit: Option<&str>, cursor: Option<&str>) -> Result<Page> {
        Page::read(limit, cursor, |id| id.starts_with("usr_"))
    }

    #[test]
    fn m11_m14_a_limit_is_a_whole_number_within_its_bounds() {
        assert_eq!(read(None, None).unwrap().limit, 50);
        assert_eq!(read(Some("1"), None).unwrap().limit, 1);
        assert_eq!(read(Some("200"), None).unwrap().limit, 200);
        let wrong = [
            "",
            "0",
            "-1",
            "201",
            "1000000000",
            "2147483648",
            "9007199254740993",
            "9223372036854775808",
            "18446744073709551616",
            "1e3",
            "1e20",
            "+1",
            " 1",
            "1 ",
            "0x1",
            "007",
            "1.0",
            "ten",
            "１",
        ];
        for limit in wrong {
            let refused = read(Some(limit), None).unwrap_err();
            assert_eq!(refused.code(), Code::InvalidParameter, "{limit:?}");
        }
    }

    #[test]
    fn m11_a_cursor_is_an_id_of_its_list_or_refused() {
        let page = read(None, Some(&BASE64.encode("usr_1"))).unwrap();
        assert_eq!(page.after, "usr_1");
        let long = BASE64.encode("usr_1".repeat(1 << 18));
        let foreign = BASE64.encode("ses_1");
        let binary = BASE64.encode([0xff, 0xfe]);
        for cursor in ["", "usr_1", "!", "dXNyXzE=", &long, &foreign, &binary] {
            let refused = read(None, Some(cursor)).unwrap_err();
            assert_eq!(refused.code(), Code::InvalidParameter, "{}", cursor.len());
        }
    }

    #[test]
    fn m14_a_moment_is_a_time_a_day_or_how_long_ago() {
        let now = 1_767_225_600_000;
        assert_eq!(moment("2026-01-01T00:00:00Z", 0).unwrap(), now);
        assert_eq!(moment("2026-01-01T01:00:00+01:00", 0).unwrap(), now);
        assert_eq!(moment("2026-01-01", 0).unwrap(), now);
        assert_eq!(moment("90m", now).unwrap(), now - 5_400_000);
        let wrong = [
            "",
            "-1",
            "yesterday",
            "2026-13-01",
            "10000-01-01",
            "0x1",
            "1e3",
            "9223372036854775808ms",
            "99999999999999999999years",
            "2026-01-01T00:00:00",
        ];
        for text in wrong {
            assert_eq!(
                moment(text, now).map_err(|refused| refused.code()),
                Err(Code::InvalidParameter),
                "{text}"
            );
        }
    }

    #[test]
    fn the_last_page_says_that_it_is_the_last() {
        let page = Page { limit: 2, after: String::new() };
        let ids = |count: usize| (0..count).map(|n| format!("usr_{n}")).collect::<Vec<String>>();
        assert_eq!(page.list(ids(2), String::as_str).next_cursor, None);
        let list = page.list(ids(3), String::as_str);
        assert_eq!((list.items, list.next_cursor), (ids(2), Some(BASE64.encode("usr_1"))));
    }
}
