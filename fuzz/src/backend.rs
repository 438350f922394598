//! What backends and operators bring: secret keys, tokens, lines of an import, addresses of endpoints.

use futures_util::FutureExt;
use keyrack_server::admin::import::record::{Batch, Record};
use keyrack_server::api_key::Held;
use keyrack_server::config::webhook_url;
use keyrack_server::user::foreign::Foreign;
use keyrack_verify::{Algorithm, Verifier, bearer};
use std::net::IpAddr;

/// A secret key, as somebody sends it.
pub fn api_key(text: &str) {
    let Some(held) = Held::parse(text) else { return };
    assert_eq!(held.text(), text);
    assert!(text.is_ascii() && Held::parse(held.text()) == Some(held.clone()));
    // What may stand in a log says which one it is, and no more.
    assert!(!format!("{held:?}").contains(&text[40..]));
}

/// A token before the signature is looked at, in a header: none is good, for the only key is nobody's.
pub fn token(verifier: &Verifier, text: &str) {
    let judged = verifier.verify(text).now_or_never().expect("keys are there: nothing is waited for");
    assert!(judged.is_err());
    let mut headers = http::HeaderMap::new();
    if let Ok(value) = http::HeaderValue::from_str(text) {
        headers.insert("authorization", value);
    }
    if let Ok(token) = bearer(&headers) {
        assert!(!token.is_empty() && text.contains(token));
    }
}

/// A verifier with one key, whose other half nobody has.
pub fn verifier() -> Verifier {
    let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"key_1",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let builder = Verifier::builder("https://auth.example.com").algorithms(&[Algorithm::EdDsa]);
    builder.keys(keys).build().expect("settings that are right")
}

/// A line of an import, and the hash in it.
pub fn import(bytes: &[u8]) {
    if let Ok(record) = serde_json::from_slice::<Record>(bytes) {
        let written = serde_json::to_vec(&record).expect("what was read can be written");
        assert!(serde_json::from_slice::<Record>(&written).expect("and read again") == record);
        if let Some(hash) = &record.password_hash {
            hash_of(hash);
        }
    }
    let _ = serde_json::from_slice::<Batch>(bytes);
    hash_of(&String::from_utf8_lossy(bytes));
}

fn hash_of(text: &str) {
    let Ok(hash) = Foreign::read(text) else { return };
    let kept = hash.text();
    let again = Foreign::read(&kept).expect("what is kept can be read");
    assert_eq!((again.text(), again.kind()), (kept, hash.kind()));
}

/// The address of an endpoint: what is taken without a word of the operator is no address of this machine or network.
pub fn endpoint(text: &str) {
    let Ok(url) = webhook_url(text, false) else { return };
    assert!(url.starts_with("https://"), "{url}");
    assert_eq!(webhook_url(&url, false).as_ref(), Ok(&url));
    let host = url["https://".len()..].split(['/', '?', '#']).next().unwrap_or_default();
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |it| it.0);
    match host.trim_matches(['[', ']']).parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(it)) => assert!(!(it.is_loopback() || it.is_private() || it.is_link_local()), "{url}"),
        Ok(IpAddr::V6(it)) => assert!(!(it.is_loopback() || it.is_unspecified()), "{url}"),
        Err(_) => {}
    }
}
