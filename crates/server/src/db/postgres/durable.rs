//! Whether what this database has committed is still there after a crash.

use super::Connection;
use crate::error::Result;

impl Connection {
    /// Warns where the cluster, the database or the role is set in such a way that it may be lost.
    pub(super) fn warn_unless_durable(&mut self) -> Result<()> {
        let sql = "select current_setting('synchronous_commit'), current_setting('fsync')";
        for row in self.query(sql, &[])? {
            let mut cells = row.cells();
            if let Some(setting) = what_loses(&cells.text()?, &cells.text()?) {
                tracing::warn!(
                    setting,
                    "PostgreSQL may lose what it has acknowledged, sign-outs too, when it or its machine crashes"
                );
            }
        }
        Ok(())
    }
}

/// The setting under which a crash undoes what was acknowledged; none where nothing is lost.
fn what_loses(synchronous_commit: &str, fsync: &str) -> Option<&'static str> {
    match (synchronous_commit, fsync) {
        ("off", _) => Some("synchronous_commit = off"),
        (_, "off") => Some("fsync = off"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::what_loses;

    #[test]
    fn what_is_lost_in_a_crash_is_warned_of_and_nothing_else() {
        assert_eq!(what_loses("off", "on"), Some("synchronous_commit = off"));
        assert_eq!(what_loses("on", "off"), Some("fsync = off"));
        for waits in ["local", "on", "remote_write", "remote_apply"] {
            assert_eq!(what_loses(waits, "on"), None, "{waits}");
        }
    }
}
