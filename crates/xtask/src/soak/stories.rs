//! Two accounts, three organizations and chance, by the ten thousand: the same test that runs shortly in
//! `cargo xtask test`.

use crate::{Outcome, node, tools};
use std::time::Instant;

const OPERATIONS: usize = 20_000;
/// As in the test.
const STORY: usize = 50;
/// Numbers of stories are numbers of JavaScript, and have to be typed.
const STORIES: u64 = 1_000_000_000;

/// Runs so many operations, or 20 000; returns the closing line.
pub fn run(seed: u64, operations: Option<usize>) -> Outcome<String> {
    node::check()?;
    node::install()?;
    let (operations, first) = (operations.unwrap_or(OPERATIONS), seed % STORIES);
    println!("\n=== {operations} operations of two accounts in three organizations, from story {first} on");
    let since = Instant::now();
    let mut test = tools::command(
        "npx",
        &[
            "--no-install",
            "vitest",
            "run",
            "--no-color",
            "--project",
            "react-19",
            "test/teams-model.test.tsx",
        ],
    );
    test.current_dir(tools::root().join("packages/react"));
    test.env("OPERATIONS", operations.to_string()).env("FROM", first.to_string()).env_remove("SEED");
    tools::run(&mut test).map_err(|error| {
        format!("{error}; SEED=<the story that failed> npx vitest run test/teams-model.test.tsx repeats it")
    })?;
    let (stories, seconds) = (operations.div_ceil(STORY), since.elapsed().as_secs_f64());
    Ok(format!(
        "stories: {operations} operations in {stories} stories from {first} on, nothing of one account or scope \
         shown or done under another, in {seconds:.0} s"
    ))
}
