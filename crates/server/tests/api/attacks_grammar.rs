//! Requests made by a grammar and then damaged (M15), against everything that reads: the query, cookies and
//! racks, JSON, forms, multipart. `KEYRACK_GRAMMAR_SEED` and `KEYRACK_GRAMMAR_ROUNDS` repeat or prolong a run.

#[path = "grammar/dice.rs"]
pub mod dice;
#[path = "grammar/request.rs"]
mod request;

use crate::support::{Browser, Keyrack, Raw};
use dice::Dice;
use keyrack_server::config::{FieldUse, Mode};
use keyrack_server::world::Patience;
use request::{Known, Sent};
use std::time::Duration;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

async fn server(mode: Mode) -> Keyrack {
    let moment = Duration::from_millis(300);
    let patience = Patience { idle: 20 * moment, head: moment, body: moment, ..Patience::default() };
    Keyrack::start_patient(patience, |config| {
        config.deployments[0].mode = mode;
        config.deployments[0].auth.username = FieldUse::Optional;
    })
    .await
}

/// What the grammar may know: somebody's own credential, attempts and sign-ins, never the victim's.
async fn known(server: &Keyrack) -> Known {
    let eve = server.browser();
    eve.signs_up(server, "eve").await;
    let attempt = eve.begins_sign_up("eve2").await;
    let sign_in = eve.sign_in_of("eve").await;
    let cookie = format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap());
    let credential = eve.credential().unwrap();
    Known { origin: server.base.clone(), cookie, credential, ids: [attempt, sign_in] }
}

/// The longest target that the parser reads; beyond it the right answer is 414.
const LONGEST_TARGET: usize = 65_534;

fn target_length(sent: &Sent) -> usize {
    sent.bytes.split(|byte| *byte == b' ').nth(1).map_or(0, <[u8]>::len)
}

/// Whether an answer is one: no fault, and in the envelope unless nothing behind the parser has seen the request.
fn fault(sent: &Sent, said: &str) -> Option<String> {
    let Some(status) = said.strip_prefix("HTTP/1.1 ").and_then(|said| said[..3].parse::<u16>().ok()) else {
        return (!sent.damaged).then(|| "no answer".to_owned());
    };
    let (head, body) = said.split_once("\r\n\r\n")?;
    let ours = head.contains("\r\nx-request-id: ");
    let json = head.contains("content-type: application/json") && !sent.bodiless;
    if status >= 500 {
        return Some(format!("a fault: {said}"));
    }
    if status == 414 && target_length(sent) > LONGEST_TARGET {
        return None;
    }
    if !ours && !sent.damaged {
        return Some(format!("the parser refused what is not damaged: {said}"));
    }
    let whole = !json || serde_json::from_str::<serde_json::Value>(body).is_ok();
    (!whole).then(|| format!("a broken answer: {said}"))
}

async fn rounds(server: &Keyrack, ada: &Browser, seed: u64, rounds: u64) {
    let before = ada.session().await;
    let mut known = known(server).await;
    let mut answered = 0;
    for round in 0..rounds {
        // Each round has its own dice: one can be repeated without those before it.
        let mut dice = Dice::new(seed ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let sent = request::request(&mut dice, &known);
        let said = Raw::asks(&server.base, &sent.bytes).await;
        if let Some(fault) = fault(&sent, &said) {
            let shown = String::from_utf8_lossy(&sent.bytes);
            panic!("KEYRACK_GRAMMAR_SEED={seed}, round {round}: {fault}\n\nto:\n{shown}");
        }
        answered += u64::from(said.contains("\r\nx-request-id: "));
        if round % 50 == 49 {
            // Who guessed too often has to wait; and a credential that was signed out is worth little.
            server.advance(3_600_000 / 4);
            known = self::known_again(server, known, round).await;
        }
    }
    assert!(answered * 10 > rounds * 6, "only {answered} of {rounds} got through the parser");
    let after = ada.session().await;
    // A long run takes days of the server's time: what slides with use may have moved.
    for unchanged in ["/id", "/active_signin/id", "/active_signin/user", "/signins/0/id", "/signins/1/id"] {
        assert_eq!(after.pointer(unchanged), before.pointer(unchanged), "KEYRACK_GRAMMAR_SEED={seed}");
    }
    assert_eq!(ada.accounts().await, ["ada*"]);
}

/// What an attacker knows after a while: the damaged requests may have ended the account that it had.
async fn known_again(server: &Keyrack, known: Known, round: u64) -> Known {
    let eve = server.signed_up(&format!("eve-{round}")).await;
    Known { credential: eve.credential().unwrap(), ..known }
}

#[tokio::test]
async fn m15_no_damaged_request_is_a_fault_a_panic_or_anybodys_loss() {
    let seed = number("KEYRACK_GRAMMAR_SEED", 20_260_101);
    let count = number("KEYRACK_GRAMMAR_ROUNDS", 400);
    println!("KEYRACK_GRAMMAR_SEED={seed} KEYRACK_GRAMMAR_ROUNDS={count}");
    for mode in [Mode::Staging, Mode::Production] {
        let server = server(mode).await;
        let ada = server.signed_up("ada").await;
        rounds(&server, &ada, seed, count / 2).await;
    }
}
