//! Requests that the OpenAPI document makes possible, and some that it does not: no answer may be a 5xx, and none
//! may be one that the document lacks. Schemathesis makes them.

use crate::http::{Browser, client};
use crate::server::Setup;
use crate::{Outcome, tools};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// What makes the requests; installed into a folder of its own under `target/`.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Requests that are tried of each operation and phase: about a minute each run on two cores.
const EXAMPLES: &str = "100";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// Everything is in, so that it is there to be tried.
const CONFIG: &str = r#"[[deployment]]
id = "fuzz"
mode = "staging"
origin = "https://auth.example.com"
hosts = ["auth.example.com"]

[deployment.auth]
username = "optional"
email_otp = true
magic_link = true
phone = "optional"
phone_otp = true

[deployment.auth.second_factor]
phone_otp = true

[deployment.auth.passkey]
enabled = true

[deployment.organizations]
enabled = true

[deployment.workspaces]
enabled = true
"#;

/// Tries it as nobody, and as somebody who is signed in.
pub async fn run(binary: &Path, seed: u64) -> Outcome<String> {
    let schemathesis = installed()?;
    let mut setup = Setup::new(binary.to_owned(), "fuzz", None)?;
    let config = setup.data.join("keyrack.toml");
    std::fs::write(&config, CONFIG).map_err(|error| format!("no configuration: {error}"))?;
    setup.config = Some(config);
    let server = setup.start()?;
    let mut person = Browser::new(&client()?, &setup.url());
    person.sign_up("fuzz@example.com").await.map_err(|failure| format!("no sign-up: {failure:?}"))?;
    let rack = person.rack.clone().ok_or("the sign-up handed out no credential")?;
    let since = Instant::now();
    // A sign-out and a deletion would end what the other requests need, and a stream of events does not end.
    let signed_in = format!("X-Development-Session:{rack}");
    let seed = (seed % 1_000_000).to_string();
    for more in [
        &[][..],
        &[
            "--header",
            &signed_in,
            "--exclude-operation-id",
            "signOut",
            "--exclude-operation-id",
            "getSessionEvents",
            "--exclude-operation-id",
            "followRevocations",
            "--exclude-operation-id",
            "deleteAccount",
        ],
    ] {
        tools::run(
            Command::new(&schemathesis)
                .arg("run")
                // It leaves files of its own where it runs.
                .current_dir(&setup.data)
                .arg(format!("{}/openapi.json", setup.url()))
                .args([
                    "--url",
                    &setup.url(),
                    "--checks",
                    CHECKS,
                    "--max-examples",
                    EXAMPLES,
                    "--seed",
                    &seed,
                ])
                .args([
                    "--continue-on-failure",
                    "--no-color",
                    "--warnings",
                    "off",
                    "--generation-database",
                    "none",
                ])
                .args(more),
        )?;
    }
    let log = setup.log();
    for word in ["panicked", "panic:", "request failed"] {
        if let Some(line) = log.lines().find(|line| line.contains(word)) {
            return Err(format!("the server's log has: {line}"));
        }
    }
    if !server.stop() {
        return Err("keyrack did not stop after it".to_owned());
    }
    setup.remove();
    let seconds = since.elapsed().as_secs_f64();
    Ok(format!(
        "fuzz: every operation, as nobody and signed in, for {seconds:.0} s: as documented, no 5xx, no panic"
    ))
}

/// The program, after installing it when it is not there.
fn installed() -> Outcome<PathBuf> {
    let folder = tools::built("schemathesis")?;
    let program = folder.join("bin/schemathesis");
    if !program.is_file() {
        println!("installing {SCHEMATHESIS}");
        tools::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        tools::run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", SCHEMATHESIS]))?;
    }
    Ok(program)
}
