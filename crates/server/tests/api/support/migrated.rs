use keyrack_server::db::{Db, lock_folder};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use std::{fs, thread};

/// `keyrack.db` as a first start makes it, before anything is in it.
static EMPTY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    // A test that asks for it runs in a runtime of its own, in which nobody can wait for another.
    let made = thread::spawn(move || {
        let db = Db::open_sqlite(&path, Arc::new(|_| {})).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(db.close()).unwrap();
    });
    made.join().unwrap();
    fs::read(folder.path().join("keyrack.db")).unwrap()
});

/// Puts a migrated database into a data folder that has none: a third of a test's time was to make the same tables again.
/// How a first start makes them is seen by every test that starts a process.
pub fn migrated(data_dir: &Path) {
    let path = data_dir.join("keyrack.db");
    if !path.exists() {
        fs::write(&path, &*EMPTY).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// Waits until a data folder is nobody's, or for some seconds: a child that another test is about to start has a copy of every
/// file for a moment, also of the lock that a restore has given back meanwhile.
pub async fn until_free(data_dir: &Path) {
    let mut looks = tokio::time::interval(Duration::from_millis(2));
    for _ in 0..2_000 {
        looks.tick().await;
        if lock_folder(data_dir).is_ok() {
            return;
        }
    }
}
