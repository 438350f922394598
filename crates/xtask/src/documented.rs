//! Requests that the OpenAPI document makes possible, and some that it does not: no answer may be a 5xx, and none
//! may be one that the document lacks. Schemathesis makes them.

mod world;

use crate::server::Setup;
use crate::{Outcome, tools};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use world::World;

/// What makes the requests; installed into a folder of its own under `target/`.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Requests that are tried of each operation and phase in `cargo xtask test`.
const FEW: usize = 6;
/// What they are drawn from there: a change is judged by the same requests as the one before it; the soak draws others.
const SEED: u64 = 20_261_127;
/// The same in `cargo xtask soak`.
pub const MANY: usize = 100;
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
/// Streams do not end.
const ENDLESS: [&str; 2] = ["getSessionEvents", "followRevocations"];
/// They would end what the other requests of somebody who is signed in need.
const ENDS_A_PERSON: [&str; 2] = ["signOut", "deleteAccount"];

/// Who asks, and what for.
struct Asker<'a> {
    name: &'a str,
    header: Option<String>,
    /// Operations that are left out.
    without: &'a [&'a str],
    /// Which paths, as a regular expression.
    paths: &'a str,
    /// Whether it knows the ids of what is there.
    knows: bool,
}

/// Tries it for some minutes, with the server as it is now.
pub fn briefly() -> Outcome {
    tools::run(&mut tools::command("cargo", &["build", "--quiet", "--package", "keyrack-server"]))?;
    let binary = tools::built("debug")?.join("keyrack");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    runtime.block_on(run(&binary, SEED, FEW)).map(|line| println!("{line}"))
}

/// Tries it as nobody, as somebody who is signed in, and as a backend; so many requests of each operation.
pub async fn run(binary: &Path, seed: u64, examples: usize) -> Outcome<String> {
    let schemathesis = installed()?;
    let mut setup = Setup::new(binary.to_owned(), "fuzz", None)?;
    let config = setup.data.join("keyrack.toml");
    std::fs::write(&config, world::CONFIG).map_err(|error| format!("no configuration: {error}"))?;
    setup.config = Some(config);
    let server = setup.start()?;
    let world = World::make(&setup).await?;
    let since = Instant::now();
    let backend = Some(format!("Authorization:Bearer {}", world.key));
    let askers = [
        Asker { name: "nobody", header: None, without: &ENDLESS, paths: ".", knows: false },
        Asker {
            name: "somebody who is signed in",
            header: Some(format!("X-Development-Session:{}", world.rack)),
            without: &[ENDLESS, ENDS_A_PERSON].concat(),
            paths: "^/(?!admin/v1/)",
            knows: false,
        },
        Asker {
            name: "a backend that knows what there is",
            header: backend.clone(),
            without: &[&ENDLESS[..], &world::ENDS_SOMETHING].concat(),
            paths: "^/admin/v1/",
            knows: true,
        },
        Asker {
            name: "a backend that does everything",
            header: backend,
            without: &ENDLESS,
            paths: "^/admin/v1/",
            knows: false,
        },
    ];
    let known = world.parameters();
    let [rest @ .., everything] = &askers;
    // The last one takes away what the others need.
    for together in [rest, std::slice::from_ref(everything)] {
        ask(&schemathesis, &setup, together, &known, (seed, examples))?;
    }
    faultless(&setup.log())?;
    if !server.stop() {
        return Err("keyrack did not stop after it".to_owned());
    }
    setup.remove();
    let seconds = since.elapsed().as_secs_f64();
    Ok(format!(
        "fuzz: every operation, as nobody, signed in and as a backend, for {seconds:.0} s: as documented, no 5xx, no \
         panic"
    ))
}

/// Has these ask at the same time, each in a folder of its own, and says what each of them saw.
fn ask(program: &Path, setup: &Setup, askers: &[Asker<'_>], known: &str, drawn: (u64, usize)) -> Outcome {
    let begin = |(place, asker): (usize, &Asker<'_>)| {
        let folder = setup.data.join(format!("asker-{place}"));
        let said = if asker.knows { known } else { "" };
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join("schemathesis.toml"), said))
            .and_then(|()| {
                let mut command = asked(program, setup, asker, drawn);
                command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
            })
            .map_err(|error| format!("{} cannot ask: {error}", asker.name))
    };
    let begun: Vec<Outcome<Child>> = askers.iter().enumerate().map(begin).collect();
    std::thread::scope(|scope| {
        let waiting: Vec<_> = begun
            .into_iter()
            .map(|child| {
                scope.spawn(|| child.and_then(|it| it.wait_with_output().map_err(|error| error.to_string())))
            })
            .collect();
        let mut outcome = Ok(());
        for (asker, wait) in askers.iter().zip(waiting) {
            let done = wait.join().map_err(|_| "nobody waited for it".to_owned()).flatten()?;
            println!("\n--- {}", asker.name);
            println!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
            if !done.status.success() {
                outcome = Err(format!("{}: Schemathesis failed ({})", asker.name, done.status));
            }
        }
        outcome
    })
}

/// What makes the requests of one asker. It leaves files of its own where it runs, and reads schemathesis.toml there.
fn asked(program: &Path, setup: &Setup, asker: &Asker<'_>, (seed, examples): (u64, usize)) -> Command {
    let mut command = Command::new(program);
    command.arg("run").arg(format!("{}/openapi.json", setup.url()));
    command.args(["--url", &setup.url(), "--checks", CHECKS, "--include-path-regex", asker.paths]);
    command.args(["--max-examples", &examples.to_string(), "--seed", &(seed % 1_000_000).to_string()]);
    command.args([
        "--continue-on-failure",
        "--no-color",
        "--warnings",
        "off",
        "--generation-database",
        "none",
    ]);
    if examples <= FEW {
        // What stands at the edges of each field takes longer than all the rest: that is for the soak.
        command.args(["--phases", "fuzzing"]);
    }
    for id in asker.without {
        command.args(["--exclude-operation-id", id]);
    }
    if let Some(header) = &asker.header {
        command.args(["--header", header]);
    }
    command
}

/// Whether the server's log has no fault in it.
fn faultless(log: &str) -> Outcome {
    for word in ["panicked", "panic:", "request failed"] {
        if let Some(line) = log.lines().find(|line| line.contains(word)) {
            return Err(format!("the server's log has: {line}"));
        }
    }
    Ok(())
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
