//! A picture that somebody uploads: what is left of it is a picture, and nothing more is to be left out.
#![no_main]

use keyrack_server::picture::Picture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(picture) = Picture::read(bytes) else { return };
    assert!(picture.bytes.len() <= bytes.len());
    let again = Picture::read(&picture.bytes).expect("what is kept is a picture");
    assert!(again.bytes == picture.bytes && again.kind == picture.kind);
});
