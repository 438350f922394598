//! Time as text.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// Unix milliseconds as RFC 3339 in UTC, always with milliseconds.
#[must_use]
pub fn rfc3339(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

/// Unix milliseconds as people read them in a message: to the minute, in UTC.
#[must_use]
pub fn minute(ms: i64) -> String {
    let moment = rfc3339(ms);
    format!("{} UTC", moment.get(..16).unwrap_or(&moment).replace('T', " "))
}

/// Unix milliseconds as HTTP writes them, to the second.
#[must_use]
pub fn http_date(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_has_the_same_length_so_that_texts_sort_as_times_do() {
        assert_eq!(rfc3339(1_767_225_600_000), "2026-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_767_225_600_050), "2026-01-01T00:00:00.050Z");
        assert_eq!(rfc3339(i64::MAX), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn people_read_a_minute() {
        assert_eq!(minute(1_767_225_659_999), "2026-01-01 00:00 UTC");
    }

    #[test]
    fn http_writes_the_day_first() {
        assert_eq!(http_date(1_767_225_600_999), "Thu, 01 Jan 2026 00:00:00 GMT");
    }
}
