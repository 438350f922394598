//! Builds again when a page was built again, as they are embedded in the binary; and writes the list of domains that give
//! addresses to anybody (`src/user/disposable.rs`).

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=../../apps/demo/dist");
    println!("cargo::rerun-if-changed=../../apps/pages/dist");
    println!("cargo::rerun-if-changed=migrations");
    let mut domains = mailchecker::blacklist();
    domains.sort_unstable();
    domains.dedup();
    let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&folder).join("disposable.txt"), domains.join("\n"))
}
