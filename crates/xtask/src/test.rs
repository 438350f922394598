//! `cargo xtask test`: every check, in an order in which the cheap ones speak first.

use crate::database::{Database, Durability};
use crate::{Outcome, code, crates, deny, documented, node, packaging, tools, wasm};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is checked, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// The Rust code is formatted
    Fmt,
    /// Licences, bans and sources of the crates, as deny.toml has them
    Deny,
    /// The npm packages are installed
    Npm,
    /// The package, the demo and the hosted pages build; the server embeds both, so this is before everything of it
    Build,
    /// TypeScript, the type tests included
    Typecheck,
    /// The tests of the package and of the pages
    Vitest,
    /// Every rule of the hook has a test
    Rules,
    /// Clippy without a warning
    Clippy,
    /// The npm packages and the crates as they would be published: entries, types, size, licences, no file of elsewhere
    Package,
    /// What is generated is up to date
    Gen,
    /// All Rust tests, on SQLite
    Sqlite,
    /// The server's tests again, on PostgreSQL
    Postgres,
    /// The container file and the systemd unit, as far as they can be tried without either
    Packaging,
    /// Verifiers that others wrote take our tokens and webhooks, and refuse what is forged
    Foreign,
    /// Requests made from the OpenAPI document, for some minutes: as documented, and no 5xx
    Documented,
    /// What runs in a browser builds and is small enough (cold, with what is fetched once: some minutes; warm: seconds)
    Wasm,
    /// Everything that needs a browser in Chromium, against the real binary
    Browser,
    /// The hook's tests again, in Firefox
    Firefox,
}

impl Step {
    fn title(self) -> &'static str {
        match self {
            Self::Fmt => "format of the Rust code",
            Self::Deny => "licences, bans and sources of the crates",
            Self::Gen => "generated files",
            Self::Npm => "npm packages",
            Self::Build => "build of the package, the demo and the pages",
            Self::Typecheck => "TypeScript",
            Self::Vitest => "tests of the package and the pages",
            Self::Rules => "every rule of the hook has its test",
            Self::Package => "npm packages and crates as they would be published",
            Self::Clippy => "Clippy",
            Self::Sqlite => "Rust tests, on SQLite",
            Self::Postgres => "tests of the server, on PostgreSQL",
            Self::Packaging => "container file and systemd unit",
            Self::Foreign => "verifiers that others wrote",
            Self::Documented => "requests made from the OpenAPI document",
            Self::Wasm => "programs for browsers, and their size",
            Self::Browser => "browser tests, in Chromium",
            Self::Firefox => "tests of the hook, in Firefox",
        }
    }

    /// Whether the steps after it look at what it makes.
    fn is_needed(self) -> bool {
        matches!(self, Self::Npm | Self::Build)
    }

    fn run(self) -> Outcome {
        match self {
            Self::Fmt => cargo(&["fmt", "--all", "--check"]),
            Self::Deny => deny::check(),
            Self::Gen => code::generate(true),
            Self::Npm => node::check().and_then(|()| node::install()),
            Self::Build => node::script("build"),
            Self::Typecheck => node::script("typecheck"),
            Self::Vitest => node::script("test"),
            Self::Rules => node::script("rules"),
            Self::Package => node::script("package").and_then(|()| crates::check()),
            Self::Clippy => {
                cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])?;
                wasm::lint()
            }
            Self::Sqlite => on_sqlite(),
            Self::Postgres => on_postgres(),
            Self::Packaging => packaged(),
            Self::Foreign => foreign(),
            Self::Documented => documented::briefly(),
            Self::Wasm => wasm::wasm(&[]),
            Self::Browser => in_chromium(),
            Self::Firefox => in_firefox(),
        }
    }
}

/// Runs the steps named, or all of them. One that fails does not keep the others from saying what they found, unless they
/// have nothing to look at without it.
pub fn test(only: &[Step]) -> Outcome {
    node::check_rust()?;
    let steps = Step::value_variants().iter().filter(|step| only.is_empty() || only.contains(step));
    let since = Instant::now();
    let (mut passed, mut failed) = (0, Vec::new());
    for step in steps {
        println!("\n=== {}", step.title());
        let began = Instant::now();
        match step.run() {
            Ok(()) => {
                println!("=== {}: passed in {:.1} s", step.title(), began.elapsed().as_secs_f64());
                passed += 1;
            }
            Err(reason) => {
                println!("=== {}: failed in {:.1} s\n{reason}", step.title(), began.elapsed().as_secs_f64());
                failed.push(step.title());
                if step.is_needed() {
                    break;
                }
            }
        }
    }
    let closing = format!("\n{passed} steps passed in {:.0} s", since.elapsed().as_secs_f64());
    if failed.is_empty() {
        println!("{closing}");
        return Ok(());
    }
    Err(format!("{closing}, and {} failed: {}", failed.len(), failed.join(", ")))
}

fn cargo(args: &[&str]) -> Outcome {
    tools::run(&mut tools::command("cargo", args))
}

/// All tests of a program in one process: one of each would begin anew with everything that a server sets up once, which
/// is half of what a test takes. More at a time than there are cores: they wait for each other's answers; fewer of them
/// where the database's processes want the same cores.
fn rust_tests(args: &[&str], more: usize) -> std::process::Command {
    let threads = more + std::thread::available_parallelism().map_or(2, usize::from);
    let mut command = tools::command("cargo", &["test", "--no-fail-fast"]);
    command.args(args).env_remove("KEYRACK_TEST_DATABASE_URL");
    command.args(["--", "--quiet", "--test-threads", &threads.to_string()]);
    command
}

/// What shows codes in the tests as a person's authenticator does, installed when it is missing.
fn an_authenticator() -> Outcome {
    needs("KEYRACK_OATHTOOL", "/usr/bin/oathtool", "oathtool", &["oathtool"])
}

/// A test that takes the whole machine: four hundred people at once, nobody of whom is to be turned away. It is run by
/// itself: beside others it would try what they leave of the machine.
const LOADED: &str = "races_load::";

/// What runs it.
fn loaded() -> std::process::Command {
    let mut command = tools::command("cargo", &["test", "--package", "keyrack-server", "--test", "api"]);
    command.args(["--", "--quiet", LOADED]).env_remove("KEYRACK_TEST_DATABASE_URL");
    command
}

/// Every Rust test.
fn on_sqlite() -> Outcome {
    an_authenticator()?;
    tools::run(rust_tests(&["--workspace"], 2).args(["--skip", LOADED]))?;
    tools::run(&mut loaded())
}

fn on_postgres() -> Outcome {
    an_authenticator()?;
    let database = Database::start(Durability::None)?;
    let url = |tests: &mut std::process::Command| {
        tools::run(tests.env("KEYRACK_TEST_DATABASE_URL", database.url()))
    };
    url(rust_tests(&["--package", "keyrack-server"], 1).args(["--skip", LOADED]))?;
    url(&mut loaded())
}

fn packaged() -> Outcome {
    needs("KEYRACK_SYSTEMD_ANALYZE", "/usr/bin/systemd-analyze", "systemd-analyze", &["systemd"])?;
    needs("KEYRACK_STRACE", "/usr/bin/strace", "strace", &["strace"])?;
    cargo(&["build", "--quiet", "--package", "keyrack-server"])?;
    packaging::check()
}

/// The program of the crate `wacht` is built into a folder of its own: nothing of it is shared with what ships.
fn foreign() -> Outcome {
    let folder = tools::built("foreign")?;
    let mut build = tools::command(
        "cargo",
        &["build", "--quiet", "--locked", "--manifest-path", "e2e/foreign/wacht/Cargo.toml"],
    );
    tools::run(build.arg("--target-dir").arg(&folder))?;
    playwright("foreign", &[("KEYRACK_FOREIGN_WACHT", folder.join("debug/keyrack-foreign-wacht"))])
}

fn in_chromium() -> Outcome {
    needs_chromium()?;
    // The recipes of docs/LAYOUTS.md run behind it, with a certificate made on the spot.
    needs("KEYRACK_NGINX", "/usr/sbin/nginx", "nginx", &["nginx", "openssl"])?;
    // As the tests of all packages have it built: of this one alone it would be built with other features of others.
    cargo(&["build", "--quiet", "--workspace", "--example", "rendered"])?;
    playwright("chromium", &[("KEYRACK_RENDERED", tools::built("debug")?.join("examples/rendered"))])
}

/// Installs Chromium, unless it is there.
pub fn needs_chromium() -> Outcome {
    needs("KEYRACK_CHROMIUM", "/usr/bin/chromium", "Chromium", &["chromium", "fonts-dejavu-core"])
}

fn in_firefox() -> Outcome {
    needs("KEYRACK_FIREFOX", "/usr/bin/firefox-esr", "Firefox", &["firefox-esr"])?;
    playwright("firefox", &[])
}

/// Installs a program, unless it is at its usual place or at the one that a variable names.
fn needs(variable: &str, usual: &str, name: &str, packages: &[&str]) -> Outcome {
    let path = std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
    if Path::new(&path).exists() {
        return Ok(());
    }
    tools::install(packages, &format!("{name} ({usual}, or ${variable})"))
}

/// Runs a project of `e2e/playwright.config.ts` against the server as it is now.
fn playwright(project: &str, more: &[(&str, PathBuf)]) -> Outcome {
    cargo(&["build", "--quiet", "--package", "keyrack-server"])?;
    let keyrack = tools::built("debug")?.join("keyrack");
    let mut playwright = tools::command("npx", &["--no-install", "playwright", "test", "--project", project]);
    playwright.current_dir(tools::root().join("e2e")).env("KEYRACK_BINARY", keyrack);
    tools::run(playwright.envs(more.iter().map(|(name, value)| (name, value))))
}
