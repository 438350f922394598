//! Questions to the domain name system.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::SocketAddr;
use std::time::Duration;

/// Times that one question is sent.
const ATTEMPTS: usize = 2;

/// Whom the domain name system is asked through.
#[derive(Clone, Debug)]
pub struct Dns {
    /// The resolvers to ask; the system's own when there is none.
    pub nameservers: Vec<SocketAddr>,
    /// How long each try waits (2 seconds); an answer takes three times as long at most, whatever goes wrong.
    pub patience: Duration,
}

/// Nobody who knows has answered: neither what there is nor that there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered(pub String);

impl Default for Dns {
    fn default() -> Self {
        Self { nameservers: Vec::new(), patience: Duration::from_secs(2) }
    }
}

impl Dns {
    /// The texts (TXT records) that stand at `name` itself, each in one piece, at most 64 KiB in all; none when the name
    /// or the records do not exist. What stands where an alias (CNAME) at that name leads to is somebody else's word and
    /// is left out. Nothing is remembered: each call asks anew.
    ///
    /// # Errors
    /// [`Unanswered`] when nobody who knows has answered in time.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        let asked = tokio::time::timeout(self.patience * 3, self.ask(name));
        match asked.await {
            Ok(Ok(texts)) => Ok(texts),
            Ok(Err(error)) if is_nothing(&error) => Ok(Vec::new()),
            Ok(Err(error)) => Err(Unanswered(error.to_string())),
            Err(_) => Err(Unanswered("no answer in time".to_owned())),
        }
    }

    async fn ask(&self, name: &str) -> Result<Vec<String>, NetError> {
        // With the dot at its end it is never tried below the domain of this machine.
        let name = Name::from_ascii(format!("{}.", name.trim_end_matches('.')))?;
        let answer = self.resolver()?.lookup(name.clone(), RecordType::TXT).await?;
        let own = answer.answers().iter().filter(|record| record.name == name);
        let texts = own.filter_map(|record| match &record.data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// A new one for each question, which is asked rarely: so a change of the system's resolvers is seen, and an answer
    /// is never an old one.
    fn resolver(&self) -> Result<TokioResolver, NetError> {
        let mut builder = if self.nameservers.is_empty() {
            TokioResolver::builder_tokio()?
        } else {
            let config = ResolverConfig::from_name_servers(self.nameservers.iter().map(server).collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        options.timeout = self.patience;
        options.attempts = ATTEMPTS;
        options.use_hosts_file = ResolveHosts::Never;
        options.edns0 = true;
        // Whoever forges an answer must guess the letters' case, too.
        options.case_randomization = true;
        builder.build()
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    for connection in &mut server.connections {
        connection.port = address.port();
    }
    server
}

/// Whether somebody who knows has said that there is nothing. A referral to others says nothing of the kind.
fn is_nothing(error: &NetError) -> bool {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => none.soa.is_some() || none.ns.is_none(),
        _ => false,
    }
}
