//! `/notifications`.

use super::asked::{CHANNELS, Wanted};
use super::part::{self, Part};
use super::{State, Step, store, view};
use crate::app::Site;
use crate::caller::Account;
use crate::db::Tx;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{NotificationId, SignInId, UserId};
use crate::session::acting::still;
use crate::user;
use axum::response::Response;
use keyrack_protocol::{Code, Notification, NotificationPage, NotificationsChanged, NotificationsUnread};
use std::sync::Arc;

/// Notifications on a page, if nothing is said.
const USUAL: u32 = 20;
/// The most on a page.
const MOST: u32 = 100;

const CHANNEL: Field = Field::optional(
    "channels",
    "Which places: `all` (what is asked for if nothing is said), `current` (the user alone, and where the sign-in \
     stands), `user`, `organization` and `workspace` (where the sign-in stands, or those that are named).",
)
.list()
.one_of(CHANNELS);
const SCOPE: Field = Field::optional(
    "scope",
    "One word of `channels`, from older clients. What has dots in it is a tab's own scope, and may stand beside it.",
)
.list();
const ORGANIZATIONS: Field =
    Field::optional("organization_ids", "Only what belongs to these, and to workspaces in them.").list();
const WORKSPACES: Field = Field::optional("workspace_ids", "Only what belongs to these.").list();
const READ: Field = Field::optional("is_read", "Only what was read, or was not.").one_of(&["true", "false"]);
const ARCHIVED: Field =
    Field::optional("is_archived", "Only what was put away, or was not.").one_of(&["true", "false"]);
const STARRED: Field =
    Field::optional("is_starred", "Only what has a star, or has none.").one_of(&["true", "false"]);
const SEVERITY: Field = Field::optional("severity", "Only what matters so much.")
    .one_of(&["info", "success", "warning", "error"]);
const CURSOR: Field = Field::optional(
    "cursor",
    "`next_cursor` of the page before, or any id of a notification: what is older than that.",
);
const LIMIT: Field =
    Field::optional("limit", "Notifications on a page, 1 to 100 (20).").pattern("^[0-9]{1,3}$");
const POLL: Field =
    Field::optional("poll", "`1` for a periodic refresh, which is no activity.").one_of(&["1"]);

const LIST: &[Field] =
    &[CHANNEL, SCOPE, ORGANIZATIONS, WORKSPACES, READ, ARCHIVED, STARRED, SEVERITY, CURSOR, LIMIT, POLL];
const COUNT: &[Field] = &[CHANNEL, SCOPE, ORGANIZATIONS, WORKSPACES, READ, ARCHIVED, STARRED, SEVERITY, POLL];
const SOME: &[Field] = &[CHANNEL, SCOPE, ORGANIZATIONS, WORKSPACES, READ, ARCHIVED, STARRED, SEVERITY];
const ARCHIVE: &[Field] = &[Field::optional(
    "archived",
    "`true` to put it away, `false` to take it back; without it it is turned round.",
)
.one_of(&["true", "false"])];
const STAR: &[Field] =
    &[Field::optional("starred", "`true` for a star, `false` for none; without it it is turned round.")
        .one_of(&["true", "false"])];
const REFUSES: &[Code] = &[Code::SignedOut, Code::UserDisabled];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "My notifications. Those of the active sign-in's user, newest first; of a place only what was written \
                 since its user is a member there. A page takes the same time in an inbox of any size.";
    let list = Operation::get::<NotificationPage>("/notifications", "getNotifications", about)
        .takes(LIST)
        .of_browser()
        .refuses_also(REFUSES, &[Code::InvalidParameter]);
    let about = "Count what I have not read. In all places that are asked for, and in each; of each place at most \
                 1 000 are counted.";
    let count = Operation::get::<NotificationsUnread>("/notifications/scope-unread", "getScopeUnread", about)
        .takes(COUNT)
        .of_browser()
        .refuses_also(REFUSES, &[Code::InvalidParameter]);
    let about = "Mark all as read. All that are asked for; what comes meanwhile may be among them or not.";
    let read_all = Operation::post::<NotificationsChanged>(
        "/notifications/mark-all-read",
        "markAllNotificationsAsRead",
        about,
    )
    .takes(SOME)
    .of_browser()
    .refuses_also(REFUSES, &[Code::InvalidParameter]);
    let about = "Archive what was read. All of it that is asked for.";
    let archive_all = Operation::post::<NotificationsChanged>(
        "/notifications/archive-all-read",
        "archiveAllReadNotifications",
        about,
    )
    .takes(SOME)
    .of_browser()
    .refuses_also(REFUSES, &[Code::InvalidParameter]);
    Routes::default()
        .add(list, show)
        .add(count, count_unread)
        .add(read_all, |account: Account, fields: Fields| {
            move_all(account, fields, (State::Unread, State::Read))
        })
        .add(archive_all, |account: Account, fields: Fields| {
            move_all(account, fields, (State::Read, State::Archived))
        })
        .and(single())
}

/// What is done to one.
fn single() -> Routes {
    let of_one = |path, id, about| {
        Operation::post::<Notification>(path, id, about)
            .of_browser()
            .refuses_also(REFUSES, &[Code::NotificationNotFound])
    };
    let read_it = of_one(
        "/notifications/{notification_id}/read",
        "markNotificationAsRead",
        "Mark as read. A second time nothing happens.",
    );
    let unread_it = of_one(
        "/notifications/{notification_id}/unread",
        "markNotificationAsUnread",
        "Mark as unread. What was put away comes back by it.",
    );
    let about = "Archive. What is put away counts as read; what is taken back is.";
    let archive_it = of_one("/notifications/{notification_id}/archive", "archiveNotification", about)
        .takes(ARCHIVE)
        .refuses_also(REFUSES, &[Code::NotificationNotFound, Code::InvalidParameter]);
    let about = "Star. A mark of one's own, which changes nothing else.";
    let star_it = of_one("/notifications/{notification_id}/star", "starNotification", about)
        .takes(STAR)
        .refuses_also(REFUSES, &[Code::NotificationNotFound, Code::InvalidParameter]);
    Routes::default()
        .add(read_it, |account: Account, path: Named| step(account, path, Step::Read))
        .add(unread_it, |account: Account, path: Named| step(account, path, Step::Unread))
        .add(archive_it, |account: Account, path: Named, fields: Fields| async move {
            step(account, path, Step::Archive(fields.flag("archived")?)).await
        })
        .add(star_it, |account: Account, path: Named, fields: Fields| async move {
            step(account, path, Step::Star(fields.flag("starred")?)).await
        })
}

/// `GET /notifications`.
async fn show(account: Account, fields: Fields) -> Result<Response> {
    let wanted = Wanted::read(&fields)?;
    let limit = fields.number("limit", 1..=MOST)?.unwrap_or(USUAL);
    let cursor = fields.text("cursor")?.map(|text| NotificationId::parse(text).ok_or(Code::InvalidParameter));
    let cursor = cursor.transpose()?;
    let (site, user, scope) = (Arc::clone(&account.site), account.user.clone(), account.scope.clone());
    let read = account.app.db.read(move |on| {
        let trays = store::trays(on, &site.config, &user)?;
        let part = Part::of(&wanted, &trays, scope.as_ref(), &State::ALL);
        part::page(on, &user, &part, (cursor.as_ref().map(NotificationId::as_str), limit))
    });
    Ok(answer::ok(view::page(&account.site, &account.user, read.await?, limit)))
}

/// `GET /notifications/scope-unread`.
async fn count_unread(account: Account, fields: Fields) -> Result<Response> {
    let wanted = Wanted::read(&fields)?;
    let (site, user, scope) = (Arc::clone(&account.site), account.user.clone(), account.scope.clone());
    let counted = account.app.db.read(move |on| {
        let trays = store::trays(on, &site.config, &user)?;
        let part = Part::of(&wanted, &trays, scope.as_ref(), &[State::Unread]);
        let counts = part::count(on, &user, &part)?;
        Ok(view::unread(&trays, counts))
    });
    Ok(answer::ok(counted.await?))
}

/// Takes the lock of whoever calls, who may still act.
fn enter(tx: &mut Tx<'_>, site: &Site, (user, sign_in): (&UserId, &SignInId), now: i64) -> Result<()> {
    user::store::lock(tx, &site.config.id, user)?;
    still(tx, &site.config.id, sign_in, now)
}

/// Moves all that are asked for and have come to one state on to the next, some at a time: others wait for no more.
async fn move_all(account: Account, fields: Fields, (from, to): (State, State)) -> Result<Response> {
    account.is_own().await?;
    let (wanted, now) = (Wanted::read(&fields)?, account.app.world.clock.now_ms());
    let mut affected = 0;
    loop {
        let (site, user, scope) = (Arc::clone(&account.site), account.user.clone(), account.scope.clone());
        let (sign_in, wanted) = (account.sign_in.clone(), wanted.clone());
        let moved = account.app.db.write(move |tx| {
            enter(tx, &site, (&user, &sign_in), now)?;
            let trays = store::trays(tx, &site.config, &user)?;
            let part = Part::of(&wanted, &trays, scope.as_ref(), &[from]);
            let moved = part::move_some(tx, &user, &part, to, now)?;
            if moved > 0 {
                store::ring(tx, &user)?;
            }
            Ok(moved)
        });
        let moved = moved.await?;
        affected += moved;
        if moved < part::BATCH {
            return Ok(answer::ok(NotificationsChanged { affected }));
        }
    }
}

/// `POST /notifications/{notification_id}/…`; answers the notification as it is then.
async fn step(account: Account, path: Named, step: Step) -> Result<Response> {
    account.is_own().await?;
    let (id, now) = (path.id("notification_id"), account.app.world.clock.now_ms());
    let (site, user, sign_in) = (Arc::clone(&account.site), account.user.clone(), account.sign_in.clone());
    let stepped = account.app.db.write(move |tx| {
        enter(tx, &site, (&user, &sign_in), now)?;
        let found = store::one(tx, &user, &id)?.ok_or(Code::NotificationNotFound)?;
        let mut trays = store::trays(tx, &site.config, &user)?.into_iter();
        if !trays.any(|tray| tray.membership == found.membership) {
            return Err(Code::NotificationNotFound.into());
        }
        let marks = found.marks.after(step, now);
        if marks == found.marks {
            return Ok(found);
        }
        store::mark(tx, &found.id, &marks, now)?;
        store::ring(tx, &user)?;
        Ok(store::Notification { marks, updated_at: now, ..found })
    });
    Ok(answer::ok(view::one(&account.site, &account.user, stepped.await?)))
}
