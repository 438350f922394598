//! Addresses that are called on somebody's word: none of this machine, and none of a network of one's own.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv6Addr};

/// Finds the addresses of a host that are not private. It looks when it connects: a name may lead elsewhere by then.
pub(super) struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let outside: Vec<_> = found.filter(|address| !is_private(address.ip())).collect();
            if outside.is_empty() {
                return Err(
                    "it has no address but private ones; set private_addresses = true if they are meant"
                        .into(),
                );
            }
            let outside: Addrs = Box::new(outside.into_iter());
            Ok(outside)
        })
    }
}

/// Whether an address is of this machine, of a network of one's own, or of no single machine (RFC 6890).
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || a == 0
                || a >= 240
                || a == 100 && (64..128).contains(&b)
                || a == 198 && (b == 18 || b == 19)
                || a == 192 && b == 0 && c == 0
        }
        IpAddr::V6(address) => {
            let [first, second, ..] = address.segments();
            // What carries an address of version 4 in it is as private as that one.
            let inner = match (first, second) {
                (0x64, 0xff9b) => Some(u128::from(address) as u32),
                (0x2002, _) => Some((u128::from(address) >> 80) as u32),
                (0, 0) if address.segments()[..6] == [0; 6] => Some(u128::from(address) as u32),
                _ => None,
            };
            address.is_loopback()
                || address == Ipv6Addr::UNSPECIFIED
                || address.is_multicast()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
                || first & 0xffc0 == 0xfec0
                || (first, second) == (0x100, 0)
                || (first, second) == (0x2001, 0xdb8)
                || inner.is_some_and(|inner| is_private(IpAddr::V4(inner.into())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_form() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:a00:1::",
            "::7f00:1",
            "2001:db8::1",
        ] {
            assert!(is_private(text.parse().unwrap()), "{text}");
        }
        for text in
            ["93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808"]
        {
            assert!(!is_private(text.parse().unwrap()), "{text}");
        }
    }
}
