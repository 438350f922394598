//! The database as this process opens it: whoever has to know is told what it, and what other nodes, change.

use crate::config::Config;
use crate::db::{Db, Heard, Node, Publish};
use crate::error::{Error, Result};
use crate::id::NodeId;
use crate::revocation::Feeds;
use crate::session::cache::Cache;
use crate::session::events::Hub;
use crate::world::World;
use std::sync::Arc;
use tokio::sync::Notify;

/// Who is told what a commit touched.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) world: &'a Arc<World>,
    pub(super) cache: &'a Arc<Cache>,
    pub(super) hub: &'a Arc<Hub>,
    pub(super) feeds: &'a Arc<Feeds>,
    /// Rung when there is something in the outbox.
    pub(super) bells: [&'a Arc<Notify>; 2],
}

/// Opens the database; after each commit what it touched is forgotten here and told to those who follow it, and
/// the outbox woken.
pub(super) async fn open(config: &Config, node: &NodeId, told: Told<'_>) -> Result<Db> {
    let connections = told.world.connections;
    let node = as_node(node, told);
    let (world, feeds) = (Arc::clone(told.world), Arc::clone(told.feeds));
    let (cache, hub, bells) = (Arc::clone(told.cache), Arc::clone(told.hub), told.bells.map(Arc::clone));
    let publish: Publish = Arc::new(move |touched| {
        feeds.hear(&touched.revoked, world.clock.now_ms());
        for change in &touched.sessions {
            cache.publish(&change.session);
            hub.tell(change);
        }
        touched.inboxes.iter().for_each(|session| hub.ring(session));
        touched.gates.iter().for_each(|place| cache.publish_gate(place));
        if touched.outbox {
            bells.iter().for_each(|bell| bell.notify_one());
        }
    });
    let (url, data_dir) = (config.database_url.clone(), config.data_dir.clone());
    // Connecting and migrating block, and PostgreSQL's driver brings a runtime of its own.
    let opened = tokio::task::spawn_blocking(move || match url {
        Some(url) => Db::open_postgres_as(&url, connections, node, publish),
        None => Db::open_sqlite(&data_dir, publish),
    });
    opened.await.map_err(|cause| Error::internal("open the database", cause))?
}

/// What other nodes change is forgotten here, too, and looked at for those who follow it.
fn as_node(name: &NodeId, told: Told<'_>) -> Node {
    let (cache, hub) = (Arc::clone(told.cache), Arc::clone(told.hub));
    let (world, feeds) = (Arc::clone(told.world), Arc::clone(told.feeds));
    let hear = move |heard| match heard {
        Heard::Listening => {
            hub.may_have_missed();
            feeds.may_have_missed();
        }
        Heard::Revoked(revoked) => feeds.hear(&revoked, world.clock.now_ms()),
        Heard::Inboxes(sessions) => sessions.iter().for_each(|session| hub.ring(session)),
        Heard::Changes(changes) => {
            for change in changes {
                cache.publish_remote(&change.session, change.revision);
                hub.hint(change);
            }
        }
    };
    Node { name: name.to_string(), hear: Arc::new(hear) }
}
