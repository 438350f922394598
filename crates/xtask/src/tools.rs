//! Other programs: where they are, how they are run, how they get onto the machine.

use crate::Outcome;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The folder that cargo builds `profile` into: the sibling of the one that this program lies in.
pub fn built(profile: &str) -> Outcome<PathBuf> {
    let own = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let target = own.ancestors().nth(2).ok_or("cannot find cargo's target folder")?;
    Ok(target.join(profile))
}

/// A command that will run in the repository's root.
pub fn command(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

/// Runs a command with its output on this terminal.
pub fn run(command: &mut Command) -> Outcome {
    let name = shown(command);
    let status = command.status().map_err(|error| format!("`{name}` cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` failed ({status})")) }
}

/// Runs a command and returns what it prints, trimmed.
pub fn output(command: &mut Command) -> Outcome<String> {
    let name = shown(command);
    let done = command.output().map_err(|error| format!("`{name}` cannot be started: {error}"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned());
    }
    Err(format!("`{name}` failed ({}): {}", done.status, String::from_utf8_lossy(&done.stderr).trim()))
}

/// Whether a program can be started.
pub fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Whether this runs as root.
pub fn is_root() -> bool {
    output(Command::new("id").arg("-u").env_clear().env("PATH", "/usr/bin:/bin")).is_ok_and(|id| id == "0")
}

/// Installs a Debian package, if this machine and this user can.
pub fn install(packages: &[&str], what_for: &str) -> Outcome {
    let names = packages.join(" ");
    if !is_root() || !exists("apt-get") {
        return Err(format!(
            "{what_for} is missing. Install it (on Debian: sudo apt-get install {names}) and try again."
        ));
    }
    println!("installing {names}");
    let quiet = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(args).args(["-y", "-qq"]).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        command
    };
    run(&mut quiet(&["update"]))?;
    run(quiet(&["install", "--no-install-recommends"]).args(packages))
}

/// When a file was changed; `None` when it is not there.
pub fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}

/// When the newest file under `paths` was changed; what is built or installed does not count.
pub fn newest(paths: &[PathBuf]) -> Option<SystemTime> {
    paths.iter().filter_map(|path| newest_in(path)).max()
}

fn newest_in(path: &Path) -> Option<SystemTime> {
    if ["node_modules", "dist"].iter().any(|skipped| path.ends_with(skipped)) {
        return None;
    }
    if !path.is_dir() {
        return changed(path);
    }
    path.read_dir().ok()?.filter_map(|entry| newest_in(&entry.ok()?.path())).max()
}

/// A TCP port of this machine that nobody listens on, and that stays its server's while that is stopped and started
/// again: the system gives outgoing connections none below 32 768.
pub fn free_port() -> Outcome<u16> {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    const COUNT: u32 = 12_000;
    // Processes that run beside each other begin at different places.
    let next = || std::process::id().wrapping_mul(127).wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
    (0..COUNT)
        .filter_map(|_| u16::try_from(20_000 + next() % COUNT).ok())
        .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or_else(|| "no port is free".to_owned())
}

/// A new folder for one run, next to the system's other temporary files.
pub fn scratch(name: &str) -> Outcome<PathBuf> {
    let path = std::env::temp_dir().join(format!("keyrack-{name}-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir_all(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
    Ok(path)
}

fn shown(command: &Command) -> String {
    let parts = std::iter::once(command.get_program()).chain(command.get_args());
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_where_the_workspace_is() {
        assert!(root().join("Cargo.toml").exists() && root().join("crates/xtask").is_dir());
    }

    #[test]
    fn what_is_built_is_older_or_newer_than_its_sources() {
        let folder = scratch("newest").unwrap();
        let (old, new) = (folder.join("old"), folder.join("dist"));
        std::fs::write(&old, "").unwrap();
        std::fs::create_dir(&new).unwrap();
        std::fs::write(new.join("file"), "").unwrap();
        assert_eq!(newest(std::slice::from_ref(&folder)), old.metadata().unwrap().modified().ok());
        assert_eq!(newest(&[folder.join("absent")]), None);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_failed_command_is_named() {
        let said = run(&mut command("false", &["a"])).unwrap_err();
        assert!(said.starts_with("`false a` failed"), "{said}");
        assert!(run(&mut command("no-such-program", &[])).unwrap_err().contains("cannot be started"));
    }
}
