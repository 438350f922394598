//! The container file and the systemd unit, as far as they can be tried without a container engine and without systemd:
//! both are read, and what they start is started in a root of its own, as their user, with nothing else to write to.

mod container;
mod sandbox;
mod service;

use crate::{Outcome, tools};
use std::path::PathBuf;

/// Checks both.
pub fn check() -> Outcome {
    let binary = tools::built("debug")?.join("keyrack");
    let containerfile = container::File::read(&tools::root().join("packaging/Containerfile"))?;
    containerfile.check(&binary)?;
    let unit = service::Unit::read(&unit_path())?;
    unit.analyze()?;
    if !tools::is_root() {
        println!("not started: only root can make a root of its own");
        return Ok(());
    }
    containerfile.start(&binary)?;
    unit.start(&binary)
}

fn unit_path() -> PathBuf {
    tools::root().join("packaging/keyrack.service")
}

/// What both are started with.
const CONFIGURATION: &str = "trusted_proxies = [\"127.0.0.1/32\"]\n\n[mail]\nsmtp = \"smtps://mail.example.com\"\n\n[[deployment]]\nid = \"app\"\n\
    mode = \"production\"\norigin = \"https://auth.example.com\"\nhosts = [\"auth.example.com\"]\n\
    mail_from = \"a@example.com\"\n";
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
