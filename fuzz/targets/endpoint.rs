#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| keyrack_fuzz::backend::endpoint(text));
