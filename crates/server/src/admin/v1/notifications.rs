//! `/admin/v1/notifications`.

use super::{Said, user_id};
use crate::admin::messages::{self, BODY, TITLE};
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::OrganizationId;
use crate::notification::Message;
use axum::response::Response;
use keyrack_protocol::{Code, Notification, NotificationSeverity};

const SEVERITIES: &[&str] = &["info", "success", "warning", "error"];
const TELL: &[Field] = &[
    Field::required("user_id", "Whom to tell."),
    Field::required("title", "In a few words: plain text.").length(1, TITLE),
    Field::required("body", "In a sentence or two: plain text, which may have several lines.")
        .length(1, BODY),
    Field::optional("severity", "How much it matters.").one_of(SEVERITIES),
    Field::optional("metadata", "Facts for the application: an object of texts, at most 4 KiB.").object(),
    Field::optional(
        "organization_id",
        "As a member of this organization: the notification is gone with the membership. Else it is the account's own.",
    ),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Tell an account something. It stands in its inbox (`kind` is `message`), and whoever is signed in sees it \
                 at once.";
    let tell_it = Operation::post::<Notification>("/admin/v1/notifications", "createNotification", about)
        .takes(TELL)
        .of_backend(Scope::NotificationsWrite)
        .refuses(&[
            Code::RequiredField,
            Code::UserNotFound,
            Code::OrganizationsDisabled,
            Code::OrganizationNotFound,
            Code::MembershipNotFound,
            Code::InvalidMetadata,
        ]);
    Routes::default().add(tell_it, tell)
}

async fn tell(backend: Backend, said: Said) -> Result<Response> {
    backend.may(Scope::NotificationsWrite)?;
    let user = user_id(said.required("user_id")?)?;
    let organization = said.text("organization_id")?;
    let organization = organization.map(|id| OrganizationId::parse(id).ok_or(Code::OrganizationNotFound));
    let organization = organization.transpose()?.map(|id| id.to_string());
    let message = Message {
        title: messages::plain("title", said.required("title")?, TITLE)?,
        body: messages::plain("body", said.required("body")?, BODY)?,
        severity: NotificationSeverity::parse(said.word("severity", SEVERITIES)?)
            .unwrap_or(NotificationSeverity::Info),
        facts: messages::facts(said.object("metadata")?.unwrap_or_default())?,
    };
    let told = messages::tell(&backend.app, &backend.site, (user, organization), message, backend.by());
    Ok(answer::bare(&told.await?))
}
