//! docs/OPERATING.md: its commands are commands, and the drill in it is run as it stands there.

use crate::support::{MASTER_KEY, Process, Store, free_address};
use clap::{CommandFactory, Parser};
use keyrack_server::cli::Cli;
use rustix::process::Signal;
use std::fs;
use std::path::Path;
use std::process::Command;

fn document() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATING.md")).unwrap()
}

/// The blocks of shell, each with its title.
fn blocks(document: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    for part in document.split("\n```sh").skip(1) {
        let (title, rest) = part.split_once('\n').unwrap();
        blocks.push((title.trim().to_owned(), rest.split("\n```").next().unwrap().to_owned()));
    }
    blocks
}

/// Every `keyrack …` of a text: lines of shell, or what stands between backticks.
fn commands(document: &str) -> Vec<String> {
    let shell = blocks(document)
        .into_iter()
        .flat_map(|(_, block)| block.lines().map(str::to_owned).collect::<Vec<_>>());
    let prose = document.split("```").step_by(2).flat_map(|text| {
        text.split('`').skip(1).step_by(2).map(|code| code.replace('\n', " ")).collect::<Vec<_>>()
    });
    let all = shell.chain(prose).map(|line| line.split(['#', '|', '>']).next().unwrap().trim().to_owned());
    all.filter(|line| line.starts_with("keyrack ") && !line.contains(['[', '…'])).collect()
}

#[test]
fn every_command_in_it_is_one_that_the_binary_takes() {
    let all = commands(&document());
    assert!(all.len() > 30, "{all:?}");
    let known = Cli::command();
    for line in all {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(known.find_subcommand(words[1]).is_some(), "{line}");
        // A bare `keyrack user` names a family of commands.
        if words.len() > 2
            && let Err(error) = Cli::try_parse_from(&words)
        {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn a_command_that_is_none_would_be_noticed() {
    let text = "See `keyrack fly`.\n\n```sh title=\"x\"\nkeyrack user list --sideways | cat   # why\n```\n`keyrack a […]`";
    assert_eq!(commands(text), ["keyrack user list --sideways", "keyrack fly"]);
    assert!(Cli::try_parse_from(["keyrack", "user", "list", "--sideways"]).is_err());
}

/// The commands that the tables of a text are about: what stands in the first cells between backticks. After `user show USER`,
/// `update USER` in the same cell means `user update`.
fn tabulated(document: &str) -> Vec<String> {
    let known = Cli::command();
    let mut all = Vec::new();
    for row in document.lines().filter_map(|line| line.strip_prefix("| `")) {
        let cell = row.split(" | ").next().unwrap();
        let mut family = String::new();
        for code in cell.split('`').step_by(2).filter(|code| !code.trim_matches([',', ' ']).is_empty()) {
            let words: Vec<&str> = code.split_whitespace().collect();
            match words.as_slice() {
                [first, second, ..] if known.find_subcommand(first).is_some() => {
                    (*first).clone_into(&mut family);
                    all.push(format!("{first} {second}"));
                }
                [first, ..] => all.push(format!("{family} {first}").trim().to_owned()),
                [] => {}
            }
        }
    }
    all
}

#[test]
fn every_command_of_the_binary_stands_in_it() {
    let (document, binary) = (document(), Cli::command());
    let (tabulated, mut seen) = (tabulated(&document), 0);
    for command in binary.get_subcommands() {
        let name = command.get_name();
        assert!(document.contains(&format!("keyrack {name}")), "keyrack {name}");
        for part in command.get_subcommands() {
            let line = format!("{name} {}", part.get_name());
            assert!(tabulated.contains(&line), "`{line}` is in no table of docs/OPERATING.md");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn a_table_names_commands_by_their_first_words_and_families_once() {
    let text = "| command | |\n| `user list`, `show USER` | by `user fly` |\n| `key create NAME`, `key revoke ID` | |";
    assert_eq!(tabulated(text), ["user list", "user show", "key create", "key revoke"]);
}

#[tokio::test]
async fn the_drill_passes_as_it_stands_there() {
    let store = Store::empty().await;
    let variables = [("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", store.url())];
    let line = format!("dev --listen {}", free_address());
    let server = Process::start(store.folder(), &line, &variables);
    server.says("Keyrack is running");
    let document = document();
    let (_, drill) = blocks(&document)
        .into_iter()
        .find(|(title, _)| title == "title=\"drill\"")
        .expect("a block of the drill");
    let binary = Path::new(env!("CARGO_BIN_EXE_keyrack"));
    let done = Command::new("sh")
        .args(["-e", "-c", &drill])
        .current_dir(store.folder())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", binary.parent().unwrap().display()))
        .envs(variables)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && err.is_empty(), "{out}{err}");
    for said in
        ["Backed up ", "Whole, and for this master key", "Restored the state of ", "\"engine\": \"SQLite\""]
    {
        assert!(out.contains(said), "{said}: {out}");
    }
    // Nothing of it is left, and the server has not noticed.
    assert!(!store.folder().join("drill").exists() && !store.folder().join("drill.backup").exists());
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code, Some(0));
}
