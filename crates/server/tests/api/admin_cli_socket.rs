//! The socket that operators' commands talk to: whose it is, when it is there, and what is said where it is not.

use crate::admin_cli::code;
use crate::support::{Ended, Process, Running, free_address};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

#[test]
fn without_a_server_the_exit_code_is_3_and_one_line_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let ask = |line: &str| Process::start(folder.path(), line, &[]).ended();
    let no_server = |ended: Ended| {
        code(&ended, 3);
        let [line] = ended.err.as_slice() else { panic!("{ended:?}") };
        assert!(
            line.contains("keyrack.sock") && line.contains("keyrack serve") && line.contains("--data"),
            "{line}"
        );
    };
    no_server(ask("user list"));
    no_server(ask("session list --data elsewhere --json"));
    // The file says where it would be, however little else is in it.
    fs::write(folder.path().join("keyrack.toml"), "data = \"there\"\n").unwrap();
    let ended = ask("user list");
    assert!(ended.err[0].contains("there/keyrack.sock"), "{ended:?}");
    // One that died has left its socket.
    fs::create_dir(folder.path().join("there")).unwrap();
    drop(UnixListener::bind(folder.path().join("there/keyrack.sock")).unwrap());
    no_server(ask("user list"));
}

/// Why it did not start; the log may have come before.
fn refusal(ended: &Ended) -> &str {
    ended.err.iter().find_map(|line| line.strip_prefix("keyrack: ")).unwrap_or_default()
}

#[test]
fn the_socket_is_its_owners_only_replaces_a_dead_one_and_goes_with_the_server() {
    let server = Running::dev("warn");
    let data = server.folder().join("data");
    let path = data.join("keyrack.sock");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert!(fs::metadata(&path).unwrap().file_type().is_socket());
    assert_eq!((mode(&data), mode(&path)), (0o700, 0o600));
    code(&server.stop(), 0);
    assert!(!path.exists());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/keyrack.sock");
    fs::create_dir(folder.path().join("data")).unwrap();
    drop(UnixListener::bind(&path).unwrap());
    let dev = || Process::start(folder.path(), &format!("dev --listen {}", free_address()), &[]);
    let process = dev();
    process.says("Keyrack is running");
    code(&Process::start(folder.path(), "user list", &[]).ended(), 0);
    process.signal(Signal::KILL);
    drop(process.ended());
    assert!(path.exists());
    dev().says("Keyrack is running");
    fs::remove_file(&path).unwrap();
    let somebody = UnixListener::bind(&path).unwrap();
    let ended = dev().ended();
    assert!(ended.code == Some(1) && refusal(&ended).contains("another program listens there"), "{ended:?}");
    drop(somebody);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "not a socket").unwrap();
    let ended = dev().ended();
    assert!(ended.code == Some(1) && refusal(&ended).contains("no socket has this name"), "{ended:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "not a socket");
}

#[test]
fn two_nodes_on_one_machine_need_two_data_folders() {
    let server = Running::dev("warn");
    // Where the database is a file, its own lock says so (see start.rs).
    let Some(same) = server.start_another_in(server.folder()) else { return };
    let ended = same.ended();
    let said = ended.err.last().filter(|_| ended.code == Some(1)).cloned().unwrap_or_default();
    assert!(
        said.contains("another keyrack runs on this data folder") && said.contains("--data"),
        "{ended:?}"
    );
    code(&server.keyrack("user list"), 0);
    let other = tempfile::tempdir().unwrap();
    let process = server.start_another_in(other.path()).unwrap();
    process.says("Keyrack is running");
    // Whichever is asked: they are one.
    server.json("user create --no-password --email ada@example.com");
    let listed = Process::start(other.path(), "user list --json", &[]).ended();
    assert!(listed.out.concat().contains("ada@example.com"), "{listed:?}");
}
