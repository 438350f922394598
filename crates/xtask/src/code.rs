//! `cargo xtask gen`: what is written from the Rust code.

use crate::{Outcome, tools};

const TYPES: &str = "packages/react/src/types.gen.ts";
const DOCUMENT: &str = "docs/openapi.json";

/// Writes the TypeScript types of the wire and the OpenAPI document; with `check` only compares them.
pub fn generate(check: bool) -> Outcome {
    write(TYPES, &keyrack_protocol::typescript::module(), check)?;
    let mut example =
        tools::command("cargo", &["run", "--quiet", "--package", "keyrack-server", "--example", "openapi"]);
    write(DOCUMENT, &(tools::output(&mut example)? + "\n"), check)
}

fn write(file: &str, wanted: &str, check: bool) -> Outcome {
    let path = tools::root().join(file);
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    if present == wanted {
        println!("{file} is up to date");
        return Ok(());
    }
    if check {
        return Err(format!("{file} is not what the Rust code says; run: cargo xtask gen"));
    }
    std::fs::write(&path, wanted).map_err(|error| format!("cannot write {file}: {error}"))?;
    println!("{file} is written");
    Ok(())
}
