#![cfg(unix)]

use super::*;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use tempfile::{TempDir, tempdir};

/// A folder, the file of a backup in it, and the name that it has until it is complete.
fn place() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempdir().unwrap();
    let (end, partial) = (folder.path().join("night"), folder.path().join("night.partial"));
    (folder, end, partial)
}

#[track_caller]
fn refusal<T>(result: Result<T>) -> String {
    let Err(error) = result else { panic!("it was not refused") };
    error.cause().unwrap().to_owned()
}

#[test]
fn what_somebody_has_put_at_the_name_is_neither_followed_nor_written() {
    let (folder, end, partial) = place();
    let precious = folder.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    fs::set_permissions(&precious, fs::Permissions::from_mode(0o644)).unwrap();
    let nowhere = folder.path().join("nowhere");
    let put: [&dyn Fn(); 5] = [
        &|| symlink(&precious, &partial).unwrap(),
        &|| symlink(&nowhere, &partial).unwrap(),
        &|| fs::hard_link(&precious, &partial).unwrap(),
        &|| mknodat(CWD, &partial, FileType::Fifo, Mode::RWXU, 0).unwrap(),
        &|| fs::create_dir(&partial).unwrap(),
    ];
    for (case, put) in put.iter().enumerate() {
        put();
        let said = refusal(Partial::begin(&end));
        assert!(said.contains("night.partial is somebody else's, a link or no file"), "{case}: {said}");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious", "{case}");
        assert_eq!(fs::metadata(&precious).unwrap().mode() & 0o777, 0o644, "{case}");
        assert!(!nowhere.exists() && partial.symlink_metadata().is_ok(), "{case}");
        drop(fs::remove_file(&partial).or_else(|_| fs::remove_dir(&partial)));
    }
    let (begun, file) = Partial::begin(&end).unwrap();
    begun.finish(file).unwrap();
}

#[test]
fn a_file_of_another_user_is_not_ones_own() {
    let (_folder, end, partial) = place();
    fs::write(&partial, "left by one that was killed").unwrap();
    let there = partial.metadata().unwrap();
    assert!(is_ones_alone(&there, there.uid()));
    assert!(!is_ones_alone(&there, there.uid() + 1));
    // Only root can make one; the rest is the same for everybody.
    if me() == 0 {
        std::os::unix::fs::chown(&partial, Some(7), None).unwrap();
        assert!(refusal(Partial::begin(&end)).contains("somebody else's"));
        assert_eq!(fs::read_to_string(&partial).unwrap(), "left by one that was killed");
    }
}

#[test]
fn the_lock_lasts_until_the_name_has_gone() {
    let (_folder, end, partial) = place();
    let (first, file) = Partial::begin(&end).unwrap();
    // What a backup does that fails: the file goes before the name.
    drop(file);
    assert!(refusal(Partial::begin(&end)).contains("another backup is writing it"));
    drop(first);
    assert!(!partial.exists());
    let (second, mut file) = Partial::begin(&end).unwrap();
    file.write_all(b"whole").unwrap();
    second.finish(file).unwrap();
    assert_eq!(fs::read_to_string(&end).unwrap(), "whole");
}

#[test]
fn neither_a_file_of_another_takes_the_name_nor_is_another_file_replaced() {
    let (_folder, end, partial) = place();
    let (begun, file) = Partial::begin(&end).unwrap();
    fs::remove_file(&partial).unwrap();
    fs::write(&partial, "half of another").unwrap();
    assert!(refusal(begun.finish(file)).contains("removed or replaced"));
    assert!(!end.exists());
    assert_eq!(fs::read_to_string(&partial).unwrap(), "half of another");

    let (begun, file) = Partial::begin(&end).unwrap();
    fs::write(&end, "somebody's").unwrap();
    refusal(begun.finish(file));
    assert_eq!(fs::read_to_string(&end).unwrap(), "somebody's");
    assert!(!partial.exists());
}

/// The last step itself: what came between a look and the name.
#[test]
fn a_name_is_given_only_where_there_is_none() {
    let (_folder, end, partial) = place();
    fs::write(&partial, "mine").unwrap();
    symlink("nowhere", &end).unwrap();
    assert_eq!(publish(&partial, &end).unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert!(end.symlink_metadata().unwrap().is_symlink() && partial.exists());
}
