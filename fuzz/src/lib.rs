//! What must hold of what parses bytes of strangers, beside that nothing panics: what was understood once is understood
//! the same again. cargo-fuzz tries it with what it makes of coverage (`targets/`), and every run of the server's tests
//! with damaged seeds (`crates/server/tests/api/parsers.rs`).

pub mod backend;
pub mod passkey;

use bytes::Bytes;
use futures_util::FutureExt;
use keyrack_server::domain::name;
use keyrack_server::http::body::{MOST, read};
use keyrack_server::http::operation::Field;
use keyrack_server::invitation::token::Token;
use keyrack_server::picture::Picture;
use keyrack_server::session::rack::Rack;
use keyrack_server::session::tab::TabScope;
use keyrack_server::user::email::EmailAddress;
use keyrack_server::user::username::Username;
use keyrack_server::user::{authenticator, backup_code};

const TAKES: &[Field] = &[Field::optional("file", "A file.").file(), Field::required("text", "A text.")];

/// A session credential.
pub fn credential(text: &str) {
    let Some(rack) = Rack::parse(text) else { return };
    let written = rack.to_credential();
    let again = Rack::parse(&written).expect("what is written can be read");
    assert_eq!(again.to_credential(), written);
    assert_eq!(again.session(), rack.session());
    assert!(written.len() <= text.len());
    assert!(rack.key(rack.session().as_str()).is_some());
}

/// A body: the first line says what it claims to be, the rest is it.
pub fn body(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (kind, body) = input.split_at(end);
    let kind = std::str::from_utf8(kind).ok();
    let body = Bytes::copy_from_slice(body.get(1..).unwrap_or_default());
    let length = body.len();
    let read = read(kind, body, TAKES).now_or_never().expect("everything is there: nothing is waited for");
    let Ok((values, files)) = read else { return };
    assert!(files.len() <= MOST);
    assert!(files.iter().all(|(name, file)| name == "file" && file.len() <= length));
    let texts = values.iter().filter_map(|(_, value)| value.as_str());
    // A byte that is no UTF-8 becomes three that say so.
    assert!(texts.map(str::len).sum::<usize>() <= 3 * length);
}

/// Tokens in links, and the scope that a tab names.
pub fn token(text: &str) {
    if let Some(token) = Token::parse(text) {
        assert_eq!(token.to_text(), text.trim());
    }
    let _ = TabScope::parse(text);
}

/// What people type.
pub fn typed(text: &str) {
    if let Ok(email) = EmailAddress::parse(text) {
        assert_eq!(EmailAddress::parse(email.as_str()).as_ref(), Ok(&email));
        let _ = (email.masked(), name::of_address(email.as_str()));
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
}

/// A picture that somebody uploads: what is left of it is a picture, and nothing more is to be left out.
pub fn picture(bytes: &[u8]) {
    let Ok(picture) = Picture::read(bytes) else { return };
    assert!(picture.bytes.len() <= bytes.len());
    let again = Picture::read(&picture.bytes).expect("what is kept is a picture");
    assert!(again.bytes == picture.bytes && again.kind == picture.kind);
}
