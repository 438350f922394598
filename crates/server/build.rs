//! Builds again when the demo's page was built again: it is embedded in the binary.

fn main() {
    println!("cargo::rerun-if-changed=../../apps/demo/dist");
    println!("cargo::rerun-if-changed=migrations");
}
