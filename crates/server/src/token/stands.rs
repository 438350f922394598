//! Where a sign-in stands when a token is minted, and what it may there.

use super::{About, Asked, Held, mint};
use crate::app::Site;
use crate::caller::Browser;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::membership::{Permissions, Scope, role, roles_of};
use crate::session::tab::TabScope;
use crate::session::{LiveSignIn, Loaded, scope};
use crate::user::may_act;
use crate::world::World;
use keyrack_protocol::{Code, Token};
use std::net::IpAddr;
use std::sync::Arc;

/// Where somebody stands, and what they may there.
pub(super) type Stands = (Option<Scope>, Option<Held>);

/// What a sign-in may where it stands, asked of the database at every mint: outside nothing is given, inside nothing is
/// given when it stands there no more.
pub(super) async fn held(browser: &Browser, sign_in: &LiveSignIn) -> Result<Option<Stands>> {
    let Some(scope) = sign_in.scope.clone() else { return Ok(Some((None, None))) };
    let (site, db, asked) = (Arc::clone(&browser.site), &browser.app.db, scope.clone());
    let held = match scope.workspace {
        Some(_) => db.read(move |on| held_in(on, &site, &asked)).await?,
        None => db.read_single(move |on| held_in(on, &site, &asked)).await?,
    };
    Ok(held.map(|held| (Some(scope), Some(held))))
}

/// The same where a tab says that it stands: whether it may and what it may are of one moment.
pub(super) async fn held_in_tab(browser: &Browser, sign_in: &LiveSignIn, tab: TabScope) -> Result<Stands> {
    let (site, sign_in, from) = (Arc::clone(&browser.site), sign_in.clone(), browser.address);
    let look = browser.app.db.read(move |on| {
        let Some(scope) = tab.stand(on, &site, (&sign_in, from))? else { return Ok((None, None)) };
        let held = held_in(on, &site, &scope)?.ok_or(Code::ScopeNotAvailable)?;
        Ok((Some(scope), Some(held)))
    });
    look.await
}

/// A token for an application's server, about a sign-in that was just read, where it stands; none when it may not act, or stands
/// there no more. `from` is where the browser is whose sign-in it is.
///
/// # Errors
/// What the database says.
pub fn for_server(
    on: &mut Snapshot<'_>,
    (world, site): (&World, &Site),
    (loaded, sign_in): (&Loaded, &LiveSignIn),
    (from, origin): (Option<IpAddr>, &str),
    now: i64,
) -> Result<Option<Token>> {
    let Some(from) = from.filter(|_| may_act(&sign_in.user).is_ok()) else { return Ok(None) };
    if scope::admit(sign_in, sign_in.scope.as_ref(), from).is_err() {
        return Ok(None);
    }
    let held = match &sign_in.scope {
        Some(scope) => match held_in(on, site, scope)? {
            None => return Ok(None),
            held => held,
        },
        None => None,
    };
    // While an older key works, nobody knows which of the two the browser has.
    let proof = sign_in.old.as_ref().map_or(&sign_in.proof, |old| &old.proof);
    let act = sign_in.bounds.act.as_ref().map(|act| act.sub.as_str());
    let about = About { loaded, sign_in, proof, act, scope: sign_in.scope.as_ref(), held: held.as_ref() };
    mint(world, site, about, Asked { azp: Some(origin), now, template: None }).map(Some)
}

/// One statement for the organization, and one for the workspace.
fn held_in(on: &mut Snapshot<'_>, site: &Site, scope: &Scope) -> Result<Option<Held>> {
    let of = |kind| (roles_of(&site.config, kind), kind);
    let Some(organization) = role::of_standing(on, of(Kind::Organization), &scope.organization)? else {
        return Ok(None);
    };
    let Some(workspace) = &scope.workspace else {
        return Ok(Some(Held { organization, workspace: Permissions::default() }));
    };
    let workspace = role::of_standing(on, of(Kind::Workspace), workspace)?;
    Ok(workspace.map(|workspace| Held { organization, workspace }))
}
