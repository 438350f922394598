//! `/admin/users`, on the socket.

use super::door::{About, Body, Operator};
use super::http::named;
use super::page::Page;
use super::{Decision, Form, messages, organizations, profile, users};
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::UserId;
use crate::notification::Message;
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::kept::{self, Kept, external_id};
use crate::user::username::Username;
use axum::extract::Path;
use axum::response::Response;
use keyrack_protocol::{Code, NotificationSeverity};
use serde::Deserialize;
use serde_json::{Map, Value};

/// `state?` (`present`, `active`, `disabled`, `deleted`), `search?`, `limit?`, `cursor?`.
pub(super) async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["state", "search", "limit", "cursor"])?;
    let is_id = |text: &str| UserId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let state = operator.word("state", &["present", "active", "disabled", "deleted"])?;
    let sought = operator.query("search").map(users::Sought::typed);
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let list = operator.app.db.read(move |on| {
        let users = users::page(on, &deployment, (&page, state), sought.as_ref(), now)?;
        Ok(page.list(users, |user| &user.id))
    });
    Ok(answer::ok(list.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    email: String,
    username: Option<String>,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    password: Option<String>,
    external_id: Option<String>,
    #[serde(default)]
    unproved: bool,
}

/// `email`, `username?`, `first_name?`, `last_name?`, `password?`, `external_id?`, `unproved?`.
pub(super) async fn create(operator: Operator, Body(new): Body<NewUser>) -> Result<Response> {
    operator.says_only(&[])?;
    let form = Form {
        email: EmailAddress::parse(&new.email)?,
        unproved: new.unproved,
        username: new.username.as_deref().map(Username::parse).transpose()?,
        first_name: user::name(&new.first_name)?,
        last_name: user::name(&new.last_name)?,
        password: new.password,
        kept: Kept {
            external_id: new.external_id.as_deref().map(external_id).transpose()?,
            ..Kept::default()
        },
    };
    let made = super::create(&operator.app, &operator.site, form, operator.by()).await?;
    operator.log(Event::UserCreated, About { user: Some(&made.id), ..About::default() });
    Ok(answer::ok(made))
}

pub(super) async fn show(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let id = named(&operator, &user).await?;
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let found = operator.app.db.read(move |on| users::one(on, &deployment, &id, now)).await?;
    Ok(answer::ok(found.ok_or(Code::UserNotFound)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<String>,
    external_id: Option<String>,
    public_metadata: Option<Map<String, Value>>,
    private_metadata: Option<Map<String, Value>>,
}

impl Change {
    fn read(&self) -> Result<profile::Said> {
        let name = |text: &Option<String>| text.as_deref().map(user::name).transpose();
        let metadata = |of: &Option<Map<String, Value>>| of.as_ref().map(kept::metadata).transpose();
        Ok(profile::Said {
            first_name: name(&self.first_name)?,
            last_name: name(&self.last_name)?,
            username: match self.username.as_deref() {
                None => None,
                Some("") => Some(None),
                Some(text) => Some(Some(Username::parse(text)?)),
            },
            kept: Kept {
                external_id: self.external_id.as_deref().map(external_id).transpose()?,
                public_metadata: metadata(&self.public_metadata)?,
                private_metadata: metadata(&self.private_metadata)?,
            },
        })
    }
}

/// What is not said stays; an empty text empties what may be empty.
pub(super) async fn update(
    operator: Operator,
    Path(user): Path<String>,
    Body(change): Body<Change>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (id, said, by) = (named(&operator, &user).await?, change.read()?, operator.saying()?);
    let changed = profile::change(&operator.app, &operator.site, id, said, by).await?;
    operator.log(Event::UserChanged, About { user: Some(&changed.id), ..About::default() });
    Ok(answer::ok(changed))
}

pub(super) async fn export(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (id, by) = (named(&operator, &user).await?, operator.saying()?);
    let all = profile::export(&operator.app, &operator.site, id.clone(), by).await?;
    operator.log(Event::UserExported, About { user: Some(id.as_str()), ..About::default() });
    Ok(answer::ok(all))
}

pub(super) async fn disable(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::Disable).await
}

pub(super) async fn enable(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::Enable).await
}

pub(super) async fn reset_factors(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::ResetFactors).await
}

pub(super) async fn delete(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    decide(&operator, &user, Decision::Delete).await
}

async fn decide(operator: &Operator, user: &str, what: Decision) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let id = named(operator, user).await?;
    let decided = super::decide(&operator.app, &operator.site, id, what, operator.saying()?).await?;
    let ended = Some(decided.ended.len());
    operator.log(what.event(), About { user: Some(&decided.user.id), ended, ..About::default() });
    Ok(answer::ok(decided))
}

/// Ends every sign-in of the user.
pub(super) async fn end_sessions(operator: Operator, Path(user): Path<String>) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let id = named(&operator, &user).await?;
    let by = operator.saying()?;
    let ended = super::end_sessions_of(&operator.app, &operator.site, id.clone(), by).await?;
    let about = About { user: Some(id.as_str()), ended: Some(ended.ended.len()), ..About::default() };
    operator.log(Event::SignInEnded, about);
    Ok(answer::ok(ended))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    title: String,
    body: String,
    severity: Option<String>,
    #[serde(default)]
    metadata: Map<String, Value>,
    organization: Option<String>,
}

/// `title`, `body`, `severity?`, `metadata?`, `organization?` (id or slug): writes it into the user's inbox.
pub(super) async fn tell(
    operator: Operator,
    Path(user): Path<String>,
    Body(told): Body<Told>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let (id, by) = (named(&operator, &user).await?, operator.saying()?);
    let message = Message {
        title: messages::plain("title", &told.title, messages::TITLE)?,
        body: messages::plain("body", &told.body, messages::BODY)?,
        severity: severity(told.severity.as_deref())?,
        facts: messages::facts(told.metadata)?,
    };
    let place = match &told.organization {
        Some(text) => Some(organizations::named(&operator.app, &operator.site, text).await?),
        None => None,
    };
    let written = messages::tell(&operator.app, &operator.site, (id.clone(), place), message, by).await?;
    operator.log(Event::UserTold, About { user: Some(id.as_str()), ..About::default() });
    Ok(answer::ok(written))
}

fn severity(word: Option<&str>) -> Result<NotificationSeverity> {
    let Some(word) = word else { return Ok(NotificationSeverity::Info) };
    let text = "severity must be one of info, success, warning, error.";
    NotificationSeverity::parse(word).ok_or_else(|| Error::refused(Code::InvalidParameter, text))
}
