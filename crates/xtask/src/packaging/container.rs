//! `packaging/Containerfile`.

use super::sandbox::{Sandbox, Start, said};
use super::{CONFIGURATION, MASTER_KEY};
use crate::{Outcome, tools};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A container file, its stages in order.
pub struct File {
    stages: Vec<Stage>,
}

/// One `FROM` and what follows it: each instruction and what it says.
struct Stage {
    name: String,
    lines: Vec<(String, String)>,
}

impl File {
    /// Reads one.
    pub fn read(path: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Outcome<Self> {
        let mut stages: Vec<Stage> = Vec::new();
        let joined = text.replace("\\\n", " ");
        for line in joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, rest) = line.split_once(' ').ok_or_else(|| format!("no instruction: {line}"))?;
            if word == "FROM" {
                let name = rest.rsplit_once(" AS ").map_or("", |(_, name)| name);
                stages.push(Stage { name: name.to_owned(), lines: Vec::new() });
            }
            let stage = stages.last_mut().ok_or_else(|| format!("before any FROM: {line}"))?;
            stage.lines.push((word.to_owned(), rest.trim().to_owned()));
        }
        Ok(Self { stages })
    }

    fn last(&self) -> Outcome<&Stage> {
        self.stages.last().ok_or_else(|| "no stage".to_owned())
    }

    /// Whether everything that it copies is there and is all that the binary was built from, and whether what it leaves
    /// is what an operator expects.
    pub fn check(&self, binary: &Path) -> Outcome {
        let ignored = fs::read_to_string(tools::root().join(".dockerignore")).map_err(said)?;
        for copied in self.stages.iter().flat_map(Stage::copied) {
            if !tools::root().join(copied).exists() || ignored.lines().any(|line| line == copied) {
                return Err(format!("COPY {copied}: it is not there, or .dockerignore keeps it out"));
            }
        }
        self.builds_from_everything(binary)?;
        let last = self.last()?;
        let user = last.one("USER")?;
        if user.split(':').any(|part| part.parse::<u32>().map_or(true, |number| number == 0)) {
            return Err(format!("USER {user}: it must be a number, and not root"));
        }
        for word in ["HEALTHCHECK", "EXPOSE", "STOPSIGNAL", "VOLUME", "ENTRYPOINT", "CMD"] {
            last.one(word)?;
        }
        if !last.runs().any(|line| is_of_the_distribution(line) && line.contains("ca-certificates")) {
            return Err("no ca-certificates: a collector with https could not be verified".to_owned());
        }
        match last.lines.iter().find(|(word, rest)| word == "ENV" && rest.contains("KEY=")) {
            Some((_, rest)) => Err(format!("ENV {rest}: a secret in an image is none")),
            None => Ok(()),
        }
    }

    /// The files that cargo notes for the binary, each of which the stage must have been given.
    fn builds_from_everything(&self, binary: &Path) -> Outcome {
        let notes = fs::read_to_string(binary.with_extension("d")).map_err(said)?;
        let stage = self.stages.iter().find(|stage| stage.name == "binary").ok_or("no stage `binary`")?;
        let given: Vec<&str> =
            stage.lines.iter().filter(|(word, _)| word == "COPY").flat_map(|line| sources(&line.1)).collect();
        let sources = notes.split_once(": ").map_or("", |parts| parts.1).split_whitespace();
        // What the build writes for itself lies beside the binary.
        let is_made = |path: &&str| binary.parent().is_some_and(|built| Path::new(path).starts_with(built));
        let sources = sources.filter(|path| !is_made(path));
        let mut count = 0;
        for source in sources.filter_map(|path| Path::new(path).strip_prefix(tools::root()).ok()) {
            count += 1;
            if !given.iter().any(|folder| source.starts_with(folder)) {
                return Err(format!("{} is built from, but not copied", source.display()));
            }
        }
        if count < 100 { Err(format!("cargo notes only {count} files of the binary")) } else { Ok(()) }
    }

    /// Makes what its last stage makes, starts what it starts, asks for its health and stops it.
    pub fn start(&self, binary: &Path) -> Outcome {
        let last = self.last()?;
        let sandbox = Sandbox::new("container")?;
        let program = list(last.one("ENTRYPOINT")?)?;
        sandbox.install(binary, &program[0])?;
        for line in last.runs().filter(|line| !is_of_the_distribution(line)) {
            sandbox.shell(line)?;
        }
        let user: u32 =
            last.one("USER")?.split(':').next().and_then(|user| user.parse().ok()).ok_or("no user")?;
        let volume = last.one("VOLUME")?;
        sandbox.write("/etc/keyrack/keyrack.toml", CONFIGURATION, (0, 0o644))?;
        sandbox.write("/run/secrets/keyrack-master-key", MASTER_KEY, (user, 0o400))?;
        let environment: Vec<(String, String)> = last
            .lines
            .iter()
            .filter(|(word, _)| word == "ENV")
            .filter_map(|(_, rest)| rest.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let command = [program.clone(), list(last.one("CMD")?)?].concat();
        let start =
            Start { command: &command, environment: &environment, user, writable: &[volume], before: "" };
        let mut running = sandbox.start(&start)?;
        let check = last.one("HEALTHCHECK")?.split_once("CMD ").ok_or("HEALTHCHECK without CMD")?.1;
        let check = list(check)?;
        // As the engine does it: in the container, as its user.
        let asked = |args: &[String]| {
            Command::new("chroot")
                .arg(format!("--userspec={user}:{user}"))
                .arg(sandbox.path("/"))
                .args(args)
                .output()
                .is_ok_and(|done| done.status.success())
        };
        if asked(&check) && running.said().is_empty() {
            return Err("it is healthy before it has started".to_owned());
        }
        running.until("healthy", || asked(&check))?;
        running.stop(last.one("STOPSIGNAL")?)?;
        if asked(&check) {
            return Err("it is healthy after its end".to_owned());
        }
        // A restart brings no database back: only what does not answer is unhealthy.
        for (exit, healthy) in [(0, true), (1, true), (3, false)] {
            sandbox.write(&program[0], &format!("#!/bin/sh\nexit {exit}\n"), (0, 0o755))?;
            if asked(&check) != healthy {
                return Err(format!("where `keyrack health` ends with {exit}, healthy must be {healthy}"));
            }
        }
        Ok(())
    }
}

/// Whether a line of shell installs what is the distribution's: this machine has that already.
fn is_of_the_distribution(line: &str) -> bool {
    line.starts_with("apt-get ")
}

impl Stage {
    /// Its lines of shell.
    fn runs(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(|(word, _)| word == "RUN").map(|(_, line)| line.as_str())
    }

    /// What an instruction says that is there once.
    fn one(&self, word: &str) -> Outcome<&str> {
        let mut found = self.lines.iter().filter(|line| line.0 == word);
        match (found.next(), found.next()) {
            (Some((_, rest)), None) => Ok(rest),
            _ => Err(format!("{word} is not there, or twice")),
        }
    }

    /// What it takes from the repository.
    fn copied(&self) -> Vec<&str> {
        let copies = self.lines.iter().filter(|(word, rest)| word == "COPY" && !rest.starts_with("--from="));
        copies.flat_map(|(_, rest)| sources(rest)).collect()
    }
}

/// The sources of a `COPY`; of one from another stage the path below /src.
fn sources(rest: &str) -> Vec<&str> {
    let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
    let last = words.len().saturating_sub(1);
    words[..last].iter().map(|word| word.trim_start_matches("/src/")).collect()
}

/// A command in its JSON form.
fn list(text: &str) -> Outcome<Vec<String>> {
    serde_json::from_str(text).map_err(|error| format!("{text}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_and_their_sources_are_read() {
        let file = File::parse(
            "# c\nFROM a AS one\nCOPY x y ./\nRUN b \\\n  c\nFROM d\nCOPY --from=one /src/x/z /z\n",
        );
        let file = file.unwrap();
        assert_eq!(file.stages[0].name, "one");
        assert_eq!(file.stages[0].copied(), ["x", "y"]);
        assert!(file.stages[0].one("RUN").unwrap().starts_with("b") && file.stages[0].one("CMD").is_err());
        assert!(file.stages[1].copied().is_empty());
        assert_eq!(sources("--from=one /src/x/z /z"), ["x/z"]);
        assert!(File::parse("COPY x y").is_err());
    }
}
