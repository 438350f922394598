//! Notifications as they travel.

use super::store::Notification;
use super::{State, Tray, texts};
use crate::app::Site;
use crate::id::UserId;
use crate::time::rfc3339;
use keyrack_protocol::{self as wire, NotificationPage, NotificationsUnread, NotificationsUnreadIn};

/// One of a user's.
#[must_use]
pub fn one(site: &Site, user: &UserId, it: Notification) -> wire::Notification {
    let (title, body) = texts::words(&it.kind, &it.facts);
    wire::Notification {
        id: it.id,
        deployment_id: site.config.id.clone(),
        user_id: user.to_string(),
        organization_id: it.organization,
        workspace_id: it.workspace,
        kind: it.kind,
        title,
        body,
        ctas: Vec::new(),
        severity: it.severity,
        is_read: it.marks.state != State::Unread,
        read_at: it.marks.read_at.map(rfc3339),
        is_archived: it.marks.state == State::Archived,
        archived_at: it.marks.archived_at.map(rfc3339),
        is_starred: it.marks.is_starred,
        metadata: it.facts,
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
        expires_at: rfc3339(it.created_at.saturating_add(site.config.retention.notifications_ms)),
    }
}

/// A page of at most `most`, of rows that may be one more.
#[must_use]
pub fn page(site: &Site, user: &UserId, mut rows: Vec<Notification>, most: u32) -> NotificationPage {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let has_more = rows.len() > most;
    rows.truncate(most);
    let next_cursor = rows.last().filter(|_| has_more).map(|last| last.id.clone());
    let notifications = rows.into_iter().map(|row| one(site, user, row)).collect();
    NotificationPage { notifications, has_more, next_cursor }
}

/// What was not read, by place.
#[must_use]
pub fn unread(trays: &[Tray], counts: Vec<(String, i64)>) -> NotificationsUnread {
    let mut places = Vec::new();
    for (membership, count) in counts {
        let Some(tray) = trays.iter().find(|tray| tray.membership == membership) else { continue };
        places.push(NotificationsUnreadIn {
            organization_id: tray.organization.clone(),
            workspace_id: tray.workspace.clone(),
            count,
        });
    }
    places.sort_by_key(|place| std::cmp::Reverse(place.count));
    NotificationsUnread { count: places.iter().map(|place| place.count).sum(), places }
}
