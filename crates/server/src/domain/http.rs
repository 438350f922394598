//! `/organizations/{organization_id}/domains`, and what a domain opens for people.

use super::{Domain, LABEL, PREFIX, mine, name, store, told, verify, view};
use crate::audit::Event;
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{DomainId, OrganizationId};
use crate::membership::may_give;
use crate::organization::acting::{Acting, Actor, IN_ORGANIZATION};
use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use keyrack_protocol::{
    Code, DomainJoinMode, OrganizationDomain, OrganizationDomainVerified, OrganizationMembership,
    OrganizationSuggestion, Removed,
};
use store::Claimed;

const ONE: &str = "/organizations/{organization_id}/domains/{domain_id}";
const MODES: &[&str] = &["automatic", "suggestion", "none"];
const CLAIM: &[Field] = &[
    Field::required("domain", "The domain, such as `example.com`. It stands for itself, not for what is below it.")
        .length(1, 300),
    Field::optional(
        "join_mode",
        "What it does once it is proved, for people who have proved an address in it: they join by themselves, they are \
         shown the organization and may join (the default), or nothing.",
    )
    .one_of(MODES),
];
const UPDATE: &[Field] =
    &[Field::required("join_mode", "What it does from now on, once it is proved.").one_of(MODES)];
/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Domains. For those who manage the organization: the domains that it claims, oldest first.";
    let list_them = Operation::get::<Vec<OrganizationDomain>>(
        "/organizations/{organization_id}/domains",
        "getOrganizationDomains",
        about,
    )
    .of_browser()
    .refuses_also(IN_ORGANIZATION, &[Code::PermissionDenied]);
    let about = "Claim a domain. For those who manage the organization and may themselves whatever new members may. It is \
                 proved by a record that the answer tells.";
    let claim_it = Operation::post::<OrganizationDomain>(
        "/organizations/{organization_id}/domains",
        "createOrganizationDomain",
        about,
    )
    .takes(CLAIM)
    .of_browser()
    .refuses_also(
        IN_ORGANIZATION,
        &[
            Code::PermissionDenied,
            Code::RoleExceedsYours,
            Code::RequiredField,
            Code::InvalidDomain,
            Code::InvalidParameter,
            Code::DomainNotClaimable,
            Code::DomainExists,
            Code::TooManyDomains,
        ],
    );
    Routes::default().add(list_them, list).add(claim_it, claim).and(routes_of_one()).and(routes_of_mine())
}

/// The routes of one domain.
fn routes_of_one() -> Routes {
    let about = "Change what a domain does. For those who manage the organization and may themselves whatever new members \
                 may.";
    let update_it = Operation::post::<OrganizationDomain>(
        "/organizations/{organization_id}/domains/{domain_id}/update",
        "updateOrganizationDomain",
        about,
    )
    .takes(UPDATE)
    .of_browser()
    .refuses_also(
        IN_ORGANIZATION,
        &[
            Code::PermissionDenied,
            Code::RoleExceedsYours,
            Code::RequiredField,
            Code::InvalidParameter,
            Code::DomainNotFound,
        ],
    );
    let about = "Prove a domain. For those who manage the organization: looks for its record now. A domain is one \
                 organization's only.";
    let verify_it = Operation::post::<OrganizationDomainVerified>(
        "/organizations/{organization_id}/domains/{domain_id}/verify",
        "verifyOrganizationDomain",
        about,
    )
    .of_browser()
    .refuses_also(
        IN_ORGANIZATION,
        &[
            Code::PermissionDenied,
            Code::DomainNotFound,
            Code::TooManyAttempts,
            Code::DomainRecordNotFound,
            Code::DomainLookupFailed,
            Code::DomainTaken,
        ],
    );
    let about =
        "Remove a domain. For those who manage the organization; nobody joins by it any more, members stay.";
    let delete_it = Operation::post::<Removed>(
        "/organizations/{organization_id}/domains/{domain_id}/delete",
        "deleteOrganizationDomain",
        about,
    )
    .of_browser()
    .refuses_also(IN_ORGANIZATION, &[Code::PermissionDenied, Code::DomainNotFound]);
    Routes::default()
        .add(update_it.also_at(Method::PATCH, ONE, "patchOrganizationDomain"), update)
        .add(update_it, update)
        .add(verify_it, prove)
        .add(delete_it.also_at(Method::DELETE, ONE, "deleteOrganizationDomainByMethod"), delete)
        .add(delete_it, delete)
}

/// What a user's proved addresses open.
fn routes_of_mine() -> Routes {
    let about = "Organizations that I may join. Those that have proved the domain of an address which the signed-in user \
                 has proved; none where the deployment has no organizations.";
    let list_them = Operation::get::<Vec<OrganizationSuggestion>>(
        "/me/organization-suggestions",
        "getMyOrganizationSuggestions",
        about,
    )
    .of_browser()
    .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about =
        "Join an organization. For whoever it is suggested to; a member gets the membership that there is.";
    let join_it = Operation::post::<OrganizationMembership>(
        "/organizations/{organization_id}/join",
        "joinOrganization",
        about,
    )
    .of_browser()
    .refuses(&[
        Code::SignedOut,
        Code::UserDisabled,
        Code::OrganizationsDisabled,
        Code::OrganizationNotFound,
        Code::TooManyOrganizations,
        Code::OrganizationFull,
    ]);
    Routes::default().add(list_them, mine::suggestions).add(join_it, mine::join)
}

/// `GET /organizations/{organization_id}/domains`.
async fn list(account: Account, path: Named) -> Result<Response> {
    let (id, actor) = (path.id("organization_id"), Actor::of(&account));
    let read = account.app.db.read(move |on| {
        actor.look(on, (Kind::Organization, &id))?.may_manage()?;
        store::all(on, &id)
    });
    let domains: Vec<OrganizationDomain> = read.await?.iter().map(view::domain).collect();
    Ok(answer::ok(domains))
}

/// `POST /organizations/{organization_id}/domains` `domain`, `join_mode?`.
async fn claim(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let fqdn = name::parse(fields.required("domain")?)?;
    let join_mode = mode(&fields)?.unwrap_or(DomainJoinMode::Suggestion);
    name::claimable(&fqdn, &account.site.config.organizations.domains.refused)?;
    let world = &account.app.world;
    let (id, secret) = (DomainId::draw(world), URL_SAFE_NO_PAD.encode(world.random.bytes::<32>()));
    let (organization, actor) = (path.id("organization_id"), Actor::of(&account));
    let claimed = account.app.db.write(move |tx| {
        let acting = enter(tx, &actor, &organization)?;
        may_admit(&actor, &acting, join_mode)?;
        let domain = Domain {
            id: id.clone(),
            organization: OrganizationId::stored(organization.clone()),
            fqdn: fqdn.clone(),
            record: format!("{PREFIX}{secret}"),
            join_mode,
            attempts: 0,
            verified_at: None,
            checked_at: None,
            missing_since: None,
            missed: 0,
            created_at: actor.by.now,
            updated_at: actor.by.now,
        };
        let most = actor.site.config.organizations.domains.max_per_organization;
        match store::claim(tx, actor.deployment(), &domain, most)? {
            Claimed::Now => {}
            Claimed::Before => return Err(Code::DomainExists.into()),
            Claimed::Full => return Err(Code::TooManyDomains.into()),
        }
        actor.record(tx, Event::DomainClaimed, (&acting.place, &actor.user))?;
        Ok(domain)
    });
    Ok(answer::ok(view::domain(&claimed.await?)))
}

/// `POST /organizations/{organization_id}/domains/{domain_id}/update` `join_mode`.
async fn update(account: Account, path: Named, fields: Fields) -> Result<Response> {
    fields.required("join_mode")?;
    let join_mode = mode(&fields)?.ok_or(Code::RequiredField)?;
    let (organization, id) = (path.id("organization_id"), path.id("domain_id"));
    let actor = Actor::of(&account);
    let changed = account.app.db.write(move |tx| {
        let acting = enter(tx, &actor, &organization)?;
        let domain = find(tx, &organization, &id)?;
        may_admit(&actor, &acting, join_mode)?;
        store::set_mode(tx, &domain.id, join_mode, actor.by.now)?;
        find(tx, &organization, &id)
    });
    Ok(answer::ok(view::domain(&changed.await?)))
}

/// `POST /organizations/{organization_id}/domains/{domain_id}/verify`.
async fn prove(account: Account, path: Named) -> Result<Response> {
    let (organization, id) = (path.id("organization_id"), path.id("domain_id"));
    let domain = view::domain(&verify::verify(&account, organization, id).await?);
    Ok(answer::ok(OrganizationDomainVerified { fields: domain.clone(), domain }))
}

/// `POST /organizations/{organization_id}/domains/{domain_id}/delete`.
async fn delete(account: Account, path: Named) -> Result<Response> {
    let (organization, id) = (path.id("organization_id"), path.id("domain_id"));
    let actor = Actor::of(&account);
    let removed = account.app.db.write(move |tx| {
        let acting = enter(tx, &actor, &organization)?;
        let domain = find(tx, &organization, &id)?;
        store::remove(tx, &domain)?;
        told::is_over(tx, &actor.site, &domain, actor.by.now)?;
        actor.record(tx, Event::DomainRemoved, (&acting.place, &actor.user))?;
        Ok(domain.id.to_string())
    });
    Ok(answer::ok(Removed { id: removed.await? }))
}

/// Enters an organization as somebody who manages it.
///
/// # Errors
/// As [`Actor::enter`], and [`Code::PermissionDenied`].
pub(super) fn enter(tx: &mut Tx<'_>, actor: &Actor, organization: &str) -> Result<Acting> {
    let acting = actor.enter(tx, (Kind::Organization, organization))?;
    acting.may_manage()?;
    Ok(acting)
}

/// The domain that a text names.
///
/// # Errors
/// [`Code::DomainNotFound`].
pub(super) fn find(tx: &mut Tx<'_>, organization: &str, id: &str) -> Result<Domain> {
    Ok(store::find(tx, organization, id)?.ok_or(Code::DomainNotFound)?)
}

/// A domain that lets people in gives them the role of those who join: only who has what that allows may say so.
fn may_admit(actor: &Actor, acting: &Acting, mode: DomainJoinMode) -> Result<()> {
    let roles = actor.roles(Kind::Organization);
    let given = roles.everywhere.iter().find(|role| role.key == roles.member);
    match given {
        Some(role) if mode != DomainJoinMode::None => {
            Ok(may_give(&acting.held, Kind::Organization, &role.permissions)?)
        }
        _ => Ok(()),
    }
}

fn mode(fields: &Fields) -> Result<Option<DomainJoinMode>> {
    let Some(word) = fields.text("join_mode")? else { return Ok(None) };
    if !MODES.contains(&word) {
        let text = format!("join_mode is one of {}.", MODES.join(", "));
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(Some(super::mode_of(word)))
}

/// What a person is told whose record is not there.
pub(super) fn not_there(domain: &Domain) -> Error {
    let text = format!(
        "There is no TXT record {LABEL}.{} that says {}; it may take an hour until a new one is seen everywhere.",
        domain.fqdn, domain.record
    );
    Error::refused(Code::DomainRecordNotFound, text)
}
