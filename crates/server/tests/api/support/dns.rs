//! A name server of this process: hickory's, on loopback, over UDP and TCP.

use super::ports::next_address;
use hickory_server::Server;
use hickory_server::proto::rr::rdata::{CNAME, SOA, TXT};
use hickory_server::proto::rr::{LowerName, Name, RData, Record, RecordType, RrKey};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneHandler, ZoneType};
use keyrack_server::world::Dns;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};

/// Whom a test's server asks. Without a name server of its own nobody: no test asks the real world.
pub fn ask(nameservers: &[SocketAddr]) -> Dns {
    let nobody = [SocketAddr::from(([127, 0, 0, 1], 9))];
    let nameservers = if nameservers.is_empty() { nobody.to_vec() } else { nameservers.to_vec() };
    Dns { nameservers, patience: Duration::from_millis(700) }
}

/// The name server, which knows every name there is.
pub struct NameServer {
    pub address: SocketAddr,
    zone: Arc<InMemoryZoneHandler>,
    serial: AtomicU32,
    server: Server<Catalog>,
}

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{}.", text.trim_end_matches('.'))).unwrap()
}

impl NameServer {
    pub async fn start() -> Self {
        let (udp, tcp) = sockets().await;
        Self::on(udp, tcp).await
    }

    /// One at an address that it had before.
    pub async fn start_at(address: SocketAddr) -> Self {
        Self::on(UdpSocket::bind(address).await.unwrap(), TcpListener::bind(address).await.unwrap()).await
    }

    async fn on(udp: UdpSocket, tcp: TcpListener) -> Self {
        let zone = InMemoryZoneHandler::empty(Name::root(), ZoneType::Primary, AxfrPolicy::Deny);
        let soa = SOA::new(name("ns.test"), name("admin.test"), 1, 60, 60, 60, 60);
        assert!(zone.upsert(Record::from_rdata(Name::root(), 60, RData::SOA(soa)), 1).await);
        let zone: Arc<InMemoryZoneHandler> = Arc::new(zone);
        let mut catalog = Catalog::new();
        let handler: Arc<dyn ZoneHandler> = zone.clone();
        catalog.upsert(LowerName::from(Name::root()), vec![handler]);
        let address = udp.local_addr().unwrap();
        let mut server = Server::new(catalog);
        server.register_socket(udp);
        server.register_listener(tcp, Duration::from_secs(5), 64);
        Self { address, zone, serial: AtomicU32::new(2), server }
    }

    async fn upsert(&self, record: Record) {
        let serial = self.serial.fetch_add(1, Ordering::SeqCst);
        assert!(self.zone.upsert(record, serial).await, "the record was there");
    }

    /// Adds a TXT record.
    pub async fn says(&self, at: &str, text: &str) {
        // A record is made of pieces of at most 255 bytes.
        let pieces = text.as_bytes().chunks(200).map(|piece| String::from_utf8(piece.to_vec()).unwrap());
        let data = RData::TXT(TXT::new(pieces.collect()));
        self.upsert(Record::from_rdata(name(at), 60, data)).await;
    }

    /// Makes a name an alias.
    pub async fn leads(&self, from: &str, to: &str) {
        self.upsert(Record::from_rdata(name(from), 60, RData::CNAME(CNAME(name(to))))).await;
    }

    /// Removes the TXT records at a name.
    pub async fn forgets(&self, at: &str) {
        let key = RrKey::new(LowerName::from(name(at)), RecordType::TXT);
        assert!(self.zone.records_mut().await.remove(&key).is_some(), "nothing was there");
    }

    /// Stops: from now on nobody answers there.
    pub async fn stop(mut self) {
        let _ = self.server.shutdown_gracefully().await;
    }
}

/// A port that is free for both, and that no connection is given while its server is away.
pub async fn sockets() -> (UdpSocket, TcpListener) {
    for _ in 0..100 {
        let address = next_address();
        if let (Ok(udp), Ok(tcp)) = (UdpSocket::bind(address).await, TcpListener::bind(address).await) {
            return (udp, tcp);
        }
    }
    panic!("no port is free");
}
