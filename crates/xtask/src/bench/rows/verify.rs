//! What a backend pays for verifying a token.

use crate::bench::lab::{Lab, pinned};
use crate::bench::table::Table;
use crate::{Outcome, tools};
use serde_json::Value;

/// The part of the bare signature check's speed that must be left.
const LEAST: f64 = 0.9;

/// Verifies tokens with `keyrack-verify` and their signatures alone, in turn, on one CPU.
pub fn beside_the_signature(lab: &Lab, table: &mut Table) -> Outcome {
    let mut command = pinned(&lab.program("keyrack-verify-cost"));
    command.args(["--seconds", &(lab.options.seconds / 5.0).to_string()]);
    command.args(["--rounds", &lab.options.rounds.to_string()]);
    let told = tools::output(&mut command)?;
    let told: Value = serde_json::from_str(&told).map_err(|error| format!("{error}: {told}"))?;
    let number = |name: &str| told[name].as_f64().ok_or_else(|| format!("no {name} in {told}"));
    let (signature, verify, share) = (number("signature_us")?, number("verify_us")?, number("share")?);
    let measured = format!("{share:.2} ({verify:.1} µs a token, {signature:.1} µs its signature)");
    table.add("verify a token", &format!("≥ {LEAST} of the signature check"), measured, share >= LEAST);
    Ok(())
}
