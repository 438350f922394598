//! Making tickets: for whom, and who may.

use super::{ACTOR_MAX, Held, Opens, REASON_MAX, Ticket, is_challenge, life_ms, store};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event, actor_word};
use crate::config::Deployment;
use crate::config::teams::Kind as Place;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{OrganizationId, SecretId, UserId};
use crate::membership::{self, role};
use crate::pages::address::checked;
use crate::secret::{self, Fresh};
use crate::user::{self, User};
use crate::world::World;
use keyrack_protocol::{Acting, Code};
use url::Url;

/// A ticket that is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// What it is to open.
    pub opens: Opens,
    /// For how many seconds it is to work; as long as the deployment lets it, if nothing is said.
    pub expires_in: Option<i64>,
    /// SHA-256 of what whoever may use it keeps, in base64url; none for anybody.
    pub challenge: Option<String>,
}

/// What is drawn for a ticket before its transaction.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The ticket, as whoever asked for it gets it.
    pub held: Held,
    secret: SecretId,
}

impl Drawn {
    /// Draws it.
    #[must_use]
    pub fn draw(world: &World) -> Self {
        Self { held: Held::draw(world), secret: SecretId::draw(world) }
    }
}

/// Makes a ticket, after what it is to open was looked at: the user may act, the sign-in lives, whoever is to act as the
/// user may.
///
/// # Errors
/// [`Code::InvalidParameter`], `user_not_found`, `USER_DISABLED`, `sign_in_not_found`, `impersonation_disabled`,
/// `impersonation_forbidden`.
pub fn create(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (order, drawn): (&Order, &Drawn),
    by: &By,
) -> Result<Ticket> {
    let longest = site.config.lifetimes.ticket_ms;
    let life = life_ms(order.expires_in, longest).map_err(|code| {
        Error::refused(
            code,
            format!("expires_in must be a whole number of seconds from 1 to {}.", longest / 1000),
        )
    })?;
    let challenge = order.challenge.clone().unwrap_or_default();
    if !challenge.is_empty() && !is_challenge(&challenge) {
        let text = "code_challenge must be the SHA-256 of the verifier in base64url: 43 characters.";
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    check(tx, site, &order.opens, by.now)?;
    let ticket = Ticket {
        id: drawn.held.id.clone(),
        opens: order.opens.clone(),
        challenge,
        maker: actor_word(&by.actor),
        created_at: by.now,
        expires_at: by.now.saturating_add(life),
        used_at: None,
        revoked_at: None,
        led_to: None,
    };
    store::insert(tx, &site.config.id, &ticket)?;
    let kind = ticket.opens.kind();
    let fresh = Fresh { id: drawn.secret.clone(), hash: drawn.held.hash(&app.vault, kind) };
    let owner = (site.config.id.as_str(), kind.purpose(), ticket.id.as_str());
    secret::replace(tx, owner, &fresh, (ticket.created_at, ticket.expires_at))?;
    let about = About { reason: kind.as_str(), user: ticket.opens.user(), ..About::default() };
    let note = ticket.opens.act().map(|act| format!("{}: {}", act.sub, act.reason));
    audit::record(tx, site, &by.clone().saying(note.unwrap_or_default()), Event::TicketCreated, about)?;
    Ok(ticket)
}

/// Where whoever is to use a ticket can be sent: the deployment's sign-in page, or the hosted one, which exchanges it when
/// somebody asks it to.
#[must_use]
pub fn address(config: &Deployment, ticket: &str, back: Option<&str>) -> String {
    let page = match config.ui.sign_in_page_url.as_str() {
        "" => format!("{}/sign-in", config.base()),
        path if path.starts_with('/') => format!("{}{path}", config.origin),
        page => page.to_owned(),
    };
    match Url::parse(&page) {
        Ok(mut url) => {
            url.query_pairs_mut().append_pair("ticket", ticket);
            if let Some(back) = back {
                url.query_pairs_mut().append_pair("redirect_uri", back);
            }
            url.into()
        }
        // The configuration lets only addresses through.
        Err(_) => format!("{page}?ticket={ticket}"),
    }
}

/// Refuses to lead on to where the page would not lead: whoever has the ticket made can mend it, and whoever opens it cannot.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn leads_on(config: &Deployment, back: &str) -> Result<()> {
    match checked(config, back) {
        Some(_) => Ok(()),
        None => {
            let text = format!(
                "redirect_uri must be a path of {}, or an address of one of the deployment's allowed_origins.",
                config.origin
            );
            Err(Error::refused(Code::InvalidParameter, text))
        }
    }
}

/// Whether what a ticket is to open can be opened now.
fn check(tx: &mut Tx<'_>, site: &Site, opens: &Opens, now: i64) -> Result<()> {
    let deployment = site.config.id.as_str();
    match opens {
        Opens::SignIn(user) => present(tx, site, user).map(drop),
        Opens::Impersonation(user, act) => {
            let user = present(tx, site, user)?;
            may_act_as(tx, site, (act, &user))
        }
        Opens::Handover(user, from) => {
            present(tx, site, user)?;
            let from = store::whose(tx, deployment, from, now)?.filter(|from| from.user == *user);
            match from.ok_or(Code::SignInNotFound)?.acted {
                // Whoever acts as somebody else hands that on to nobody.
                true => Err(Code::ImpersonationForbidden.into()),
                false => Ok(()),
            }
        }
        Opens::Invitation(_) => Ok(()),
    }
}

/// The account, under its lock, so that none is made for one that is disabled meanwhile.
fn present(tx: &mut Tx<'_>, site: &Site, id: &UserId) -> Result<User> {
    let locked = user::store::lock(tx, &site.config.id, id)?.map(|(user, _)| user);
    let user = locked.filter(|user| user.deleted_at.is_none()).ok_or(Code::UserNotFound)?;
    user::may_act(&user)?;
    Ok(user)
}

/// Who is to act as a user, as it is said: a user of this deployment, or one of the application's own people.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn acting(actor: &str, reason: &str) -> Result<Acting> {
    let (sub, reason) = (actor.trim(), reason.trim());
    let fits =
        |text: &str, most| (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if !fits(sub, ACTOR_MAX) || !fits(reason, REASON_MAX) {
        let text = format!(
            "actor_id says who acts, in at most {ACTOR_MAX} characters, and reason why, in at most {REASON_MAX}."
        );
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    if sub.starts_with("usr_") && UserId::parse(sub).is_none() {
        return Err(Error::refused(
            Code::InvalidParameter,
            "actor_id begins like the id of a user and is none.",
        ));
    }
    Ok(Acting { sub: sub.to_owned(), reason: reason.to_owned() })
}

/// Whether somebody may act as a user. For its own people the application vouches. A user of the deployment must be in every
/// place that the other is in, in one at least, and may do there all that the other may: nobody gets further by it than they
/// are.
///
/// # Errors
/// `impersonation_disabled`, `impersonation_forbidden`, `user_not_found` and `USER_DISABLED` of who is to act.
pub fn may_act_as(on: &mut Snapshot<'_>, site: &Site, (act, user): (&Acting, &User)) -> Result<()> {
    if !site.config.impersonation.enabled {
        return Err(Code::ImpersonationDisabled.into());
    }
    let Some(actor) = UserId::parse(&act.sub) else { return Ok(()) };
    let found = user::store::find(on, &site.config.id, &actor)?.filter(|actor| actor.deleted_at.is_none());
    user::may_act(&found.ok_or(Code::UserNotFound)?)?;
    if actor != user.id && is_above(on, site, (&actor, &user.id))? {
        return Ok(());
    }
    Err(Code::ImpersonationForbidden.into())
}

fn is_above(on: &mut Snapshot<'_>, site: &Site, (actor, user): (&UserId, &UserId)) -> Result<bool> {
    let places = membership::store::of_user(on, user, None)?;
    for (place, _) in &places {
        let kind = match OrganizationId::parse(place) {
            Some(_) => Place::Organization,
            None => Place::Workspace,
        };
        let known = membership::roles_of(&site.config, kind);
        let theirs = role::of_user(on, (known, kind), (place, user.as_str()))?;
        let Some((_, mine)) = role::of_user(on, (known, kind), (place, actor.as_str()))? else {
            return Ok(false);
        };
        let theirs = theirs.map(|(_, theirs)| theirs).unwrap_or_default();
        if theirs.as_slice().iter().any(|permission| !mine.has(permission)) {
            return Ok(false);
        }
    }
    Ok(!places.is_empty())
}
