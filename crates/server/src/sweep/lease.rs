//! The right to do a kind of background work for a deployment: one node's at a time, for a minute, and for as long as that node goes on.

use crate::app::Shared;
use crate::error::Result;
use crate::params;

/// A node that says nothing for so long has died, and another one sweeps.
const LEASE_MS: i64 = 60_000;
/// How old a lease may be when something is begun under it: what is begun takes less than the rest of its time
/// (the database is waited for five seconds).
const RENEWED_MS: i64 = LEASE_MS / 3;

/// The lease of one deployment's sweep, or other such work, held by this node.
pub struct Lease<'a> {
    /// The server.
    pub app: &'a Shared,
    /// The deployment.
    pub deployment: &'a str,
    /// Which work it is.
    name: &'static str,
    taken_at: i64,
}

impl<'a> Lease<'a> {
    /// Takes it, unless another node has it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn take(app: &'a Shared, deployment: &'a str, name: &'static str) -> Result<Option<Self>> {
        let mut lease = Self { app, deployment, name, taken_at: 0 };
        Ok(lease.renew().await?.then_some(lease))
    }

    /// To be asked before each step: whether it is still this node's. It is renewed when it gets old; a node that
    /// stood still for too long finds that another one sweeps by now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep(&mut self) -> Result<bool> {
        if self.app.world.clock.now_ms() - self.taken_at < RENEWED_MS { Ok(true) } else { self.renew().await }
    }

    async fn renew(&mut self) -> Result<bool> {
        let now = self.app.world.clock.now_ms();
        let name = self.name;
        let (deployment, node) = (self.deployment.to_owned(), self.app.node.to_string());
        let taken = self.app.db.write(move |tx| {
            tx.execute(
                "insert into leases (deployment_id, name, holder, until) values ($1, $5, $2, $3)
                 on conflict (deployment_id, name) do update set holder = excluded.holder, until = excluded.until
                 where leases.until <= $4 or leases.holder = excluded.holder",
                params![&deployment, &node, now + LEASE_MS, now, name],
            )
        });
        let taken = taken.await? == 1;
        if taken {
            self.taken_at = now;
        }
        Ok(taken)
    }
}
