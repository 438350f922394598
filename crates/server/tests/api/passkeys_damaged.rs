//! Answers of devices, damaged by the thousand (M15): what parses and verifies them is fed without a server around it, so
//! that a run of the soak tries millions. `KEYRACK_GRAMMAR_SEED` and `KEYRACK_GRAMMAR_ROUNDS` repeat or prolong a run.

#[path = "grammar/dice.rs"]
#[allow(dead_code, reason = "the other test that rolls them does more with them")]
mod dice;

use crate::support::authenticator::{Authenticator, ELIGIBLE, HONEST, Lie};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use dice::Dice;
use keyrack_protocol::PasskeyAlgorithm;
use keyrack_server::config::{Deployment, Mode};
use keyrack_server::passkey::answer::Sent;
use keyrack_server::passkey::ceremony::{self, Kept};
use keyrack_server::passkey::party::Party;
use serde_json::{Value, json};

const ORIGIN: &str = "http://localhost:4400";

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn party() -> Party {
    Party::of(&Deployment::built_in(4400, Mode::Staging)).unwrap()
}

fn options(challenge: &str) -> Value {
    let algorithm = PasskeyAlgorithm { kind: "public-key".to_owned(), alg: -7 };
    json!({ "options": { "publicKey": { "challenge": challenge, "rp": { "id": "localhost" }, "rpId": "localhost",
        "user": { "id": "AAAA" }, "pubKeyCredParams": [algorithm] } } })
}

/// What a device sends, each part in the bytes that it stands for.
#[derive(Clone)]
struct Parts(Vec<(&'static str, Vec<u8>)>);

impl Parts {
    fn of(sent: &Value, names: &[&'static str]) -> Self {
        let part = |name: &&'static str| {
            let text = sent[*name].as_str().or_else(|| sent["response"][*name].as_str()).unwrap();
            (*name, BASE64.decode(text).unwrap())
        };
        Self(names.iter().map(part).collect())
    }

    fn text(&self, name: &str) -> String {
        let part = self.0.iter().find(|(part, _)| *part == name);
        part.map(|(_, bytes)| BASE64.encode(bytes)).unwrap_or_default()
    }

    /// The same with one or a few of its parts damaged.
    fn damaged(&self, dice: &mut Dice) -> Self {
        let mut parts = self.clone();
        for _ in 0..=dice.below(2) {
            let at = dice.below(parts.0.len());
            dice.damage(&mut parts.0[at].1);
        }
        parts
    }
}

fn registered(parts: &Parts) -> Option<Kept> {
    let (id, client, object) =
        (parts.text("id"), parts.text("clientDataJSON"), parts.text("attestationObject"));
    let sent = Sent { id: &id, client_data: &client, attestation_object: &object, ..Sent::default() };
    let answer = sent.attestation(&["usb"], &party()).ok()?;
    ceremony::register(&party(), &answer).ok()
}

fn signed(parts: &Parts, kept: &Kept) -> bool {
    let (id, client) = (parts.text("id"), parts.text("clientDataJSON"));
    let (data, signature) = (parts.text("authenticatorData"), parts.text("signature"));
    let sent = Sent {
        id: &id,
        client_data: &client,
        authenticator_data: &data,
        signature: &signature,
        ..Sent::default()
    };
    sent.assertion(&party()).is_ok_and(|answer| ceremony::sign(&party(), &answer, kept).is_ok())
}

#[test]
fn m15_damaged_answers_of_devices_prove_nothing_and_nothing_panics() {
    let rounds = number("KEYRACK_GRAMMAR_ROUNDS", 2_000);
    let seed = number("KEYRACK_GRAMMAR_SEED", 1);
    let mut device = Authenticator::new(ORIGIN);
    device.flags |= ELIGIBLE;
    let extended = Lie { flags: 0x80, device: |data| data.extend([0xa1, 0x61, b'x', 0xf5]), ..HONEST };
    let made = Parts::of(
        &device.create(&options("AAAA"), &extended),
        &["id", "clientDataJSON", "attestationObject"],
    );
    let kept = registered(&made).unwrap();
    let names = ["id", "clientDataJSON", "authenticatorData", "signature"];
    let proof = Parts::of(&device.get(&options("AAAA"), &extended), &names);
    assert!(signed(&proof, &kept));
    let (mut kept_anyway, mut changed) = (0, 0);
    for round in 0..rounds {
        let mut dice = Dice::new(seed ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // A device signs nothing of a new passkey: some damage is another passkey.
        kept_anyway += u64::from(registered(&made.damaged(&mut dice)).is_some());
        let damaged = proof.damaged(&mut dice);
        let same = damaged.0.iter().zip(&proof.0).all(|(a, b)| a == b);
        changed += u64::from(!same);
        assert_eq!(signed(&damaged, &kept), same, "KEYRACK_GRAMMAR_SEED={seed}, round {round}");
    }
    assert!(changed > rounds / 2 && kept_anyway < rounds / 2, "{changed} {kept_anyway}");
}
