use super::*;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde_json::{Value, json};

fn in_pem(pkcs8: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8))
}

fn validation(name: &str) -> Validation {
    let mut validation = Validation::new(name.parse().unwrap());
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation
}

#[test]
fn what_each_algorithm_signs_a_library_verifies_with_the_published_half() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let pkcs8 = algorithm.new_key(&Random::System).unwrap();
        let (made, own) = (
            Signer::new(algorithm, Some("key_1"), &pkcs8).unwrap(),
            Signer::of_file(algorithm, &in_pem(&pkcs8)).unwrap(),
        );
        assert_eq!((made.kid(), own.kid().map(str::len)), (Some("key_1"), Some(43)));
        for signer in [&made, &own] {
            let token = signer.sign(&Random::System, br#"{"sub":"usr_1"}"#).unwrap();
            let jwk = serde_json::to_value(signer.jwk.as_ref().unwrap()).unwrap();
            let key = DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).unwrap()).unwrap();
            let read = decode::<Value>(&token, &key, &validation(algorithm.as_str())).unwrap();
            assert_eq!(read.claims, json!({ "sub": "usr_1" }));
            assert_eq!(read.header.kid.as_deref(), signer.kid());
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(jwk.get(private).is_none(), "{jwk}");
            }
        }
        let shown = format!("{made:?}");
        assert_eq!(shown, format!("Signer({} key_1)", algorithm.as_str()));
    }
}

#[test]
fn hs256_signs_with_the_text_of_its_file_and_publishes_nothing() {
    let secret = "0123456789abcdef0123456789abcdef";
    let signer = Signer::of_file(Algorithm::Hs256, &format!("{secret}\n")).unwrap();
    let token = signer.sign(&Random::System, b"{}").unwrap();
    assert!(
        decode::<Value>(&token, &DecodingKey::from_secret(secret.as_bytes()), &validation("HS256")).is_ok()
    );
    assert!(signer.jwk.is_none() && !format!("{signer:?}").contains("0123"));
    let pair = Algorithm::Es256.new_key(&Random::System).unwrap();
    for (wrong, says) in
        [("", "32 to 1024 bytes"), (&secret[1..], "32 to 1024 bytes"), (&in_pem(&pair), "in PEM")]
    {
        assert!(Signer::of_file(Algorithm::Hs256, wrong).unwrap_err().contains(says), "{wrong}");
    }
    assert!(Algorithm::Hs256.new_key(&Random::System).is_err());
}

#[test]
fn i01_no_key_signs_for_another_algorithm_and_no_template_signs_with_anothers_bytes() {
    let of = |algorithm: Algorithm| in_pem(&algorithm.new_key(&Random::System).unwrap());
    let (ec, ed) = (of(Algorithm::Es256), of(Algorithm::EdDsa));
    for (algorithm, text) in [(Algorithm::Rs256, &ec), (Algorithm::Es256, &ed), (Algorithm::EdDsa, &ec)] {
        let refused = Signer::of_file(algorithm, text).unwrap_err();
        assert!(refused.contains(algorithm.as_str()), "{refused}");
    }
    let text = "sesame-sesame-sesame-sesame-sesame";
    let refused = Signer::of_file(Algorithm::Es256, text).unwrap_err();
    assert!(refused.contains("BEGIN PRIVATE KEY") && !refused.contains(text), "{refused}");
}

#[test]
fn the_thumbprint_is_the_one_of_the_standard() {
    // RFC 8037, appendix A.3.
    let jwk = Jwk {
        kty: "OKP".to_owned(),
        kid: String::new(),
        usage: "sig".to_owned(),
        alg: "EdDSA".to_owned(),
        crv: Some("Ed25519".to_owned()),
        x: Some("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned()),
        y: None,
        n: None,
        e: None,
    };
    assert_eq!(thumbprint(&jwk), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}
