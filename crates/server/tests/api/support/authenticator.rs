//! A device with passkeys, in software: it makes and signs what a browser and its authenticator would, and lies where a
//! test says so.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_server::world::Random;
use serde_json::{Value, json};

/// Who is there and verified.
pub const PRESENT: u8 = 0x01;
/// Verified by a PIN or a fingerprint.
pub const VERIFIED: u8 = 0x04;
/// It may be on several devices.
pub const ELIGIBLE: u8 = 0x08;
/// It is.
pub const BACKED_UP: u8 = 0x10;
const WITH_KEY: u8 = 0x40;

/// What it says otherwise than it should; nothing by default.
pub struct Lie {
    /// Changes what the browser says, before it is signed.
    pub client: fn(&mut Value),
    /// Changes what the device says, before it is signed.
    pub device: fn(&mut Vec<u8>),
    /// Changes the attestation object.
    pub object: fn(&mut Vec<u8>),
    /// Changes the answer as it is sent.
    pub sent: fn(&mut Value),
    /// In place of the host that the options name.
    pub rp_id: Option<&'static str>,
    /// In place of the page's origin.
    pub origin: Option<&'static str>,
    /// In place of the algorithm of its keys.
    pub algorithm: i64,
    /// Bytes of a new passkey's id.
    pub id_length: usize,
    /// Flags that it turns over.
    pub flags: u8,
}

/// It says what is.
pub const HONEST: Lie = Lie {
    client: |_| {},
    device: |_| {},
    object: |_| {},
    sent: |_| {},
    rp_id: None,
    origin: None,
    algorithm: -7,
    id_length: 16,
    flags: 0,
};

/// A device with one passkey at most.
pub struct Authenticator {
    /// The origin of the pages that it is used on.
    pub origin: String,
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    handle: Vec<u8>,
    /// What it has counted to; it counts no more at 0 if it never did.
    pub counter: u32,
    /// Whether it counts.
    pub counts: bool,
    /// What it says of itself, besides that somebody is there and verified.
    pub flags: u8,
}

impl Authenticator {
    /// One without a passkey, used on pages of `origin`.
    pub fn new(origin: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self {
            origin: origin.to_owned(),
            pair,
            id: Vec::new(),
            handle: Vec::new(),
            counter: 0,
            counts: true,
            flags: PRESENT | VERIFIED,
        }
    }

    /// The id of its passkey.
    pub fn id(&self) -> String {
        BASE64.encode(&self.id)
    }

    /// The handle by which it knows its owner.
    pub fn handle(&self) -> String {
        BASE64.encode(&self.handle)
    }

    /// Another one with the same key: a copy.
    pub fn copied(&self) -> Self {
        let pkcs8 = self.pair.to_pkcs8v1().unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
        Self { origin: self.origin.clone(), pair, id: self.id.clone(), handle: self.handle.clone(), ..*self }
    }

    /// Another one that claims to have the other's passkey, and has not.
    pub fn pretending(&self) -> Self {
        Self { id: self.id.clone(), handle: self.handle.clone(), ..Self::new(&self.origin) }
    }

    /// The answer to `navigator.credentials.create()`.
    pub fn create(&mut self, options: &Value, lie: &Lie) -> Value {
        let mut id = vec![0; lie.id_length];
        Random::System.fill(&mut id);
        self.id = id;
        self.create_same(options, lie)
    }

    /// The same with the id that it has: what a cheat sends who registers somebody's passkey as another's.
    pub fn create_same(&mut self, options: &Value, lie: &Lie) -> Value {
        let asked = &options["options"]["publicKey"];
        self.handle = BASE64.decode(asked["user"]["id"].as_str().unwrap()).unwrap();
        let client = self.client("webauthn.create", &asked["challenge"], lie);
        let mut data = self.data(asked["rp"]["id"].as_str().unwrap(), WITH_KEY, lie);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose_key(lie.algorithm));
        (lie.device)(&mut data);
        let mut object = vec![0xa3];
        object.extend(text("fmt"));
        object.extend(text("none"));
        object.extend(text("attStmt"));
        object.push(0xa0);
        object.extend(text("authData"));
        object.extend(bytes(&data));
        (lie.object)(&mut object);
        let mut sent = json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "response": {
                "clientDataJSON": BASE64.encode(client),
                "attestationObject": BASE64.encode(object),
                "transports": ["internal", "carrier-pigeon", "hybrid"],
            },
        });
        (lie.sent)(&mut sent);
        sent
    }

    /// The answer to `navigator.credentials.get()`.
    pub fn get(&mut self, options: &Value, lie: &Lie) -> Value {
        let asked = &options["options"]["publicKey"];
        let client = self.client("webauthn.get", &asked["challenge"], lie);
        let mut data = self.data(asked["rpId"].as_str().unwrap(), 0, lie);
        (lie.device)(&mut data);
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        let mut sent = json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "clientDataJSON": BASE64.encode(client),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature),
            "userHandle": self.handle(),
        });
        (lie.sent)(&mut sent);
        sent
    }

    fn client(&self, kind: &str, challenge: &Value, lie: &Lie) -> Vec<u8> {
        let origin = lie.origin.unwrap_or(&self.origin);
        let mut client =
            json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false });
        (lie.client)(&mut client);
        match client {
            // Whatever a test puts there that no JSON is.
            Value::String(text) => text.into_bytes(),
            client => serde_json::to_vec(&client).unwrap(),
        }
    }

    fn data(&mut self, rp_id: &str, flags: u8, lie: &Lie) -> Vec<u8> {
        self.counter += u32::from(self.counts);
        let rp_id = lie.rp_id.unwrap_or(rp_id);
        let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
        data.push((self.flags | flags) ^ lie.flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn cose_key(&self, algorithm: i64) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        let algorithm = u8::try_from(-1 - algorithm).unwrap();
        // {1: 2, 3: algorithm, -1: 1, -2: x, -3: y}
        let mut key = vec![0xa5, 0x01, 0x02, 0x03];
        key.extend(if algorithm < 24 { vec![0x20 | algorithm] } else { vec![0x38, algorithm] });
        key.extend([0x20, 0x01, 0x21]);
        key.extend(bytes(&point[1..33]));
        key.push(0x22);
        key.extend(bytes(&point[33..]));
        key
    }
}

fn text(text: &str) -> Vec<u8> {
    [&[0x60 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[0x59, length[0], length[1]], bytes].concat()
}
