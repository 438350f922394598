//! A body: the first line says what it claims to be, the rest is it.
#![no_main]

use bytes::Bytes;
use futures_util::FutureExt;
use keyrack_server::http::body::{MOST, read};
use keyrack_server::http::operation::Field;
use libfuzzer_sys::fuzz_target;

const TAKES: &[Field] = &[Field::optional("file", "A file.").file(), Field::required("text", "A text.")];

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (kind, body) = input.split_at(end);
    let kind = std::str::from_utf8(kind).ok();
    let body = Bytes::copy_from_slice(body.get(1..).unwrap_or_default());
    let length = body.len();
    let read = read(kind, body, TAKES).now_or_never().expect("everything is there: nothing is waited for");
    let Ok((values, files)) = read else { return };
    assert!(files.len() <= MOST);
    for (name, file) in &files {
        assert!(name == "file" && file.len() <= length);
    }
    let texts = values.iter().filter_map(|(_, value)| value.as_str());
    // A byte that is no UTF-8 becomes three that say so.
    assert!(texts.map(str::len).sum::<usize>() <= 3 * length + values.len());
});
