//! Area F, the shape: what no browser and no device sends (F05).

use crate::support::Keyrack;
use crate::support::authenticator::{HONEST, Lie};
use serde_json::{Value, json};

/// A CBOR text of the attestation object, where it begins.
fn at(object: &[u8], text: &str) -> usize {
    object.windows(text.len()).position(|window| window == text.as_bytes()).unwrap()
}

#[tokio::test]
async fn f05_an_attestation_of_another_shape_is_refused_and_nothing_panics() {
    let server = Keyrack::with_passkeys().await;
    let ada = server.signed_up("ada").await;
    let lies: &[(&str, Lie)] = &[
        ("the other kind", Lie { client: |client| client["type"] = json!("webauthn.get"), ..HONEST }),
        ("no kind", Lie { client: |client| client["type"] = Value::Null, ..HONEST }),
        ("a challenge that is none", Lie { client: |client| client["challenge"] = json!("***"), ..HONEST }),
        (
            "a member twice",
            Lie {
                client: |client| {
                    let text = client.to_string();
                    *client = json!(text.replacen('{', "{\"type\":\"webauthn.create\",", 1));
                },
                ..HONEST
            },
        ),
        ("no object", Lie { client: |client| *client = json!("[]"), ..HONEST }),
        ("no JSON", Lie { client: |client| *client = json!("\u{0}{"), ..HONEST }),
        ("deep JSON", Lie { client: |client| *client = json!("[".repeat(3000)), ..HONEST }),
        ("long JSON", Lie { client: |client| client["x"] = json!("x".repeat(4096)), ..HONEST }),
        ("an algorithm that was not offered", Lie { algorithm: -8, ..HONEST }),
        ("an algorithm that is none", Lie { algorithm: -200, ..HONEST }),
        ("an id of 1024 bytes", Lie { id_length: 1024, ..HONEST }),
        ("an id of 2000 bytes", Lie { id_length: 2000, ..HONEST }),
        ("bytes behind the key", Lie { device: |data| data.push(0), ..HONEST }),
        ("no key", Lie { device: |data| data.truncate(37), ..HONEST }),
        ("a key that is cut", Lie { device: |data| data.truncate(data.len() - 1), ..HONEST }),
        ("a key off the curve", Lie { device: |data| *data.last_mut().unwrap() ^= 1, ..HONEST }),
        ("no flag for the key", Lie { flags: 0x40, ..HONEST }),
        ("extensions that are not there", Lie { flags: 0x80, ..HONEST }),
        (
            "nested extensions",
            Lie {
                flags: 0x80,
                device: |data| {
                    data.extend([0xa1, 0x61, b'x']);
                    data.extend([0x81; 5000]);
                    data.push(0);
                },
                ..HONEST
            },
        ),
        (
            "a key of the map twice",
            Lie {
                device: |data| {
                    let start = data.len() - 79;
                    assert_eq!(data[start], 0xa5);
                    data[start] = 0xa6;
                    data.extend([0x20, 0x01]);
                },
                ..HONEST
            },
        ),
        ("bytes behind the object", Lie { object: |object| object.push(0), ..HONEST }),
        ("an object that is cut", Lie { object: |object| object.truncate(object.len() - 1), ..HONEST }),
        ("an empty object", Lie { object: Vec::clear, ..HONEST }),
        ("a bomb", Lie { object: |object| *object = vec![0x9f; 10_000], ..HONEST }),
        (
            "an object that says to be huge",
            Lie {
                object: |object| *object = vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                ..HONEST
            },
        ),
        (
            "a statement of an unknown form",
            Lie {
                object: |object| {
                    let at = at(object, "none");
                    object[at] = b'x';
                },
                ..HONEST
            },
        ),
        (
            "another form than the statement has",
            Lie {
                object: |object| {
                    let at = at(object, "none") - 1;
                    object.splice(at..at + 5, [0x66, b'p', b'a', b'c', b'k', b'e', b'd']);
                },
                ..HONEST
            },
        ),
        (
            "a form of devices that are not asked",
            Lie {
                object: |object| {
                    let at = at(object, "none") - 1;
                    object.splice(at..at + 5, [0x63, b't', b'p', b'm']);
                },
                ..HONEST
            },
        ),
        (
            "the object's key twice",
            Lie {
                object: |object| {
                    let at = at(object, "attStmt");
                    object.splice(at - 1..at + 7, [0x63, b'f', b'm', b't']);
                },
                ..HONEST
            },
        ),
        ("another id outside", Lie { sent: |sent| sent["id"] = json!("AAAA"), ..HONEST }),
        (
            "another id outside, twice",
            Lie {
                sent: |sent| {
                    (sent["id"], sent["rawId"]) = (json!("AAAA"), json!("AAAA"));
                },
                ..HONEST
            },
        ),
        ("another type", Lie { sent: |sent| sent["type"] = json!("password"), ..HONEST }),
        (
            "no base64url",
            Lie { sent: |sent| sent["response"]["attestationObject"] = json!("+/+/"), ..HONEST },
        ),
        ("a number", Lie { sent: |sent| sent["response"]["attestationObject"] = json!(1), ..HONEST }),
        ("nothing", Lie { sent: |sent| sent["response"] = json!({}), ..HONEST }),
        (
            "too much",
            Lie { sent: |sent| sent["response"]["attestationObject"] = json!("A".repeat(30_000)), ..HONEST },
        ),
    ];
    for (what, lie) in lies {
        let options = ada.asks_for_passkey().await;
        let lied = ada.keeps_passkey(server.device().create(&options, lie)).await;
        assert_eq!(lied.refused(), (400, "invalid_passkey".to_owned()), "{what}");
    }
    assert_eq!(ada.passkeys().await, Vec::<Value>::new());
    for transports in [json!("usb"), json!([1, {}, "usb", "usb"]), json!(null)] {
        let options = ada.asks_for_passkey().await;
        let mut made = server.device().create(&options, &HONEST);
        made["response"]["transports"] = transports;
        ada.keeps_passkey(made).await.ok();
    }
}

#[tokio::test]
async fn f05_an_assertion_of_another_shape_is_refused_and_nothing_panics() {
    let server = Keyrack::with_passkeys().await;
    let mut device = server.device();
    server.signed_up("ada").await.makes_passkey(&mut device).await;
    let lies: &[(&str, Lie)] = &[
        ("the other kind", Lie { client: |client| client["type"] = json!("webauthn.create"), ..HONEST }),
        (
            "a member twice",
            Lie {
                client: |client| {
                    let text = client.to_string();
                    *client = json!(text.replacen('{', "{\"type\":\"webauthn.get\",", 1));
                },
                ..HONEST
            },
        ),
        ("no JSON", Lie { client: |client| *client = json!("x"), ..HONEST }),
        ("bytes behind the counter", Lie { device: |data| data.push(0), ..HONEST }),
        ("a key", Lie { flags: 0x40, device: |data| data.extend([0; 18]), ..HONEST }),
        ("no counter", Lie { device: |data| data.truncate(36), ..HONEST }),
        ("extensions that are not there", Lie { flags: 0x80, ..HONEST }),
        ("no map of extensions", Lie { flags: 0x80, device: |data| data.push(0x9f), ..HONEST }),
        ("bytes behind the extensions", Lie { flags: 0x80, device: |data| data.extend([0xa0, 0]), ..HONEST }),
        ("another signature", Lie { sent: |sent| sent["signature"] = json!("MAYCAQECAQE"), ..HONEST }),
        ("no signature", Lie { sent: |sent| sent["signature"] = json!(""), ..HONEST }),
        ("a signature that is none", Lie { sent: |sent| sent["signature"] = json!("AAAA"), ..HONEST }),
        ("a long signature", Lie { sent: |sent| sent["signature"] = json!("A".repeat(1368)), ..HONEST }),
        (
            "an id of 1024 bytes",
            Lie {
                sent: |sent| {
                    (sent["id"], sent["rawId"]) = (json!("A".repeat(1366)), json!("A".repeat(1366)));
                },
                ..HONEST
            },
        ),
        ("a long handle", Lie { sent: |sent| sent["userHandle"] = json!("A".repeat(88)), ..HONEST }),
        ("two ids", Lie { sent: |sent| sent["rawId"] = json!("AAAA"), ..HONEST }),
        ("another type", Lie { sent: |sent| sent["type"] = json!("password"), ..HONEST }),
        ("no base64url", Lie { sent: |sent| sent["authenticatorData"] = json!("+/+/"), ..HONEST }),
        ("nothing", Lie { sent: |sent| *sent = json!({ "id": sent["id"] }), ..HONEST }),
    ];
    for (what, lie) in lies {
        let browser = server.browser();
        let options = browser.begins_with_passkey().await;
        let lied = browser.enters_with(device.get(&options, lie)).await;
        assert_eq!(lied.refused(), (401, "INVALID_CREDENTIALS".to_owned()), "{what}");
        assert_eq!(browser.session().await["active_signin"], Value::Null, "{what}");
    }
    // Extensions that a device adds by itself are no lie.
    let honest = Lie { flags: 0x80, device: |data| data.extend([0xa1, 0x61, b'x', 0xf5]), ..HONEST };
    let browser = server.browser();
    let options = browser.begins_with_passkey().await;
    browser.enters_with(device.get(&options, &honest)).await.ok();
}
