use super::*;
use std::io::Write;
use tempfile::NamedTempFile;

fn file(text: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    file
}

/// The places of a file and what stands there: the value, or the beginning of why it cannot be read.
fn read(text: &[u8]) -> (&'static str, Vec<(u64, String)>) {
    let file = file(text);
    let items = open(file.path()).unwrap();
    let unit = items.unit;
    let told = |item: Result<Item, Failure>| match item {
        Ok(Item { place, value: Ok(value) }) => (place, value.to_string()),
        Ok(Item { place, value: Err(why) }) => (place, why.chars().take(7).collect()),
        Err(failure) => (0, failure.line),
    };
    (unit, items.map(told).collect())
}

fn told(places: &[(u64, &str)]) -> Vec<(u64, String)> {
    places.iter().map(|(place, text)| (*place, (*text).to_owned())).collect()
}

#[test]
fn a_line_of_ndjson_is_an_account_and_a_broken_one_is_refused_by_itself() {
    let (unit, read_) = read(b"{\"a\":1}\n\n  {\"a\":2}\r\n{\"a\":\n{\"a\":3}");
    assert_eq!(unit, "line");
    assert_eq!(read_, told(&[(1, "{\"a\":1}"), (3, "{\"a\":2}"), (4, "no JSON"), (5, "{\"a\":3}")]));
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_next_one_read() {
    let mut text = b"{\"a\":1}\n{\"a\":\"".to_vec();
    text.extend(vec![b'x'; 3 << 20]);
    text.extend(b"\"}\n{\"a\":2}\n");
    assert_eq!(read(&text).1, told(&[(1, "{\"a\":1}"), (2, "no JSON"), (3, "{\"a\":2}")]));
}

#[test]
fn the_users_of_a_document_are_read_however_it_is_laid_out() {
    let both = told(&[(1, "{\"a\":1}"), (2, "{\"a\":2}")]);
    for text in [
        "[{\"a\":1},{\"a\":2}]",
        "  [\n {\"a\":1},\n {\"a\":2}\n]\n",
        "{\"users\":[{\"a\":1},{\"a\":2}]}",
        "{\n\"users\": [\n{\"a\":1},{\"a\":2}], \"more\": {\"a\": [1]}}",
    ] {
        assert_eq!(read(text.as_bytes()), ("user", both.clone()), "{text}");
    }
    // More than are read ahead.
    let many = format!("{{\"users\":[{}]}}", vec!["{\"a\":1}"; 500].join(","));
    assert_eq!(read(many.as_bytes()).1.len(), 500);
    let (_, cut) = read(b"[{\"a\":1},{\"a\":");
    assert!(cut[0] == (1, "{\"a\":1}".to_owned()) && cut[1].1.starts_with("no JSON: "), "{cut:?}");
    let (_, other) = read(b"{\n\"people\": []}");
    assert!(other[0].1.contains("it has no \"users\""), "{other:?}");
}

#[test]
fn a_row_of_a_table_is_an_account_at_its_line() {
    let expected =
        [(2, "{\"id\":\"1\",\"name\":\"Ada\\nLovelace\"}"), (4, "{\"id\":\"2\",\"name\":\"Bob\"}")];
    for end in ["\n", "\r\n"] {
        let text = format!("id,name{end}1,\"Ada\nLovelace\"{end}2,Bob{end}");
        assert_eq!(read(text.as_bytes()), ("line", told(&expected)), "{end:?}");
    }
}

#[test]
fn what_is_no_file_of_accounts_is_refused_at_once() {
    for (text, why) in
        [("", "it is empty"), ("\n \n", "it is empty"), ("hello\n", "it is neither JSON nor CSV")]
    {
        let file = file(text.as_bytes());
        let line = open(file.path()).unwrap_err().line;
        assert!(line.contains(why), "{line}");
    }
    let line = open(Path::new("/nowhere/at/all")).unwrap_err().line;
    assert!(line.starts_with("/nowhere/at/all: "), "{line}");
}
