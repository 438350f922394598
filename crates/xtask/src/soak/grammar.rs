//! Damaged requests by the ten thousand: the same test that runs shortly in `cargo xtask test`.

use crate::tools;
use std::time::Instant;

const ROUNDS: usize = 20_000;

/// Runs it; returns the closing line.
pub fn run(seed: u64) -> Result<String, String> {
    println!("\n=== {ROUNDS} damaged requests");
    let since = Instant::now();
    let mut test = tools::command(
        "cargo",
        &["test", "--quiet", "--package", "keyrack-server", "--test", "api", "m15_", "--", "--nocapture"],
    );
    test.env("KEYRACK_GRAMMAR_SEED", seed.to_string()).env("KEYRACK_GRAMMAR_ROUNDS", ROUNDS.to_string());
    tools::run(test.env_remove("KEYRACK_TEST_DATABASE_URL"))?;
    let seconds = since.elapsed().as_secs_f64();
    Ok(format!(
        "grammar: {ROUNDS} damaged requests, no fault, no panic, nobody lost anything, in {seconds:.0} s"
    ))
}
