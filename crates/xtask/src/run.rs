//! `cargo xtask run`: from a fresh clone to the demo in the browser.

use crate::{Outcome, node, tools};
use std::os::unix::process::CommandExt;

/// Builds what is not built and becomes `keyrack dev`, with `args` behind it.
pub fn run(args: &[String]) -> Outcome {
    node::check_rust()?;
    node::check()?;
    node::install()?;
    node::build_if_older()?;
    println!("building keyrack (the first time takes some minutes)");
    tools::run(&mut tools::command("cargo", &["build", "--quiet", "--package", "keyrack-server"]))?;
    let mut keyrack = tools::command(tools::built("debug")?.join("keyrack"), &["dev"]);
    if !args.iter().any(|arg| arg == "--config" || arg.starts_with("--config=")) {
        keyrack.args(["--config", "keyrack.toml"]);
    }
    // This process becomes the server: Ctrl-C reaches it alone, and its exit code is the command's.
    let error = keyrack.args(args).exec();
    Err(format!("keyrack cannot be started: {error}"))
}
