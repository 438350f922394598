//! What a place asks of whoever acts in it beside a membership: a second factor, an address out of a list. Who does not
//! meet it stays a member, and is told why nothing can be done there.

use super::Place;
use crate::config::teams::Kind;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::params;
use ipnet::{IpNet, Ipv4Net};
use keyrack_protocol::{Code, EligibilityRestriction};
use std::net::IpAddr;

/// Networks that one place may list; more are refused.
pub const MOST_ADDRESSES: usize = 50;

/// What a place asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restriction {
    /// Whether a second factor.
    pub second_factor: bool,
    /// Whether an address out of `addresses`.
    pub by_address: bool,
    /// The addresses; they are kept while nobody is asked for one.
    pub addresses: Vec<IpNet>,
}

/// Whoever comes, as far as restrictions look at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// From which address; none where nobody comes, and none is judged.
    pub address: Option<IpAddr>,
    /// Whether the account has a second factor, and the sign-in that acts has proved one.
    pub second_factor: bool,
}

/// What keeps somebody out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Obstacle {
    /// The address.
    pub address: bool,
    /// That there is no second factor, or that it was not proved.
    pub second_factor: bool,
}

impl Restriction {
    /// What keeps a visitor out.
    #[must_use]
    pub fn judge(&self, visitor: Visitor) -> Obstacle {
        let is_listed = |address: IpAddr| self.addresses.iter().any(|network| network.contains(&address));
        Obstacle {
            address: self.by_address && visitor.address.is_some_and(|address| !is_listed(address)),
            second_factor: self.second_factor && !visitor.second_factor,
        }
    }

    /// Whether it asks the same as another: a list that nobody is asked for does not count.
    #[must_use]
    pub fn asks_as(&self, other: &Self) -> bool {
        let asked = |it: &Self| it.by_address.then(|| it.addresses.clone());
        self.second_factor == other.second_factor && asked(self) == asked(other)
    }

    /// The addresses as people write them.
    #[must_use]
    pub fn listed(&self) -> Vec<String> {
        self.addresses.iter().map(text_of).collect()
    }
}

impl Obstacle {
    /// Both that keeps one out of a place, and that which keeps one out of the place around it.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            address: self.address || other.address,
            second_factor: self.second_factor || other.second_factor,
        }
    }

    /// Whether there is any.
    #[must_use]
    pub fn is_there(self) -> bool {
        self != Self::default()
    }

    /// As a membership shows it.
    #[must_use]
    pub fn view(self) -> EligibilityRestriction {
        let kind = match (self.address, self.second_factor) {
            (false, false) => "none",
            (true, false) => "ip_not_allowed",
            (false, true) => "mfa_required",
            (true, true) => "ip_and_mfa_required",
        };
        EligibilityRestriction { kind: kind.to_owned(), message: self.message().to_owned() }
    }

    fn message(self) -> &'static str {
        match (self.address, self.second_factor) {
            (false, false) => "",
            (true, false) => {
                "It cannot be used from your present address; come from a network that it allows."
            }
            (false, true) => "It asks for a second factor; prove yours, or set one up first.",
            (true, true) => {
                "It cannot be used from your present address, and asks for a second factor; come from a network that \
                 it allows, and prove yours, or set one up first."
            }
        }
    }

    /// Refuses it, if there is any.
    ///
    /// # Errors
    /// [`Code::AddressNotAllowed`]; [`Code::OrganizationRequiresMfa`] or [`Code::WorkspaceRequiresMfa`].
    pub fn refuse(self, kind: Kind) -> Result<()> {
        let code = match (self.address, self.second_factor, kind) {
            (false, false, _) => return Ok(()),
            (true, ..) => Code::AddressNotAllowed,
            (false, true, Kind::Organization) => Code::OrganizationRequiresMfa,
            (false, true, Kind::Workspace) => Code::WorkspaceRequiresMfa,
        };
        Err(Error::refused(code, self.message()))
    }
}

/// The networks that some texts name, each once: addresses stand for themselves, and of 10.1.2.3/8 only 10.0.0.0/8 counts.
///
/// # Errors
/// [`Code::InvalidAddressRange`] for what is none, and for more than [`MOST_ADDRESSES`].
pub fn networks(texts: &[&str]) -> Result<Vec<IpNet>> {
    let mut all = Vec::new();
    for text in texts {
        let wrong = || {
            let shown: String = text.chars().take(60).collect();
            let said = format!(
                "{shown:?} is no address and no network; write it like 203.0.113.7 or 2001:db8::/32."
            );
            Error::refused(Code::InvalidAddressRange, said)
        };
        let network = network(text.trim()).ok_or_else(wrong)?;
        if !all.contains(&network) {
            all.push(network);
        }
    }
    if all.len() > MOST_ADDRESSES {
        let said =
            format!("At most {MOST_ADDRESSES} addresses and networks can be listed; use larger networks.");
        return Err(Error::refused(Code::InvalidAddressRange, said));
    }
    Ok(all)
}

fn network(text: &str) -> Option<IpNet> {
    let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text.parse::<IpNet>().ok().or_else(single)?;
    // Who comes by IPv4 to an IPv6 socket has an IPv4 address here.
    let mapped = match network {
        IpNet::V6(six) if six.prefix_len() >= 96 => six.addr().to_ipv4_mapped().map(|four| (four, six)),
        _ => None,
    };
    let network = match mapped {
        Some((four, six)) => IpNet::V4(Ipv4Net::new(four, six.prefix_len() - 96).ok()?),
        None => network,
    };
    Some(network.trunc())
}

fn text_of(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

/// What a place asks, and then what the organization asks that it is in.
///
/// # Errors
/// What the database says.
pub fn of(on: &mut Snapshot<'_>, place: &Place) -> Result<Vec<(Kind, Restriction)>> {
    let row = match place.kind {
        Kind::Organization => on.query_one(
            "select requires_second_factor, restricts_addresses, allowed_addresses from organizations where id = $1",
            params![&place.id],
        )?,
        Kind::Workspace => on.query_one(
            "select w.requires_second_factor, w.restricts_addresses, w.allowed_addresses,
                 o.requires_second_factor, o.restricts_addresses, o.allowed_addresses
             from workspaces w join organizations o on o.id = w.organization_id where w.id = $1 order by w.id",
            params![&place.id],
        )?,
    };
    let Some(row) = row else { return Ok(Vec::new()) };
    let mut cells = row.cells();
    let mut all = vec![(place.kind, read(&mut cells)?)];
    if place.kind == Kind::Workspace {
        all.push((Kind::Organization, read(&mut cells)?));
    }
    Ok(all)
}

/// Writes what a place asks. The caller holds the organization's lock, and raises the gate if it asks something else.
///
/// # Errors
/// What the database says.
pub fn write(tx: &mut Tx<'_>, place: &Place, asks: &Restriction, now: i64) -> Result<()> {
    let sql = match place.kind {
        Kind::Organization => {
            "update organizations set requires_second_factor = $2, restricts_addresses = $3, allowed_addresses = $4,
                 updated_at = $5 where id = $1"
        }
        Kind::Workspace => {
            "update workspaces set version = version + 1, requires_second_factor = $2, restricts_addresses = $3,
                 allowed_addresses = $4, updated_at = $5 where id = $1"
        }
    };
    let addresses = serde_json::to_string(&asks.listed())
        .map_err(|cause| Error::internal("write a restriction", cause))?;
    let (second_factor, by_address) = (i64::from(asks.second_factor), i64::from(asks.by_address));
    tx.execute(sql, params![&place.id, second_factor, by_address, &addresses, now])?;
    Ok(())
}

/// Raises the gate of a place: whoever stands in it has to pass it again. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn raise_gate(tx: &mut Tx<'_>, place: &Place) -> Result<()> {
    let sql = match place.kind {
        Kind::Organization => "update organizations set gate = gate + 1, unsettled = 1 where id = $1",
        Kind::Workspace => "update workspaces set gate = gate + 1, unsettled = 1 where id = $1",
    };
    tx.execute(sql, params![&place.id])?;
    tx.touch_gate(&place.id);
    Ok(())
}

/// Reads the columns `requires_second_factor, restricts_addresses, allowed_addresses` of a place.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<Restriction> {
    let (second_factor, by_address) = (cells.int()? == 1, cells.int()? == 1);
    Ok(Restriction { second_factor, by_address, addresses: stored(&cells.text()?)? })
}

/// Reads the same of a place that there may be none of, as far as it is asked for.
///
/// # Errors
/// When the columns are others.
pub fn read_asked(cells: &mut Cells) -> Result<Restriction> {
    let second_factor = cells.optional_int()? == Some(1);
    let by_address = cells.optional_int()? == Some(1);
    let addresses = cells.optional_text()?.filter(|_| by_address);
    let addresses = addresses.map_or(Ok(Vec::new()), |text| stored(&text))?;
    Ok(Restriction { second_factor, by_address, addresses })
}

fn stored(text: &str) -> Result<Vec<IpNet>> {
    let texts: Vec<String> =
        serde_json::from_str(text).map_err(|cause| Error::internal("read a restriction", cause))?;
    let parsed = texts.iter().map(|text| network(text)).collect::<Option<Vec<_>>>();
    parsed.ok_or_else(|| Error::internal("read a restriction", "it lists what is no network"))
}

#[cfg(test)]
#[path = "restriction_tests.rs"]
mod tests;
