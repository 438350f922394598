//! What a deployment says of domains of organizations.

use super::Listed;
use super::table::Table;
use super::value;
use std::net::{IpAddr, SocketAddr};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Domains of organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domains {
    /// Domains that one organization may have claimed, proved or not, 0 to 1 000.
    pub max_per_organization: u32,
    /// What no organization can claim, beside public suffixes and providers of mail for everybody.
    pub refused: Vec<Listed>,
    /// How often the record of a proved domain is looked for, in milliseconds: 1 minute to 90 days.
    pub check_every_ms: i64,
    /// How long that record may be missing before the domain is not proved any more, in milliseconds: 1 minute to
    /// 90 days.
    pub grace_ms: i64,
}

impl Default for Domains {
    fn default() -> Self {
        Self { max_per_organization: 20, refused: Vec::new(), check_every_ms: DAY, grace_ms: 7 * DAY }
    }
}

impl Domains {
    /// How long after the record was missed, or nobody answered, it is looked for again, in milliseconds: an hour, or a
    /// quarter of a shorter period, so that it is missed several times before the end.
    #[must_use]
    pub fn retry_ms(&self) -> i64 {
        (self.check_every_ms / 4).min(self.grace_ms / 4).min(HOUR)
    }
}

/// A resolver; without a port on the one that they all have.
pub(super) fn nameserver(text: &str) -> Result<SocketAddr, String> {
    let on_port_53 = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53));
    text.parse().or_else(|_| on_port_53()).map_err(|_| {
        format!("{text:?} is not a resolver; write its address, like \"10.0.0.2\" or \"127.0.0.1:5353\"")
    })
}

/// A domain, or all below it.
fn domain(text: &str) -> Result<Listed, String> {
    match value::listed(text) {
        Ok(Listed::Address(_)) | Err(_) => {
            Err(format!("{text:?} is not a domain; write \"example.com\" or \"*.example.com\""))
        }
        listed => listed,
    }
}

/// Reads `[deployment.organizations.domains]`.
pub(super) fn read(mut table: Table<'_>) -> Domains {
    let base = Domains::default();
    let span = |text: &str| value::span_within(text, "1 minute", "90 days");
    let read = Domains {
        max_per_organization: table
            .number("max_per_organization", 0..=1_000)
            .unwrap_or(base.max_per_organization),
        refused: table.list("refused", domain).unwrap_or(base.refused),
        check_every_ms: table.text("check_every", span).unwrap_or(base.check_every_ms),
        grace_ms: table.text("grace", span).unwrap_or(base.grace_ms),
    };
    table.finish();
    read
}
