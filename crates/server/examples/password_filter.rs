//! Makes the filter of common passwords from those on standard input, one a line: `password_filter FILE`. It is
//! `cargo xtask passwords` that knows which ones.

use keyrack_server::user::password::common;
use std::collections::BTreeSet;
use std::error::Error;
use std::io::BufRead;
use xorf::{BinaryFuse16, DmaSerializable};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name the file to write")?;
    let mut keys = BTreeSet::new();
    for line in std::io::stdin().lock().lines() {
        keys.insert(common::key(common::fold(&line?).trim()));
    }
    // In their order: the same lists make the same file.
    let filter = BinaryFuse16::try_from(&keys.iter().copied().collect::<Vec<_>>())?;
    let mut file = vec![0; BinaryFuse16::DESCRIPTOR_LEN];
    filter.dma_copy_descriptor_to(&mut file);
    file.extend_from_slice(filter.dma_fingerprints());
    println!("{} passwords in {} bytes: {path}", keys.len(), file.len());
    Ok(std::fs::write(path, file)?)
}
