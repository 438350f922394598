//! What parses bytes of strangers, tried with damaged seeds. With what coverage makes of them for minutes: `cargo xtask
//! soak --only fuzz`.

#[path = "../../../../fuzz/src/lib.rs"]
mod checks;

use crate::attacks_grammar::dice::Dice;
use keyrack_server::admin::import::record::Record;
use keyrack_server::api_key::Held;
use keyrack_server::config::webhook_url;
use keyrack_server::picture::Picture;
use keyrack_server::session::rack::Rack;
use keyrack_server::user::email::EmailAddress;
use keyrack_server::user::foreign::Foreign;
use keyrack_server::world::Random;
use std::fs;
use std::path::PathBuf;

/// Damaged copies of each seed.
const COPIES: usize = 3_000;

/// What a target begins with.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn tried(target: &str, check: impl Fn(&[u8])) {
    let seed = u64::from_be_bytes(Random::System.bytes());
    println!("seed {seed}");
    let mut dice = Dice::new(seed);
    for whole in seeds(target) {
        check(&whole);
        for _ in 0..COPIES {
            let mut damaged = whole.clone();
            dice.damage(&mut damaged);
            check(&damaged);
        }
    }
}

fn as_text(bytes: &[u8], check: fn(&str)) {
    check(&String::from_utf8_lossy(bytes));
}

#[test]
fn credentials_tokens_and_what_people_type_are_understood_once_and_for_all() {
    tried("credential", |bytes| as_text(bytes, checks::credential));
    tried("token", |bytes| as_text(bytes, checks::token));
    tried("typed", |bytes| as_text(bytes, checks::typed));
}

#[test]
fn bodies_and_pictures_are_read_or_refused_whatever_is_in_them() {
    tried("body", checks::body);
    tried("picture", checks::picture);
}

#[test]
fn what_devices_answer_proves_what_was_signed_and_nothing_else() {
    tried("passkey", checks::passkey::answer);
}

#[test]
fn what_backends_and_operators_bring_is_read_or_refused_whatever_it_is() {
    tried("api_key", |bytes| as_text(bytes, checks::backend::api_key));
    tried("import", checks::backend::import);
    tried("endpoint", |bytes| as_text(bytes, checks::backend::endpoint));
    let verifier = checks::backend::verifier();
    tried("bearer", move |bytes| checks::backend::token(&verifier, &String::from_utf8_lossy(bytes)));
}

#[test]
fn seeds_are_what_they_are_to_be_damaged_from() {
    let texts = |target| seeds(target).into_iter().map(|seed| String::from_utf8(seed).unwrap());
    assert!(texts("credential").all(|text| Rack::parse(&text).is_some()));
    assert!(texts("typed").any(|text| EmailAddress::parse(&text).is_ok()));
    assert!(seeds("passkey").iter().any(|seed| checks::passkey::is_signed(&seed[1..])));
    assert!(texts("api_key").all(|text| Held::parse(&text).is_some()));
    assert!(texts("import").any(|text| Foreign::read(&text).is_ok()));
    assert!(texts("import").any(|text| serde_json::from_str::<Record>(&text).is_ok()));
    assert!(texts("endpoint").all(|text| webhook_url(&text, false).is_ok()));
    for seed in seeds("picture") {
        assert!(Picture::read(&seed).is_ok(), "{seed:?}");
    }
}
