//! `/admin/api-keys`: make secret keys for backends, see them, revoke them.

use super::door::{About, Body, Operator};
use super::page::Page;
use super::view::{self, NewApiKey};
use crate::api_key::store::{self, Stored};
use crate::api_key::{ApiKey, Held, NAME_MAX, Scope, mode_word, shown};
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::ApiKeyId;
use crate::session;
use crate::ticket;
use crate::time::rfc3339;
use crate::user;
use axum::extract::Path;
use axum::response::Response;
use keyrack_protocol::Code;
use serde::Deserialize;
use std::sync::Arc;

/// The longest life that can be asked for, in milliseconds: ten years.
const LONGEST_MS: i64 = 3_653 * 86_400_000;

/// `limit?`, `cursor?`: newest first, also those that are over.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["limit", "cursor"])?;
    let is_id = |text: &str| ApiKeyId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let (deployment, now) = (operator.site.config.id.clone(), operator.app.world.clock.now_ms());
    let list = operator.app.db.read(move |on| {
        let found = store::list(on, &deployment, (&page.after, page.rows()))?;
        Ok(page.list(found.iter().map(|key| view(key, now)).collect(), |key: &view::ApiKey| &key.id))
    });
    Ok(answer::ok(list.await?))
}

fn view(it: &Stored, now: i64) -> view::ApiKey {
    view::ApiKey {
        id: it.key.id.to_string(),
        name: it.key.name.clone(),
        begins: shown(&it.mode, &it.key.id),
        scopes: it.key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        state: it.state(now).to_owned(),
        created_at: rfc3339(it.created_at),
        expires_at: it.expires_at.map(rfc3339),
        last_used_at: it.last_used_at.map(rfc3339),
    }
}

/// What is said of one that is to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    name: String,
    scopes: Vec<String>,
    /// After how many milliseconds it ends; never without.
    expires_in_ms: Option<i64>,
}

/// `name`, `scopes`, `expires_in_ms?`: the answer alone holds the key.
///
/// # Errors
/// [`Code::InvalidName`], [`Code::InvalidParameter`].
pub async fn create(operator: Operator, Body(new): Body<New>) -> Result<Response> {
    operator.says_only(&[])?;
    let (site, world, by) = (Arc::clone(&operator.site), &operator.app.world, operator.by());
    let held = Held::draw(world, site.config.mode);
    let made = Stored {
        key: ApiKey { id: held.id.clone(), name: name(&new.name)?, scopes: scopes(&new.scopes)? },
        mode: mode_word(site.config.mode).to_owned(),
        created_at: by.now,
        expires_at: new.expires_in_ms.map(|life| ends(life, by.now)).transpose()?,
        revoked_at: None,
        last_used_at: None,
    };
    let (hash, kept) = (held.hash(&operator.app.vault), made.clone());
    let written = operator.app.db.write(move |tx| {
        store::create(tx, &site.config.id, &kept, &hash)?;
        let about = audit::About { reason: kept.key.id.as_str(), ..audit::About::default() };
        audit::record(tx, &site, &by, Event::ApiKeyCreated, about)
    });
    written.await?;
    operator.log(Event::ApiKeyCreated, About { key: Some(made.key.id.as_str()), ..About::default() });
    Ok(answer::ok(NewApiKey { key: view(&made, made.created_at), secret: held.text().to_owned() }))
}

/// A name by which the key is known: one must be there.
fn name(text: &str) -> Result<String> {
    let name = user::name(text)?;
    if name.is_empty() {
        let text = format!("A key has a name of at most {NAME_MAX} characters, by which it is known later.");
        return Err(Error::refused(Code::InvalidName, text));
    }
    Ok(name)
}

/// Each scope once, in their order.
fn scopes(words: &[String]) -> Result<Vec<Scope>> {
    let known = || Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    let wrong = |word: &str| {
        let text = format!("{word:?} is no scope; there are {}.", known());
        Error::refused(Code::InvalidParameter, text)
    };
    let named = words.iter().map(|word| Scope::parse(word).ok_or_else(|| wrong(word)));
    let mut scopes = named.collect::<Result<Vec<_>>>()?;
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() {
        let text = format!("Say what the key is for: scopes, of {}.", known());
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(scopes)
}

fn ends(life_ms: i64, now: i64) -> Result<i64> {
    if !(1_000..=LONGEST_MS).contains(&life_ms) {
        let text = "expires_in_ms must be from 1000 (a second) to ten years.";
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(now.saturating_add(life_ms))
}

/// Ends a key: the next call with it is refused, on every node. A second time it changes nothing.
///
/// # Errors
/// [`Code::ApiKeyNotFound`].
pub async fn revoke(operator: Operator, Path(id): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let id = ApiKeyId::parse(&id).ok_or(Code::ApiKeyNotFound)?;
    let (site, by) = (Arc::clone(&operator.site), operator.by());
    let revoked = operator.app.db.write(move |tx| {
        let is_new = store::revoke(tx, &site.config.id, &id, by.now)?;
        if is_new {
            let about = audit::About { reason: id.as_str(), ..audit::About::default() };
            audit::record(tx, &site, &by, Event::ApiKeyRevoked, about)?;
            // What it has made and nobody has used dies with it, and whoever acts as somebody else by it is out.
            let maker = audit::actor_word(&audit::Actor::Key(id.clone()));
            ticket::store::revoke_made_by(tx, &site.config.id, &maker, by.now)?;
            session::end_vouched(tx, &site, &id, &by)?;
        }
        let (key, _) = store::find(tx, &site.config.id, &id)?.ok_or(Code::ApiKeyNotFound)?;
        Ok((view(&key, by.now), is_new))
    });
    let (key, is_new) = revoked.await?;
    if is_new {
        operator.log(Event::ApiKeyRevoked, About { key: Some(&key.id), ..About::default() });
    }
    Ok(answer::ok(key))
}
