//! Changing what an organization or a workspace asks of whoever acts in it.
//!
//! It concerns all members, so it is one write that raises the gate. Who makes it meets it: nobody shuts out themselves.

use super::acting::Actor;
use crate::audit::Event;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::fields::Fields;
use crate::http::operation::Field;
use crate::membership::Place;
use crate::membership::restriction::{self, Obstacle, Restriction};
use ipnet::IpNet;
use keyrack_protocol::Code;

/// Whether addresses are asked for.
pub const BY_ADDRESS: Field =
    Field::optional("enable_ip_restriction", "Whether only `whitelisted_ips` can act in it.").flag();
/// Which.
pub const ADDRESSES: Field = Field::optional(
    "whitelisted_ips",
    "Those addresses and networks from now on, at most 50, such as 203.0.113.7 or 2001:db8::/32.",
)
.list();

/// What a request says of it; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    second_factor: Option<bool>,
    by_address: Option<bool>,
    addresses: Option<Vec<IpNet>>,
}

impl Asked {
    /// What the fields of a request say.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`], [`Code::BadRequestBody`], [`Code::InvalidAddressRange`].
    pub fn of(fields: &Fields, kind: Kind) -> Result<Self> {
        let addresses = fields.list(ADDRESSES.name)?;
        Ok(Self {
            second_factor: fields.flag(match kind {
                Kind::Organization => "enforce_mfa",
                Kind::Workspace => "enforce_2fa",
            })?,
            by_address: fields.flag(BY_ADDRESS.name)?,
            addresses: addresses.map(|texts| restriction::networks(&texts)).transpose()?,
        })
    }

    /// What a place asks that asked something before.
    fn after(&self, before: &Restriction) -> Restriction {
        Restriction {
            second_factor: self.second_factor.unwrap_or(before.second_factor),
            by_address: self.by_address.unwrap_or(before.by_address),
            addresses: self.addresses.clone().unwrap_or_else(|| before.addresses.clone()),
        }
    }
}

/// Changes what a place asks that an actor has entered and manages; whether the gate has risen, so that members have to
/// pass it again.
///
/// # Errors
/// [`Code::RestrictionNotAllowed`] where the deployment has no such restrictions, [`Code::RestrictionExcludesYou`] when the
/// actor would not meet it.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, place: &Place, asked: &Asked) -> Result<bool> {
    if *asked == Asked::default() {
        return Ok(false);
    }
    let before = restriction::of(tx, place)?.into_iter().next().map(|(_, asks)| asks).unwrap_or_default();
    let after = asked.after(&before);
    if after == before {
        return Ok(false);
    }
    if after.by_address && !before.by_address && !may_by_address(actor, place.kind) {
        return Err(Code::RestrictionNotAllowed.into());
    }
    excludes(actor.obstacle(tx, &after)?)?;
    restriction::write(tx, place, &after, actor.by.now)?;
    actor.record(tx, Event::RestrictionChanged, (place, &actor.user))?;
    if after.asks_as(&before) {
        return Ok(false);
    }
    restriction::raise_gate(tx, place)?;
    Ok(true)
}

/// Whether the deployment lets places of a kind ask for addresses. Where some do already, they go on.
fn may_by_address(actor: &Actor, kind: Kind) -> bool {
    match kind {
        Kind::Organization => actor.site.config.organizations.restrict_addresses,
        Kind::Workspace => actor.site.config.workspaces.restrict_addresses,
    }
}

/// Refuses what would shut out whoever asks for it, and says why.
fn excludes(obstacle: Obstacle) -> Result<()> {
    let said = match (obstacle.address, obstacle.second_factor) {
        (false, false) => return Ok(()),
        (true, _) => "Your own address is not on the list: you could not take this back. Add it first.",
        (false, true) => {
            "You have no second factor yourself: you could not take this back. Set one up first."
        }
    };
    Err(Error::refused(Code::RestrictionExcludesYou, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays() {
        let networks = |texts: &[&str]| restriction::networks(texts).unwrap();
        let before =
            Restriction { second_factor: true, by_address: false, addresses: networks(&["10.0.0.0/8"]) };
        assert_eq!(Asked::default().after(&before), before);
        let asked = Asked { by_address: Some(true), ..Asked::default() };
        assert_eq!(asked.after(&before), Restriction { by_address: true, ..before.clone() });
        let asked = Asked { second_factor: Some(false), addresses: Some(Vec::new()), by_address: None };
        assert_eq!(asked.after(&before), Restriction::default());
    }

    #[test]
    fn who_would_not_meet_it_is_told_what() {
        let said = |address, second_factor| {
            let refusal = excludes(Obstacle { address, second_factor }).unwrap_err();
            assert_eq!(refusal.code(), Code::RestrictionExcludesYou);
            refusal.to_string()
        };
        assert!(excludes(Obstacle::default()).is_ok());
        assert!(said(true, true).contains("address") && said(false, true).contains("second factor"));
    }
}
