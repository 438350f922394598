#![no_main]

use keyrack_fuzz::backend;
use std::cell::LazyCell;

thread_local! {
    static VERIFIER: LazyCell<keyrack_verify::Verifier> = LazyCell::new(backend::verifier);
}

libfuzzer_sys::fuzz_target!(|text: &str| VERIFIER.with(|verifier| backend::token(verifier, text)));
