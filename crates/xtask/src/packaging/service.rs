//! `packaging/keyrack.service`.

use super::sandbox::{Sandbox, Start, said};
use super::{CONFIGURATION, MASTER_KEY, unit_path};
use crate::{Outcome, tools};
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The user that stands for the dynamic one.
const USER: u32 = 61_234;
/// What `systemd-analyze security` may find at most, of 100.
const EXPOSURE: &str = "20";

/// A unit: what its lines say, in order.
pub struct Unit {
    lines: Vec<(String, String)>,
}

impl Unit {
    /// Reads one.
    pub fn read(path: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let pairs =
            text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
        Ok(Self { lines: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect() })
    }

    fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(move |line| line.0 == key).map(|line| line.1.as_str())
    }

    fn one(&self, key: &str) -> Outcome<&str> {
        self.all(key).next().ok_or_else(|| format!("{key} is not in the unit"))
    }

    /// What systemd itself says of it. The program need not be on this machine.
    pub fn analyze(&self) -> Outcome {
        // A database that is away for longer than five starts take must not leave it down for good.
        if self.one("StartLimitIntervalSec")? != "0" || self.one("Restart")? != "on-failure" {
            return Err("it would be given up after some starts that failed".to_owned());
        }
        let folder = tools::scratch("unit")?;
        let path = folder.join("keyrack.service");
        let text = fs::read_to_string(unit_path()).map_err(said)?;
        fs::write(&path, text.replace("/usr/local/bin/keyrack ", "/bin/true ")).map_err(said)?;
        let found = accepted(&path);
        fs::remove_dir_all(&folder).map_err(said)?;
        found
    }

    /// Starts what it starts, with its environment, credentials, limits and writable folder; works with it as root
    /// does; stops it; and compares what it called with what it may call.
    pub fn start(&self, binary: &Path) -> Outcome {
        let sandbox = Sandbox::new("service")?;
        let command: Vec<String> = self.one("ExecStart")?.split_whitespace().map(str::to_owned).collect();
        sandbox.install(binary, &command[0])?;
        let state = format!("/var/lib/{}", self.one("StateDirectory")?);
        sandbox.folder(&state, USER)?;
        sandbox.write("/etc/keyrack/keyrack.toml", CONFIGURATION, (0, 0o644))?;
        let credentials = "/run/credentials/keyrack.service";
        for line in self.all("LoadCredential") {
            let name = line.split(':').next().unwrap_or_default();
            // systemd lets the user in by a list of its own, which shows as access of the group.
            sandbox.write(&format!("{credentials}/{name}"), MASTER_KEY, (USER, 0o440))?;
        }
        let manager = UnixDatagram::bind(sandbox.path("/run/notify")).map_err(said)?;
        fs::set_permissions(sandbox.path("/run/notify"), Permissions::from_mode(0o777)).map_err(said)?;
        let mut environment: Vec<(String, String)> = self
            .all("Environment")
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace("%d", credentials)))
            .collect();
        environment.push(("CREDENTIALS_DIRECTORY".to_owned(), credentials.to_owned()));
        environment.push(("NOTIFY_SOCKET".to_owned(), "/run/notify".to_owned()));
        // A machine that lets even root have fewer files gives what it has.
        let before = format!(
            "umask {}; ulimit -n {} 2>/dev/null || ulimit -n $(ulimit -H -n); ulimit -c 0",
            self.one("UMask")?,
            self.one("LimitNOFILE")?
        );
        let start = Start {
            command: &command,
            environment: &environment,
            user: USER,
            writable: &[&state],
            before: &before,
        };
        let mut running = sandbox.start(&start)?;
        manager.set_nonblocking(true).map_err(said)?;
        running.until("READY=1", || heard(&manager) == "READY=1")?;
        if running.said().lines().any(|line| line.contains("WARN") && !line.contains("max_streams")) {
            return Err(format!("it warns:\n{}", running.said()));
        }
        works(binary, &sandbox.path(&state))?;
        running.stop("TERM")?;
        manager.set_nonblocking(false).map_err(said)?;
        manager.set_read_timeout(Some(Duration::from_secs(5))).map_err(said)?;
        if heard(&manager) != "STOPPING=1" {
            return Err("it did not say that it stops".to_owned());
        }
        self.may_call(&fs::read_to_string(sandbox.trace()).map_err(said)?, &command[0])
    }

    /// Whether the filter lets through everything that was called.
    fn may_call(&self, trace: &str, program: &str) -> Outcome {
        let sets = tools::output(Command::new("systemd-analyze").arg("syscall-filter"))?;
        let mut allowed = BTreeSet::new();
        for filter in self.all("SystemCallFilter") {
            match filter.strip_prefix('~') {
                Some(set) => allowed.retain(|call| !members(&sets, set).contains(call)),
                None => allowed.extend(members(&sets, filter)),
            }
        }
        let called = called(trace, program);
        if called.len() < 30 {
            return Err(format!("only {called:?} were noted"));
        }
        let refused: Vec<&String> = called.difference(&allowed).collect();
        if refused.is_empty() { Ok(()) } else { Err(format!("SystemCallFilter would refuse {refused:?}")) }
    }
}

/// Whether systemd finds nothing wrong with a unit, and little that it leaves open.
fn accepted(path: &Path) -> Outcome {
    let verified = Command::new("systemd-analyze").arg("verify").arg(path).output().map_err(said)?;
    let complaint = String::from_utf8_lossy(&verified.stderr).trim().to_owned();
    if !verified.status.success() || !complaint.is_empty() {
        return Err(format!("systemd-analyze verify: {complaint}"));
    }
    let threshold = format!("--threshold={EXPOSURE}");
    let args = ["security", "--offline=true", "--no-pager", &threshold];
    tools::output(Command::new("systemd-analyze").args(args).arg(path)).map(drop)
}

/// What an operator does while it runs: the commands find it by its folder.
fn works(binary: &Path, state: &Path) -> Outcome {
    for line in [
        "health",
        "user create --email ada@example.com --no-password",
        "user list",
        "backup {}.backup",
        "audit list",
    ] {
        let line = line.replace("{}", &state.display().to_string());
        let args: Vec<&str> = line.split_whitespace().collect();
        tools::output(Command::new(binary).args(args).arg("--data").arg(state).env_clear().current_dir("/"))?;
    }
    fs::remove_file(format!("{}.backup", state.display())).map_err(said)?;
    for entry in fs::read_dir(state).map_err(said)?.filter_map(Result::ok) {
        let mode = entry.metadata().map_err(said)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(format!("{} is {mode:o}", entry.path().display()));
        }
    }
    Ok(())
}

fn heard(manager: &UnixDatagram) -> String {
    let mut word = [0; 64];
    let length = manager.recv(&mut word).unwrap_or(0);
    String::from_utf8_lossy(&word[..length]).into_owned()
}

/// The calls of a set, those of the sets in it included.
fn members(sets: &str, set: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut within = false;
    for line in sets.lines() {
        if line.starts_with(['@', '#']) || line.is_empty() {
            within = line == set;
        } else if within && !line.trim().starts_with('#') {
            match line.trim() {
                nested if nested.starts_with('@') => found.extend(members(sets, nested)),
                call => drop(found.insert(call.to_owned())),
            }
        }
    }
    found
}

/// The names of what was called after `program` began.
fn called(trace: &str, program: &str) -> BTreeSet<String> {
    let begin = format!("execve(\"{program}\"");
    let after = trace.lines().skip_while(|line| !(line.contains(&begin) && line.ends_with("= 0")));
    let name = |line: &str| {
        let call = line.split_whitespace().nth(1)?.split('(').next()?.to_owned();
        // Other lines tell of signals, of ends, and of calls that go on.
        call.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_').then_some(call)
    };
    after.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_within_sets_are_calls_and_what_came_before_the_program_is_not_its_own() {
        let sets = "@a\n    # About\n    read\n    @b\n\n@b\n    write\n@c\n    mount\n";
        assert_eq!(members(sets, "@a"), BTreeSet::from(["read".to_owned(), "write".to_owned()]));
        let trace = "7 chroot(\"/x\") = 0\n7 execve(\"/k\", []) = 0\n7 read(3) = 1\n8 +++ exited with 0 +++\n\
                     8 <... read resumed>) = 0\n8 --- SIGTERM {} ---\n8 openat(1) = 4\n";
        let calls: Vec<String> = called(trace, "/k").into_iter().collect();
        assert_eq!(calls, ["execve", "openat", "read"]);
    }
}
