//! The scope of one tab: what a request acts as and where, when it says so itself instead of taking what the session
//! keeps. It is named by `scope=<sign-in>.<organization>.<workspace>` in the query, checked whenever it is used, and
//! never stored.

use super::{LiveSignIn, Loaded, Opened, scope};
use crate::app::Site;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::id::{MembershipId, OrganizationId, SignInId, UserId, WorkspaceId};
use crate::membership::{Scope, are_there, standing};
use axum::extract::FromRequestParts;
use http::request::Parts;
use keyrack_protocol::Code;
use std::net::IpAddr;
use url::form_urlencoded;

/// The name of the parameter.
pub const PARAMETER: &str = "scope";
/// What a part says that names nothing.
const NONE: &str = "-";
/// Below this path older clients mean something else by the parameter: a word, which has no dots.
const WORDS: &str = "/notifications";

/// A scope that a request names: well formed, and nothing else is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabScope {
    /// The sign-in that acts.
    pub sign_in: SignInId,
    organization: Option<Named>,
    workspace: Option<Named>,
}

/// A place, by its own id or by that of the user's membership, which is what a session shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Place(String),
    Membership(MembershipId),
}

impl TabScope {
    /// Reads `<sign-in>.<organization>.<workspace>`; none if it is anything else, or a workspace outside of all
    /// organizations.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (sign_in, organization, workspace) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || (organization == NONE && workspace != NONE) {
            return None;
        }
        Some(Self {
            sign_in: SignInId::parse(sign_in)?,
            organization: named(organization, |id| OrganizationId::parse(id).map(|id| id.to_string()))?,
            workspace: named(workspace, |id| WorkspaceId::parse(id).map(|id| id.to_string()))?,
        })
    }

    /// The sign-in that acts, if the credential opens it; where nobody is signed in at all, that is the reason.
    ///
    /// # Errors
    /// [`Code::ScopeNotAvailable`], [`Code::SignedOut`].
    pub fn sign_in<'a>(
        &self,
        loaded: &'a Loaded,
        opened: Opened,
    ) -> std::result::Result<&'a LiveSignIn, Code> {
        let visible = loaded.visible_sign_in(opened, self.sign_in.as_str());
        visible.map_err(|_| match loaded.active_for(opened) {
            Some(_) => Code::ScopeNotAvailable,
            None => Code::SignedOut,
        })
    }

    /// Where it lets its sign-in stand: in the places that it names, which the user must be able to enter at this moment,
    /// coming from this address.
    ///
    /// # Errors
    /// [`Code::ScopeNotAvailable`], whichever part it is about.
    pub fn stand(
        &self,
        on: &mut Snapshot<'_>,
        site: &Site,
        (sign_in, from): (&LiveSignIn, IpAddr),
    ) -> Result<Option<Scope>> {
        let Some(organization) = &self.organization else { return Ok(None) };
        let user = &sign_in.user.id;
        let organization = place(on, site, (Kind::Organization, organization), user)?;
        let deployment = &site.config.id;
        let scope = match &self.workspace {
            None => {
                let standing = standing::find(on, deployment, (Kind::Organization, &organization), user)?;
                standing.map(|organization| Scope { organization, workspace: None })
            }
            Some(workspace) => {
                let workspace = place(on, site, (Kind::Workspace, workspace), user)?;
                let within = standing::in_workspace(on, deployment, &workspace, user)?;
                within.filter(|within| within.organization.place == organization)
            }
        };
        let scope = scope.filter(|scope| scope::admit(sign_in, Some(scope), from).is_ok());
        Ok(Some(scope.ok_or(Code::ScopeNotAvailable)?))
    }
}

/// The id of a place that is named.
fn place(on: &mut Snapshot<'_>, site: &Site, (kind, named): (Kind, &Named), user: &UserId) -> Result<String> {
    are_there(&site.config, kind).map_err(|_| Code::ScopeNotAvailable)?;
    match named {
        Named::Place(id) => Ok(id.clone()),
        Named::Membership(id) => {
            let place = standing::place_of(on, &site.config.id, id, user)?;
            Ok(place.ok_or(Code::ScopeNotAvailable)?)
        }
    }
}

/// Nothing, or what is named by one of the two ids; none if it is neither.
#[allow(clippy::option_option, reason = "what is no id is refused, and `-` is not")]
fn named(part: &str, place: impl Fn(&str) -> Option<String>) -> Option<Option<Named>> {
    if part == NONE {
        return Some(None);
    }
    let membership = || MembershipId::parse(part).map(Named::Membership);
    place(part).map(Named::Place).or_else(membership).map(Some)
}

/// The scope that a request names, if it names one. This is the only place that reads it.
#[derive(Clone, Debug)]
pub struct OfTab(pub Option<TabScope>);

impl OfTab {
    /// Of two that are named neither is meant.
    ///
    /// # Errors
    /// [`Code::ScopeNotAvailable`]: somebody who names a scope in any way never gets another.
    pub fn read(path: &str, query: &str) -> std::result::Result<Self, Code> {
        let fields = form_urlencoded::parse(query.as_bytes());
        let is_one = |text: &str| text.contains('.') || !path.starts_with(WORDS);
        let mut scopes =
            fields.filter(|(name, text)| name == PARAMETER && is_one(text)).map(|(_, text)| text);
        let Some(scope) = scopes.next() else { return Ok(Self(None)) };
        let scope = TabScope::parse(&scope).filter(|_| scopes.next().is_none());
        Ok(Self(Some(scope.ok_or(Code::ScopeNotAvailable)?)))
    }
}

impl<S: Sync> FromRequestParts<S> for OfTab {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self::read(parts.uri.path(), parts.uri.query().unwrap_or_default())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(prefix: &str) -> String {
        format!("{prefix}_{}", "0".repeat(26))
    }

    #[test]
    fn h40_a_scope_is_a_sign_in_an_organization_and_a_workspace_or_none_of_them() {
        let (sin, org, wsp, mem) = (id("sin"), id("org"), id("wsp"), id("mem"));
        let parsed = TabScope::parse(&format!("{sin}.{org}.{mem}")).unwrap();
        assert_eq!(parsed.sign_in.as_str(), sin);
        assert_eq!(parsed.organization, Some(Named::Place(org.clone())));
        assert_eq!(parsed.workspace, Some(Named::Membership(MembershipId::stored(mem.clone()))));
        for right in [format!("{sin}.-.-"), format!("{sin}.{mem}.-"), format!("{sin}.{org}.{wsp}")] {
            assert!(TabScope::parse(&right).is_some(), "{right}");
        }
        for wrong in [
            String::new(),
            "-".to_owned(),
            "-.-.-".to_owned(),
            sin.clone(),
            format!("{sin}.{org}"),
            format!("{sin}.{org}."),
            format!("{sin}..-"),
            format!("{sin}.-.{wsp}"),
            format!("{sin}.{wsp}.-"),
            format!("{sin}.{org}.{org}"),
            format!("{sin}.{org}.{wsp}."),
            format!("{sin}.{org}.{wsp}.{wsp}"),
            format!("{org}.{sin}.{wsp}"),
            format!(" {sin}.{org}.-"),
            format!("{sin}.{org}.- "),
            format!("{sin}.{}.-", org.to_uppercase()),
            format!("{sin}.{org}0.-"),
            format!("{sin}.{}.-", "0".repeat(10_000)),
        ] {
            assert_eq!(TabScope::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn h40_a_request_names_one_scope_or_none_and_never_another_than_it_says() {
        let read = |query: &str| OfTab::read("/session/token", query);
        let scope = format!("{}.-.-", id("sin"));
        let other = scope.replace("sin_0", "sin_1");
        assert!(read("").unwrap().0.is_none());
        assert!(read("scopes=x&template=default&x=scope%3D").unwrap().0.is_none());
        for one in [format!("scope={scope}"), format!("a=b&%73cope={scope}"), format!("scope={scope}&a=b")] {
            assert_eq!(read(&one).unwrap().0, TabScope::parse(&scope), "{one}");
        }
        for wrong in [
            "scope".to_owned(),
            "scope=".to_owned(),
            "scope=undefined".to_owned(),
            format!("scope={scope}&scope={scope}"),
            format!("scope={scope}&scope={other}"),
            format!("scope={scope}&%73cope="),
            format!("scope=&scope={scope}"),
        ] {
            assert_eq!(read(&wrong).map(|of| of.0).unwrap_err(), Code::ScopeNotAvailable, "{wrong}");
        }
    }

    #[test]
    fn h40_older_clients_mean_something_else_by_a_word_and_nobody_by_what_has_dots() {
        let read = |query: &str| OfTab::read("/notifications/read-all", query);
        let scope = format!("{}.-.-", id("sin"));
        for word in ["scope=current", "scope=", "scope=user&scope=all"] {
            assert!(read(word).unwrap().0.is_none(), "{word}");
            let both = format!("{word}&scope={scope}");
            assert_eq!(read(&both).unwrap().0, TabScope::parse(&scope), "{both}");
        }
        for wrong in ["scope=x.y.z".to_owned(), format!("scope={scope}&scope={scope}"), "scope=.".to_owned()]
        {
            assert_eq!(read(&wrong).map(|of| of.0).unwrap_err(), Code::ScopeNotAvailable, "{wrong}");
        }
    }
}
