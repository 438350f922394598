//! What parses bytes of strangers, each a target of cargo-fuzz (`fuzz/targets`): for a minute each, guided by which code
//! is reached. None may panic, and what each target says of what was understood must hold.

use crate::{Outcome, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// What builds and runs the targets; installed into a folder of its own under `target/`.
const CARGO_FUZZ: &str = "0.13.2";
/// Seconds for each target.
const SECONDS: u64 = 60;

/// Runs every target; its closing line.
pub fn run(seed: u64) -> Outcome<String> {
    let (program, since) = (installed()?, Instant::now());
    let targets = targets()?;
    for target in &targets {
        fuzz(&program, target, seed)?;
    }
    let seconds = since.elapsed().as_secs_f64();
    Ok(format!("{} for {seconds:.0} s: nothing panicked, and each holds", targets.join(", ")))
}

/// The names of the files in `fuzz/targets`.
fn targets() -> Outcome<Vec<String>> {
    let folder = tools::root().join("fuzz/targets");
    let entries = fs::read_dir(&folder).map_err(|error| format!("no targets: {error}"))?;
    let names = entries.filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// Runs one. What it learns is kept beside what is built, so that the next run goes on from there; it began with what
/// stands in `fuzz/seeds`.
fn fuzz(program: &Path, target: &str, seed: u64) -> Outcome {
    let built = tools::built("fuzz")?;
    let corpus = built.join("corpus").join(target);
    fs::create_dir_all(&corpus).map_err(|error| format!("no folder for what {target} learns: {error}"))?;
    let seeds = tools::root().join("fuzz/seeds").join(target);
    let mut command = Command::new(program);
    command.current_dir(tools::root()).args(["fuzz", "run", "--fuzz-dir", "fuzz", "--sanitizer", "none"]);
    command.arg("--target-dir").arg(&built).arg(target).arg(corpus).arg(seeds).arg("--").args([
        format!("-max_total_time={SECONDS}"),
        format!("-seed={}", seed % (1 << 32)),
        format!("-artifact_prefix={}/{target}-", built.display()),
        // Slower than this is a way to keep a server busy.
        "-timeout=2".to_owned(),
        "-max_len=65536".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    tools::run(&mut command)
}

/// The program, after building it when it is not there.
fn installed() -> Outcome<PathBuf> {
    let folder = tools::built("cargo-fuzz")?;
    let program = folder.join("bin/cargo-fuzz");
    if !program.is_file() {
        println!("installing cargo-fuzz {CARGO_FUZZ}");
        let mut install = tools::command("cargo", &["install", "--quiet", "--locked", "cargo-fuzz"]);
        tools::run(install.args(["--version", CARGO_FUZZ, "--root"]).arg(&folder))?;
    }
    Ok(program)
}
