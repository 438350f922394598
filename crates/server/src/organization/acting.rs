//! Who acts in a place, whether they may, and whether they meet what it asks: asked in the transaction that then changes
//! something, under the organization's lock, so that of two who end each other's membership one is first.

use crate::app::Site;
use crate::audit::{self, About, By, Event};
use crate::caller::Account;
use crate::config::teams::{Kind, Roles};
use crate::db::{Snapshot, Tx};
use crate::error::Result;
use crate::id::{MembershipId, SessionId, SignInId, UserId};
use crate::membership::restriction::{self, Obstacle, Restriction, Visitor};
use crate::membership::{Permissions, Place, are_there, role, roles_of, store, unknown};
use crate::session::acting::still;
use crate::session::has_second_factor;
use keyrack_protocol::Code;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Why anything in an organization is refused.
pub const IN_ORGANIZATION: &[Code] = &[
    Code::SignedOut,
    Code::UserDisabled,
    Code::OrganizationsDisabled,
    Code::OrganizationNotFound,
    Code::AddressNotAllowed,
    Code::OrganizationRequiresMfa,
];
/// Why anything in a workspace is refused.
pub const IN_WORKSPACE: &[Code] = &[
    Code::SignedOut,
    Code::UserDisabled,
    Code::OrganizationsDisabled,
    Code::WorkspacesDisabled,
    Code::WorkspaceNotFound,
    Code::AddressNotAllowed,
    Code::OrganizationRequiresMfa,
    Code::WorkspaceRequiresMfa,
];

/// The user of an active sign-in, on the way into a transaction.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The deployment.
    pub site: Arc<Site>,
    /// The session.
    pub session: SessionId,
    /// The sign-in.
    pub sign_in: SignInId,
    /// The user.
    pub user: UserId,
    /// From which address.
    pub from: IpAddr,
    /// Who it is for the records, and when.
    pub by: By,
}

/// Somebody in a place.
#[derive(Clone, Debug)]
pub struct Acting {
    /// The place.
    pub place: Place,
    /// The membership; none of an organization's administrator in a workspace that they are no member of.
    pub membership: Option<MembershipId>,
    /// What they may do.
    pub held: Permissions,
}

impl Actor {
    /// Whoever called.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        Self {
            site: Arc::clone(&account.site),
            session: account.session.clone(),
            sign_in: account.sign_in.clone(),
            user: account.user.clone(),
            from: account.address,
            by: account.by(),
        }
    }

    /// A user who does not come themselves: `by` acts in their name. What places ask of whoever acts in them, they do not
    /// ask of the absent.
    #[must_use]
    pub fn absent(site: &Arc<Site>, user: &UserId, by: By) -> Self {
        Self {
            site: Arc::clone(site),
            session: SessionId::stored(String::new()),
            sign_in: SignInId::stored(String::new()),
            user: user.clone(),
            from: Ipv4Addr::UNSPECIFIED.into(),
            by,
        }
    }

    fn is_absent(&self) -> bool {
        self.sign_in.as_str().is_empty()
    }

    /// The deployment's id.
    #[must_use]
    pub fn deployment(&self) -> &str {
        &self.site.config.id
    }

    /// What the deployment says of roles.
    #[must_use]
    pub fn roles(&self, kind: Kind) -> &Roles {
        roles_of(&self.site.config, kind)
    }

    /// Enters a place to change something in it: takes its organization's lock.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::UserDisabled`]; when there are no such places, no such place, or the user is not
    /// in it, the code of that; when what the place asks is not met, the code of that.
    pub fn enter(&self, tx: &mut Tx<'_>, (kind, id): (Kind, &str)) -> Result<Acting> {
        are_there(&self.site.config, kind)?;
        let place = store::lock(tx, self.deployment(), (kind, id))?;
        if !self.is_absent() {
            still(tx, self.deployment(), &self.sign_in, self.by.now)?;
        }
        self.admitted(tx, place.ok_or(unknown(kind))?)
    }

    /// The same to read something, on a snapshot.
    ///
    /// # Errors
    /// As [`Actor::enter`].
    pub fn look(&self, on: &mut Snapshot<'_>, (kind, id): (Kind, &str)) -> Result<Acting> {
        are_there(&self.site.config, kind)?;
        let place = store::find(on, self.deployment(), (kind, id))?;
        self.admitted(on, place.ok_or(unknown(kind))?)
    }

    /// What somebody is in a place who is not the one that comes: what the place asks of whoever acts in it, it does not
    /// ask of them.
    ///
    /// # Errors
    /// When there are no such places, no such place, or the user is not in it, the code of that.
    pub fn in_absence(&self, on: &mut Snapshot<'_>, (kind, id): (Kind, &str)) -> Result<Acting> {
        are_there(&self.site.config, kind)?;
        let place = store::find(on, self.deployment(), (kind, id))?;
        self.act(on, place.ok_or(unknown(kind))?)
    }

    /// Who is no member of a place is not told what it asks.
    fn admitted(&self, on: &mut Snapshot<'_>, place: Place) -> Result<Acting> {
        let acting = self.act(on, place)?;
        if self.is_absent() {
            return Ok(acting);
        }
        // Of two places, the one around comes first, as on the way in.
        for (kind, asks) in restriction::of(on, &acting.place)?.into_iter().rev() {
            self.obstacle(on, &asks)?.refuse(kind)?;
        }
        Ok(acting)
    }

    /// What keeps them out of a place that asks this.
    ///
    /// # Errors
    /// What the database says.
    pub fn obstacle(&self, on: &mut Snapshot<'_>, asks: &Restriction) -> Result<Obstacle> {
        let second_factor = asks.second_factor && has_second_factor(on, &self.sign_in)?;
        Ok(asks.judge(Visitor { address: Some(self.from), second_factor }))
    }

    /// As far as restrictions look at them.
    ///
    /// # Errors
    /// What the database says.
    pub fn visitor(&self, on: &mut Snapshot<'_>) -> Result<Visitor> {
        Ok(Visitor { address: Some(self.from), second_factor: has_second_factor(on, &self.sign_in)? })
    }

    fn act(&self, on: &mut Snapshot<'_>, place: Place) -> Result<Acting> {
        let kind = place.kind;
        let own = self.held_in(on, kind, &place.id)?;
        let above = match kind {
            Kind::Organization => None,
            Kind::Workspace => self.held_in(on, Kind::Organization, place.organization.as_str())?,
        };
        let administrates = |held: &Permissions| held.has(Kind::Organization.administrate());
        match (own, above) {
            (own, Some((_, above))) if administrates(&above) => {
                let membership = own.map(|(membership, _)| membership);
                Ok(Acting { place, membership, held: Permissions::all(self.roles(kind)) })
            }
            (Some((membership, held)), above) if kind == Kind::Organization || above.is_some() => {
                Ok(Acting { place, membership: Some(membership), held })
            }
            _ => Err(unknown(kind).into()),
        }
    }

    fn held_in(
        &self,
        on: &mut Snapshot<'_>,
        kind: Kind,
        place: &str,
    ) -> Result<Option<(MembershipId, Permissions)>> {
        role::of_user(on, (self.roles(kind), kind), (place, self.user.as_str()))
    }

    /// Records what was done in a place, and to whom.
    ///
    /// # Errors
    /// What the database says.
    pub fn record(&self, tx: &mut Tx<'_>, event: Event, (place, whom): (&Place, &UserId)) -> Result<()> {
        let about = About {
            reason: &place.id,
            user: Some(whom),
            session: Some(&self.session),
            sign_in: Some(&self.sign_in),
            identifier: None,
            invitation: None,
        };
        audit::record(tx, &self.site, &self.by, event, about)
    }
}

impl Acting {
    /// Whether they may change the place.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`].
    pub fn may_manage(&self) -> std::result::Result<(), Code> {
        if self.held.manage(self.place.kind) { Ok(()) } else { Err(Code::PermissionDenied) }
    }

    /// Whether they administrate it.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`].
    pub fn may_administrate(&self) -> std::result::Result<(), Code> {
        if self.held.has(self.place.kind.administrate()) { Ok(()) } else { Err(Code::PermissionDenied) }
    }
}
