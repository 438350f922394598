//! Prints the OpenAPI document of the API, as `cargo xtask gen` writes it to docs/openapi.json.

fn main() -> Result<(), serde_json::Error> {
    let document = keyrack_server::openapi::document(&keyrack_server::app::operations(), None);
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}
