//! A root file system with one program and its libraries, in which nothing can be written but what is named.

use crate::{Outcome, tools};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The root, gone when it is dropped.
pub struct Sandbox {
    root: PathBuf,
}

/// How something is started in it.
pub struct Start<'a> {
    /// The program and its arguments.
    pub command: &'a [String],
    /// Its whole environment.
    pub environment: &'a [(String, String)],
    /// Its user and group.
    pub user: u32,
    /// The folders that stay writable.
    pub writable: &'a [&'a str],
    /// What a shell does before: limits and the like.
    pub before: &'a str,
}

impl Sandbox {
    /// An empty root.
    pub fn new(name: &str) -> Outcome<Self> {
        let root = tools::scratch(name)?;
        fs::set_permissions(&root, Permissions::from_mode(0o755)).map_err(said)?;
        let sandbox = Self { root };
        for folder in ["proc", "dev", "tmp", "etc/keyrack", "run/secrets", "var/lib"] {
            fs::create_dir_all(sandbox.path(folder)).map_err(said)?;
        }
        Ok(sandbox)
    }

    /// Where a path of it is outside.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside.trim_start_matches('/'))
    }

    /// Puts a program where it is to be, and its libraries where it looks for them.
    pub fn install(&self, program: &Path, inside: &str) -> Outcome {
        self.copy(program, inside, 0o755)?;
        let libraries = tools::output(Command::new("ldd").arg(program))?;
        for path in libraries.split_whitespace().filter(|word| word.starts_with('/')) {
            self.copy(Path::new(path), path, 0o755)?;
        }
        Ok(())
    }

    /// Puts a text into it, for one user only.
    pub fn write(&self, inside: &str, text: &str, (user, mode): (u32, u32)) -> Outcome {
        let path = self.path(inside);
        fs::create_dir_all(path.parent().unwrap_or(&self.root)).map_err(said)?;
        fs::write(&path, text).map_err(said)?;
        fs::set_permissions(&path, Permissions::from_mode(mode)).map_err(said)?;
        chown(&path, Some(user), Some(user)).map_err(said)
    }

    /// Makes a folder of one user, as systemd or a volume does.
    pub fn folder(&self, inside: &str, user: u32) -> Outcome {
        let path = self.path(inside);
        fs::create_dir_all(&path).map_err(said)?;
        fs::set_permissions(&path, Permissions::from_mode(0o700)).map_err(said)?;
        chown(&path, Some(user), Some(user)).map_err(said)
    }

    /// Runs a line of shell in it as root, before it is read-only.
    pub fn shell(&self, line: &str) -> Outcome {
        for program in ["/bin/sh", "/usr/bin/install"] {
            self.install(Path::new(program), program)?;
        }
        tools::run(Command::new("chroot").arg(&self.root).args(["/bin/sh", "-c", line]))
    }

    /// Starts something in it, without a network; its output goes to a file beside it.
    pub fn start(&self, start: &Start<'_>) -> Outcome<Running> {
        let root = self.root.display();
        let mut script = format!(
            "set -e\nmount --make-rprivate /\nmount --bind {root} {root}\nmount -o remount,bind,ro {root}\n\
             mount -t proc proc {root}/proc\n"
        );
        for folder in start.writable {
            let path = format!("{root}{folder}");
            script += &format!("mount --bind {path} {path}\nmount -o remount,bind,rw {path}\n");
        }
        script += start.before;
        script += "\nexec \"$@\"\n";
        let user = format!("--userspec={}:{}", start.user, start.user);
        let log = self.root.with_extension("log");
        let output = File::create(&log).map_err(said)?;
        let errors = output.try_clone().map_err(said)?;
        let child = Command::new("unshare")
            .args(["--mount", "--net", "--", "/bin/sh", "-c", &script, "sh"])
            // From here on, what is called is noted: the tracer goes aside, so that this child is the program itself.
            .args(["strace", "-D", "-f", "-qq", "-o"])
            .arg(self.trace())
            .args(["setpriv", "--no-new-privs", "chroot", &user, "--groups="])
            .arg(&self.root)
            .args(start.command)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("unshare cannot be started: {error}"))?;
        Ok(Running { child, log })
    }

    /// Where the calls of what was started are noted.
    pub fn trace(&self) -> PathBuf {
        self.root.with_extension("trace")
    }

    fn copy(&self, from: &Path, inside: &str, mode: u32) -> Outcome {
        let to = self.path(inside);
        fs::create_dir_all(to.parent().unwrap_or(&self.root)).map_err(said)?;
        fs::copy(from, &to).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
        fs::set_permissions(&to, Permissions::from_mode(mode)).map_err(said)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Its mounts were those of a process that has ended.
        drop(fs::remove_dir_all(&self.root));
        drop(fs::remove_file(self.trace()));
        drop(fs::remove_file(self.root.with_extension("log")));
    }
}

/// Something that runs in a sandbox; killed when dropped.
pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// What it has said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until `reached`, for as long as it runs and at most half a minute.
    pub fn until(&mut self, what: &str, mut reached: impl FnMut() -> bool) -> Outcome {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            if reached() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended ({status}) before {what}:\n{}", self.said()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(format!("after half a minute not {what}:\n{}", self.said()))
    }

    /// Sends it a signal by name, and waits until it has ended well.
    pub fn stop(mut self, signal: &str) -> Outcome {
        let signal = signal.trim_start_matches("SIG");
        tools::run(Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]))?;
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("it ended badly ({status}):\n{}", self.said())),
                _ => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        Err(format!("SIG{signal} does not end it:\n{}", self.said()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn said(error: std::io::Error) -> String {
    error.to_string()
}
