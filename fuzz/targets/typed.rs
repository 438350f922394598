//! What people type: what was understood once is understood the same again.
#![no_main]

use keyrack_server::domain::name;
use keyrack_server::user::email::EmailAddress;
use keyrack_server::user::username::Username;
use keyrack_server::user::{authenticator, backup_code};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(email) = EmailAddress::parse(text) {
        assert_eq!(EmailAddress::parse(email.as_str()).as_ref(), Ok(&email));
        assert!(email.masked().len() <= email.as_str().len() + 16);
        let _ = name::of_address(email.as_str());
    }
    if let Ok(username) = Username::parse(text) {
        assert_eq!(Username::parse(username.as_str()).map(|it| it.skeleton()), Ok(username.skeleton()));
    }
    if let Ok(domain) = name::parse(text) {
        assert_eq!(name::parse(&domain), Ok(domain));
    }
    if let Some(digits) = authenticator::digits(text) {
        assert_eq!(authenticator::digits(&digits), Some(digits));
    }
    if let Some(letters) = backup_code::letters(text) {
        assert_eq!(backup_code::letters(&letters), Some(letters));
    }
});
