//! Text for people: tables, and lists of what one thing is.

use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// A table with a heading, its columns as wide as what is in them.
#[must_use]
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let heading = heading.map(str::to_owned);
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.clone().map(|cell| plain(&cell))).collect();
    let mut widths = [0; N];
    for row in rows.iter().chain([&heading]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut text = String::new();
    for row in [&heading].into_iter().chain(&rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What one thing is, a line for each of its properties; what is empty is left out.
#[must_use]
pub fn properties(of: &[(&str, &str)]) -> String {
    let there: Vec<_> = of.iter().filter(|(_, value)| !value.is_empty()).collect();
    let width = there.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in there {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{name:width$}  {}", plain(value));
    }
    text
}

/// A time as a person reads it: to the minute, in UTC.
#[must_use]
pub fn minute(rfc3339: &str) -> String {
    let minute: String = rfc3339.chars().take("2026-01-01T00:00".len()).collect();
    minute.replace('T', " ")
}

/// A time to the second, in UTC: where the order of things matters.
#[must_use]
pub fn second(rfc3339: &str) -> String {
    let second: String = rfc3339.chars().take("2026-01-01T00:00:00".len()).collect();
    second.replace('T', " ")
}

/// What strangers wrote must not move the cursor, colour the terminal or turn the line around.
fn plain(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows = [["usr_1".to_owned(), "Ada".to_owned()], ["u".to_owned(), "李".to_owned()]];
        assert_eq!(table(["ID", "NAME"], &rows), "ID     NAME\nusr_1  Ada\nu      李\n");
        assert_eq!(table(["ID"], &[]), "ID\n");
        let wide = [["李".to_owned(), "x".to_owned()], ["abc".to_owned(), "y".to_owned()]];
        assert_eq!(table(["A", "B"], &wide), "A    B\n李   x\nabc  y\n");
    }

    #[test]
    fn n06_what_a_stranger_wrote_stays_on_its_line() {
        let name = "a\u{1b}[31m\r\nb\u{202e}c\u{2028}d".to_owned();
        let shown = table(["NAME"], &[[name.clone()]]);
        assert_eq!(shown, "NAME\na\u{fffd}[31m\u{fffd}\u{fffd}b\u{fffd}c\u{fffd}d\n");
        assert_eq!(properties(&[("name", &name)]).lines().count(), 1);
    }

    #[test]
    fn properties_line_up_and_empty_ones_are_left_out() {
        assert_eq!(
            properties(&[("id", "1"), ("name", ""), ("state", "active")]),
            "id     1\nstate  active\n"
        );
    }

    #[test]
    fn a_time_is_shown_to_the_minute_or_the_second() {
        assert_eq!(minute("2026-11-25T20:47:59.123Z"), "2026-11-25 20:47");
        assert_eq!(second("2026-11-25T20:47:59.123Z"), "2026-11-25 20:47:59");
    }
}
