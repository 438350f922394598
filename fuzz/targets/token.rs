//! Tokens in links, and the scope that a tab names: what is read is written as it was read.
#![no_main]

use keyrack_server::invitation::token::Token;
use keyrack_server::session::tab::TabScope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(token) = Token::parse(text) {
        assert_eq!(token.to_text(), text.trim());
    }
    let _ = TabScope::parse(text);
});
