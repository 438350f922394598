//! `cargo xtask gen`: what is written from the Rust code.

use crate::{Outcome, tools};

const TYPES: &str = "packages/react/src/types.gen.ts";

/// Writes the TypeScript types of the wire; with `check` only compares them.
pub fn generate(check: bool) -> Outcome {
    let path = tools::root().join(TYPES);
    let wanted = keyrack_protocol::typescript::module();
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    if present == wanted {
        println!("{TYPES} is up to date");
        return Ok(());
    }
    if check {
        return Err(format!("{TYPES} is not what crates/protocol says; run: cargo xtask gen"));
    }
    std::fs::write(&path, wanted).map_err(|error| format!("cannot write {TYPES}: {error}"))?;
    println!("{TYPES} is written");
    Ok(())
}
