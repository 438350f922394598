//! Where Prometheus scrapes: an address of its own, because what it answers is nobody else's business.

use super::outside::meet;
use super::problem::{Problem, Severity};
use super::read::File;
use super::source::Source;
use crate::cli::Run;
use std::net::{IpAddr, SocketAddr};

/// The address to answer scrapes on, if there is one; `public` are those that everybody is answered on.
pub(super) fn listen(
    args: &Run,
    source: Option<&Source>,
    (file, public): (&File, &[SocketAddr]),
    problems: &mut Vec<Problem>,
) -> Option<SocketAddr> {
    let address = args.metrics_listen.or(file.metrics_listen)?;
    let named = if args.metrics_listen.is_some() { "--metrics-listen" } else { "metrics.listen" };
    let (severity, text) = if let Some(other) = public.iter().find(|other| meet(**other, address)) {
        let text = format!("{named}: {address} is public, because of {other}; use a port of its own");
        (Severity::Error, text)
    } else if address.port() == 0 {
        (Severity::Error, format!("{named}: {address} has no port; name one, such as 9464"))
    } else if args.dev && !address.ip().is_loopback() {
        let text = format!("{named}: `keyrack dev` listens on this machine only; use 127.0.0.1 or [::1]");
        (Severity::Error, text)
    } else if is_far_reaching(address.ip()) {
        let text = format!(
            "{named}: whoever reaches {address} reads how much goes on here; name a loopback or private address, or keep strangers out with a firewall"
        );
        (Severity::Warning, text)
    } else {
        return Some(address);
    };
    match source.filter(|_| args.metrics_listen.is_none()) {
        Some(source) => source.complain(severity, "metrics.listen", text),
        None => problems.push(Problem { severity, ..Problem::outside(text) }),
    }
    Some(address)
}

/// Whether strangers may reach it: every address of this machine, or one that is not private.
fn is_far_reaching(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !(address.is_loopback() || address.is_private() || address.is_link_local()),
        IpAddr::V6(address) => {
            !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local())
        }
    }
}
