//! What whoever runs the application tells a user.

use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::membership::{Membership, Place, are_there, store};
use crate::notification::{self, Message, News, view};
use keyrack_protocol::{Code, Notification};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The longest title, in characters.
pub const TITLE: usize = 200;
/// The longest body, in characters.
pub const BODY: usize = 2_000;
/// The largest facts, as JSON, in bytes.
const FACTS: usize = 4_096;

/// A title or a body as it is kept: plain text; a body may have several lines.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub fn plain(name: &str, text: &str, longest: usize) -> Result<String> {
    let text = text.trim();
    let hidden = |c: char| c.is_control() && !(name == "body" && c == '\n');
    if text.is_empty() || text.chars().count() > longest || text.chars().any(hidden) {
        let text = format!("{name} must have 1 to {longest} characters and no control characters.");
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(text.to_owned())
}

/// Facts as they are kept: texts by names.
///
/// # Errors
/// [`Code::InvalidMetadata`].
pub fn facts(object: Map<String, Value>) -> Result<Map<String, Value>> {
    let length = serde_json::to_string(&object).map_or(usize::MAX, |text| text.len());
    let fits = length <= FACTS && object.values().all(Value::is_string);
    let text =
        "metadata is an object of texts, at most 4 KiB: write {\"count\": \"3\"} and not {\"count\": 3}.";
    if fits { Ok(object) } else { Err(Error::refused(Code::InvalidMetadata, text)) }
}

/// Tells a user something, perhaps as a member of an organization: then it is gone with the membership.
///
/// # Errors
/// [`Code::UserNotFound`]; [`Code::OrganizationsDisabled`], [`Code::OrganizationNotFound`],
/// [`Code::MembershipNotFound`].
pub async fn tell(
    app: &App,
    site: &Arc<Site>,
    (user, organization): (UserId, Option<String>),
    said: Message,
    by: By,
) -> Result<Notification> {
    let site = Arc::clone(site);
    let told = app.db.write(move |tx| {
        let at = organization.as_deref().map(|id| member_of(tx, &site, id, &user)).transpose()?;
        super::organizations::present_user(tx, &site.config.id, &user)?;
        let at = at.as_ref().map(|(place, member)| (place, &member.id));
        notification::put(tx, &site, &user, &News::Message { said: &said, at }, by.now)?;
        let about = About { user: Some(&user), ..About::default() };
        audit::record(tx, &site, &by, Event::UserTold, about)?;
        let newest = notification::store::all(tx, &user, 1)?.into_iter().next();
        let newest = newest.ok_or_else(|| Error::internal("show a notification", "it is not there"))?;
        Ok(view::one(&site, &user, newest))
    });
    told.await
}

/// The membership of the user in the organization, whose lock is taken.
fn member_of(tx: &mut Tx<'_>, site: &Site, id: &str, user: &UserId) -> Result<(Place, Membership)> {
    are_there(&site.config, Kind::Organization)?;
    let place = super::places::lock(tx, site, (Kind::Organization, id))?;
    let member = store::member(tx, &place, user.as_str())?.ok_or(Code::MembershipNotFound)?;
    Ok((place, member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_said_is_plain_text() {
        assert_eq!(plain("title", " Hello ", TITLE).unwrap(), "Hello");
        assert_eq!(plain("body", "a\nb", BODY).unwrap(), "a\nb");
        for (name, text) in
            [("title", "a\nb"), ("title", " "), ("body", "a\u{0}b"), ("body", &"x".repeat(2_001))]
        {
            assert_eq!(plain(name, text, BODY.min(2_000)).unwrap_err().code(), Code::InvalidParameter);
        }
        let object = |value: Value| Map::from_iter([("a".to_owned(), value)]);
        assert!(facts(object(json!("b"))).is_ok());
        for wrong in [json!(1), json!(null), json!({}), json!("x".repeat(4_096))] {
            assert_eq!(facts(object(wrong)).unwrap_err().code(), Code::InvalidMetadata);
        }
    }
}
