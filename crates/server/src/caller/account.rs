//! The account that a request acts as.

use super::Browser;
use crate::app::{Shared, Site};
use crate::audit::{self, Actor, By, Event, Known, Whose};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SessionId, SignInId, UserId};
use crate::membership::Scope;
use crate::membership::restriction::Visitor;
use crate::session::cache::Cached;
use crate::session::enter::{Arrival, Left, Room};
use crate::session::read::{self, Reading};
use crate::session::tab::{OfTab, TabScope};
use crate::session::{LiveSignIn, Loaded, Opened, Plan, acting, scope, store};
use crate::user::may_act;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::request::Parts;
use keyrack_protocol::{Acting, Code};
use std::sync::Arc;

/// A browser in which somebody is signed in who may act.
#[derive(Clone, Debug)]
pub struct Account {
    /// The browser.
    pub browser: Browser,
    /// The session.
    pub session: SessionId,
    /// The sign-in that acts: the active one, or the one that the request names.
    pub sign_in: SignInId,
    /// Whose it is.
    pub user: UserId,
    /// Where it acts.
    pub scope: Option<Scope>,
    /// The scope that the request names, which has been checked: of a tab that has its own. Nothing of it is stored.
    pub tab: Option<TabScope>,
    /// The session as it was read.
    pub cached: Arc<Cached>,
    /// What the credential opens of it.
    pub opened: Opened,
}

impl std::ops::Deref for Account {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl FromRequestParts<Shared> for Account {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> std::result::Result<Self, Response> {
        let OfTab(tab) = OfTab::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let browser = Browser::from_request_parts(parts, app).await?;
        let known = parts.extensions.get::<Known>();
        let account = Self::read(browser, (tab, known), polls(parts)).await;
        account.map_err(IntoResponse::into_response)
    }
}

/// Who a sign-in of a session is, for a record of what changed nothing.
#[must_use]
pub fn whose(loaded: &Loaded, sign_in: &LiveSignIn) -> Whose {
    let (user, session) = (Some(sign_in.user.id.clone()), Some(loaded.id.clone()));
    Whose { user, session, sign_in: Some(sign_in.id.clone()) }
}

/// Whether a request only reads and says that it is a periodic refresh: that is no activity.
fn polls(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    parts.method == Method::GET && query.split('&').any(|pair| pair == "poll=1")
}

impl Account {
    /// Whoever acts: in the scope that `tab` names, else as the active sign-in where it stands.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::UserDisabled`], [`Code::ScopeNotAvailable`].
    pub async fn of(browser: Browser, tab: Option<TabScope>) -> Result<Self> {
        Self::read(browser, (tab, None), false).await
    }

    async fn read(
        browser: Browser,
        (tab, known): (Option<TabScope>, Option<&Known>),
        polls: bool,
    ) -> Result<Self> {
        let reading = match polls {
            true => {
                let from = Some(browser.address);
                read::read(&browser.app, &browser.site, browser.rack.as_ref(), from).await?
            }
            false => browser.reading_in(tab.as_ref()).await?,
        };
        let Reading::Live(cached, opened) = reading else { return Err(Code::SignedOut.into()) };
        let active = cached.loaded.active_for(opened);
        let named = tab.as_ref().map(|tab| tab.sign_in(&cached.loaded, opened));
        // Whoever names what is not theirs is on record as who is active there.
        if let (Some(known), Some(it)) = (known, named.and_then(std::result::Result::ok).or(active)) {
            known.tell(whose(&cached.loaded, it));
        }
        let acting = named.unwrap_or_else(|| active.ok_or(Code::SignedOut))?;
        may_act(&acting.user)?;
        let (session, sign_in, user) = (cached.loaded.id.clone(), acting.id.clone(), acting.user.id.clone());
        let (site, app, of) = (Arc::clone(&browser.site), &browser.app, (acting.clone(), browser.address));
        let scope = match tab.clone() {
            Some(tab) => app.db.read(move |on| tab.stand(on, &site, (&of.0, of.1))).await?,
            None => acting.scope.clone(),
        };
        Ok(Self { browser, session, sign_in, user, scope, tab, cached, opened })
    }

    /// The sign-in that acts, as far as restrictions look at it.
    ///
    /// # Errors
    /// `sign_in_not_found` when the credential does not open its sign-in.
    pub fn visitor(&self) -> Result<Visitor> {
        let sign_in = self.cached.loaded.visible_sign_in(self.opened, self.sign_in.as_str())?;
        Ok(scope::visitor(sign_in, Some(self.address)))
    }

    /// Who acts, for the records.
    #[must_use]
    pub fn by(&self) -> By {
        let by = By::client(Actor::User, &self.address.to_string(), self.app.world.clock.now_ms());
        by.acting(self.act())
    }

    /// Who acts, for a record of what changed nothing.
    #[must_use]
    pub fn whose(&self) -> Whose {
        let (user, session) = (Some(self.user.clone()), Some(self.session.clone()));
        Whose { user, session, sign_in: Some(self.sign_in.clone()) }
    }

    /// Who acts as the user, if somebody else does.
    #[must_use]
    pub fn act(&self) -> Option<&Acting> {
        let acting = self.cached.loaded.visible_sign_in(self.opened, self.sign_in.as_str()).ok()?;
        acting.bounds.act.as_ref()
    }

    /// Whether the user acts, and nobody in the user's name: what concerns the account itself is for its owner alone. A try
    /// is recorded.
    ///
    /// # Errors
    /// `impersonation_forbidden`.
    pub async fn is_own(&self) -> Result<()> {
        if self.act().is_none() {
            return Ok(());
        }
        let session = Some(self.session.clone());
        audit::note(&self.app, &self.site, self.by(), Event::ImpersonationRefused, session).await;
        Err(Code::ImpersonationForbidden.into())
    }

    /// Draws what a transaction may need, for whoever acts.
    #[must_use]
    pub fn arrive(&self) -> Arrival {
        let mut arrival = self.browser.arrive();
        arrival.act = self.act().cloned();
        arrival
    }

    /// Plans and carries out a change of the session as the user of the sign-in that acts ([`Room::acting`]), with the
    /// locks of that user and of the session. What must be locked before them, `first` locks. When another sign-in
    /// becomes active meanwhile, it is done for that one, unless the request names its own.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::UserDisabled`], [`Code::ScopeNotAvailable`], and what `change` says.
    pub async fn change_session<P: 'static, T: Send + 'static>(
        &self,
        first: impl Fn(&mut Tx<'_>, &Site) -> Result<P> + Clone + Send + 'static,
        change: impl Fn(&mut Tx<'_>, &Site, &Room, P) -> Result<(Plan, T)> + Clone + Send + 'static,
    ) -> Result<(Left, T)> {
        let mut user = self.user.clone();
        for _ in 0..acting::TRIES {
            let (app, site, arrival) = (Arc::clone(&self.app), Arc::clone(&self.site), self.arrive());
            let (first, change, of, tab) = (first.clone(), change.clone(), user, self.tab.clone());
            let changed = self.app.db.write(move |tx| {
                let locked = first(tx, &site)?;
                let Some(room) = acting::enter_as(tx, (&app, &site), &arrival, (&of, tab.as_ref()))? else {
                    return Ok(None);
                };
                let (plan, answer) = change(tx, &site, &room, locked)?;
                if plan.is_empty() {
                    return Ok(Some((room.leave_unchanged(), answer)));
                }
                store::apply(tx, &site, &room.loaded, &plan, &arrival.by())?;
                Ok(Some((room.leave(tx, &site, plan.reason(), arrival.now)?, answer)))
            });
            if let Some(changed) = changed.await? {
                return Ok(changed);
            }
            user = Self::of(self.browser.clone(), self.tab.clone()).await?.user;
        }
        Err(Error::unavailable("act in a session", "its active sign-in changes all the time"))
    }
}
