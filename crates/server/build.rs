//! Builds again when a page was built again: they are embedded in the binary.

fn main() {
    println!("cargo::rerun-if-changed=../../apps/demo/dist");
    println!("cargo::rerun-if-changed=../../apps/pages/dist");
    println!("cargo::rerun-if-changed=migrations");
}
