//! Two PostgreSQL servers: what the first one acknowledges is on the disk of both.

use super::{Database, Durability, as_its_user, text};
use crate::{Outcome, tools};
use std::time::{Duration, Instant};

/// A primary with a standby that it waits for at every commit.
pub struct Pair {
    primary: Database,
    standby: Database,
}

impl Pair {
    /// Starts both and waits until the standby follows.
    pub fn start() -> Outcome<Self> {
        let primary = Database::start(Durability::Full)?;
        let mut standby = Database::new("standby", Durability::Full)?;
        let from = format!("host=127.0.0.1 port={} user=postgres application_name=standby", primary.port);
        let mut copy = as_its_user(&standby.bin.join("pg_basebackup"));
        copy.args(["-d", &from, "-D", &text(&standby.data()), "-R", "-X", "stream", "-C", "-S", "standby"]);
        tools::output(copy.args(["--checkpoint=fast", "--no-sync"]))?;
        standby.restart()?;
        primary.query("alter system set synchronous_standby_names = 'standby'")?;
        primary.query("select pg_reload_conf()")?;
        let since = Instant::now();
        while primary.query("select sync_state from pg_stat_replication")? != "sync" {
            if since.elapsed() > Duration::from_secs(20) {
                return Err("the standby does not follow within 20 s".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { primary, standby })
    }

    /// The address of whichever is the primary.
    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
            self.primary.port, self.standby.port
        )
    }

    /// Ends the primary as a power cut would; the standby does not take over by itself.
    pub fn kill_primary(&mut self) {
        self.primary.kill();
    }

    /// Makes the standby the primary; returns when it takes changes.
    pub fn promote(&self) -> Outcome {
        match self.standby.query("select pg_promote(true, 30)")?.as_str() {
            "t" => Ok(()),
            _ => Err("the standby was not promoted within 30 s".to_owned()),
        }
    }
}
