//! A session credential: what is read is written as it was read, and opens what it says.
#![no_main]

use keyrack_server::session::rack::Rack;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(rack) = Rack::parse(text) else { return };
    let written = rack.to_credential();
    let again = Rack::parse(&written).expect("what is written can be read");
    assert_eq!(again.to_credential(), written);
    assert_eq!(again.session(), rack.session());
    assert!(written.len() <= text.len());
    assert!(rack.key(rack.session().as_str()).is_some());
});
