//! Inviting, sending anew, withdrawing: what is done to invitations, in one transaction each.

use super::mails::{self, Words};
use super::token::Token;
use super::{Invitation, MAILED, RESEND_MS, SENT, Wanted, authority, may_add, store};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{InvitationId, OrganizationId, SecretId, UserId};
use crate::mail;
use crate::membership::{Place, invited, list};
use crate::notification::{self, News};
use crate::organization::acting::{Acting, Actor};
use crate::outbox::{self, Sealed};
use crate::secret::{self, For, Fresh};
use crate::throttle::{self, Rule, Subject, Verdict};
use crate::user;
use crate::user::email::EmailAddress;
use crate::world::SKEW_MS;
use crate::{organization, workspace};
use keyrack_protocol::Code;

/// What is drawn and written before the transaction that sends it.
#[derive(Clone, Debug)]
pub struct Prepared {
    id: InvitationId,
    fresh: Fresh,
    mail: Sealed,
    by_user: Subject,
    to_address: Subject,
    expires_at: i64,
}

impl Prepared {
    /// A token of an invitation, and the mail with it.
    ///
    /// # Errors
    /// Only if sealing fails.
    pub fn draw(
        (app, site): (&App, &Site),
        (inviter, language): (&UserId, &str),
        (id, to): (InvitationId, &EmailAddress),
        words: &Words,
    ) -> Result<Self> {
        let token = Token::draw(&app.world, &id);
        let expires_at = app.world.clock.now_ms() + site.config.lifetimes.invitation_ms;
        let mailed = mails::invitation(site, (language, to), words, &token.to_text())?;
        let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
        Ok(Self {
            id,
            fresh: Fresh { id: SecretId::draw(&app.world), hash: token.hash(&app.vault) },
            mail: outbox::seal(app, mail::INVITATION.name, &mailed, expires_at)?,
            by_user: subject(inviter.as_str()),
            to_address: subject(to.as_str()),
            expires_at,
        })
    }
}

/// What a mail speaks of that `actor` would send.
///
/// # Errors
/// When the place is not there for that user, the code of that.
pub fn words(on: &mut Snapshot<'_>, actor: &Actor, wanted: &Wanted) -> Result<Words> {
    let acting = actor.look(on, (Kind::Organization, wanted.organization.as_str()))?;
    let deployment = actor.deployment();
    let organization = organization::store::present(on, deployment, wanted.organization.as_str())?;
    let workspace = match &wanted.workspace {
        None => None,
        Some(id) => {
            actor.look(on, (Kind::Workspace, id))?;
            Some(workspace::store::present(on, deployment, id)?.0.name)
        }
    };
    let inviter = list::one(on, &acting.place, &actor.user)?.ok_or(Code::OrganizationNotFound)?;
    Ok(Words { organization: organization.name, workspace, inviter: mails::name_of(&inviter) })
}

/// Invites an address.
///
/// # Errors
/// What [`authority::given`] says, [`Code::AlreadyMember`], [`Code::InvitationExists`],
/// [`Code::TooManyInvitations`], [`Code::TooManyAttempts`].
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (wanted, email): (&Wanted, &EmailAddress),
    prepared: &Prepared,
) -> Result<Invitation> {
    let acting = actor.enter(tx, (Kind::Organization, wanted.organization.as_str()))?;
    let now = actor.by.now;
    let member = invited::member_with(tx, actor.deployment(), &acting.place, email)?;
    may_enter(tx, actor, wanted)?;
    let given = authority::given(tx, actor, wanted, member.is_some())?;
    if member.is_some() && is_in(tx, actor, &given, email)? {
        return Err(Code::AlreadyMember.into());
    }
    let before = store::of_address(tx, &wanted.organization, email)?;
    may_add(before.as_ref(), store::count(tx, &wanted.organization)?, now)?;
    if let Some(before) = before {
        end(tx, (&actor.site, &actor.by), &before)?;
    }
    let it = Invitation {
        id: prepared.id.clone(),
        wanted: wanted.clone(),
        email: email.clone(),
        inviter: actor.user.clone(),
        created_at: now,
        updated_at: now,
        expires_at: prepared.expires_at,
        ended_at: None,
        accepted_by: None,
    };
    store::create(tx, actor.deployment(), &it)?;
    send(tx, actor, (&given, &it), prepared)?;
    Ok(it)
}

/// Whether somebody may act in the workspace, too, that they invite to.
fn may_enter(on: &mut Snapshot<'_>, actor: &Actor, wanted: &Wanted) -> Result<()> {
    match &wanted.workspace {
        None => Ok(()),
        Some(workspace) => actor.look(on, (Kind::Workspace, workspace)).map(drop),
    }
}

/// Whether the invited member is where the invitation leads: in its workspace, or in the organization if it is to none.
fn is_in(
    on: &mut Snapshot<'_>,
    actor: &Actor,
    given: &authority::Given,
    email: &EmailAddress,
) -> Result<bool> {
    match &given.workspace {
        None => Ok(true),
        Some((workspace, _)) => Ok(invited::member_with(on, actor.deployment(), workspace, email)?.is_some()),
    }
}

/// Sends an invitation anew: the token from before is dead, and the time begins again. Whoever does it is the inviter
/// from now on.
///
/// # Errors
/// [`Code::InvitationNotFound`], what [`authority::given`] says, [`Code::TooManyAttempts`].
pub fn resend(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (organization, prepared): (&OrganizationId, &Prepared),
) -> Result<Invitation> {
    let acting = actor.enter(tx, (Kind::Organization, organization.as_str()))?;
    let now = actor.by.now;
    let before = find(tx, actor, &acting, prepared.id.as_str())?;
    let member = invited::member_with(tx, actor.deployment(), &acting.place, &before.email)?;
    may_enter(tx, actor, &before.wanted)?;
    let given = authority::given(tx, actor, &before.wanted, member.is_some())?;
    let owner = (actor.deployment(), For::Invitation, before.id.as_str());
    let since = secret::made_at(tx, owner)?.map_or(RESEND_MS, |made_at| now - made_at);
    if (-SKEW_MS..RESEND_MS).contains(&since) {
        return Err(Error::throttled(RESEND_MS - since.max(0)));
    }
    let it = Invitation {
        inviter: actor.user.clone(),
        updated_at: now,
        expires_at: prepared.expires_at,
        ..before
    };
    // After the locks of users that `send` takes: see `notification::settle`.
    send(tx, actor, (&given, &it), prepared)?;
    store::renew(tx, &it)?;
    Ok(it)
}

fn send(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (given, it): (&authority::Given, &Invitation),
    prepared: &Prepared,
) -> Result<()> {
    let now = actor.by.now;
    let counts: [(&Rule, &Subject); 2] = [(&SENT, &prepared.by_user), (&MAILED, &prepared.to_address)];
    for (rule, subject) in counts {
        if let Verdict::Wait(ms) = throttle::count(tx, rule, subject, now)? {
            return Err(Error::throttled(ms));
        }
    }
    let owner = (actor.deployment(), For::Invitation, it.id.as_str());
    secret::replace(tx, owner, &prepared.fresh, (now, prepared.expires_at))?;
    outbox::post(tx, actor.deployment(), &prepared.mail, now)?;
    tell(tx, actor, given, it)?;
    let invitation = Some(it.id.as_str());
    let about =
        About { identifier: Some(&prepared.to_address), invitation, ..about(actor, &given.organization) };
    audit::record(tx, &actor.site, &actor.by, Event::InvitationSent, about)
}

/// Tells whoever has proved the address, if there is such an account, once for each mail.
fn tell(tx: &mut Tx<'_>, actor: &Actor, given: &authority::Given, it: &Invitation) -> Result<()> {
    let Some(found) = user::store::find_by_email(tx, actor.deployment(), &it.email)? else { return Ok(()) };
    let before = [it.id.to_string()];
    notification::settle_before(tx, &actor.site, &before, (&[&found.user_id], actor.by.now))?;
    let to = given.workspace.as_ref().map_or(&given.organization, |(workspace, _)| workspace);
    let news = News::Invited { to, invitation: it.id.as_str() };
    notification::write(tx, &actor.site, &found.user_id, &news, actor.by.now)
}

fn about<'a>(actor: &'a Actor, place: &'a Place) -> About<'a> {
    About {
        reason: &place.id,
        user: Some(&actor.user),
        session: Some(&actor.session),
        sign_in: Some(&actor.sign_in),
        identifier: None,
        invitation: None,
    }
}

/// Withdraws an invitation: its token is dead.
///
/// # Errors
/// [`Code::InvitationNotFound`], [`Code::PermissionDenied`].
pub fn withdraw(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (organization, id): (&OrganizationId, &str),
) -> Result<Invitation> {
    let acting = actor.enter(tx, (Kind::Organization, organization.as_str()))?;
    let it = find(tx, actor, &acting, id)?;
    end(tx, (&actor.site, &actor.by), &it)?;
    let about = About { invitation: Some(it.id.as_str()), ..about(actor, &acting.place) };
    audit::record(tx, &actor.site, &actor.by, Event::InvitationWithdrawn, about)?;
    Ok(it)
}

/// Ends an invitation that nobody has accepted. The caller holds the organization's lock.
///
/// # Errors
/// What the database says.
pub fn end(tx: &mut Tx<'_>, (site, by): (&Site, &By), it: &Invitation) -> Result<()> {
    notification::settle(tx, site, &[it.id.to_string()], by.now)?;
    store::end(tx, &it.id, None, by.now)?;
    secret::forget(tx, (&site.config.id, For::Invitation, it.id.as_str()))
}

/// An open invitation of a place that a text names and the user may see; of one that they may not see they are told
/// what they are told of none.
///
/// # Errors
/// [`Code::InvitationNotFound`], [`Code::PermissionDenied`].
pub fn find(on: &mut Snapshot<'_>, actor: &Actor, acting: &Acting, id: &str) -> Result<Invitation> {
    match store::of_place(on, &acting.place.organization, id)? {
        Some(it) => match authority::may_see(on, actor, acting, it.wanted.workspace.as_deref()) {
            Err(error) if error.code() == Code::WorkspaceNotFound => Err(Code::PermissionDenied.into()),
            seen => seen.map(|()| it),
        },
        None => {
            acting.may_manage()?;
            Err(Code::InvitationNotFound.into())
        }
    }
}
