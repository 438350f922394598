//! Sessions as scenarios write them, and what is shown of one.

use super::Scenario;
use super::shown::Seen;
use serde_json::{Value, json};
use std::sync::Arc;

impl Scenario<'_> {
    /// The session that a short form means.
    pub(super) fn session(&self, short: &Value) -> Value {
        let id = short["id"].as_str().unwrap_or("ses_1");
        let accounts = short["accounts"].as_array().cloned().unwrap_or_default();
        let first = accounts.first().cloned().unwrap_or_default();
        let active = short.get("active").cloned().unwrap_or(first);
        let member = |place: &str| short[place].as_str().map(|place| format!("mem_{place}"));
        let sign_in = |name: &Value| {
            let name = name.as_str().unwrap();
            let mut sign_in = self.templates["sign_in"].clone();
            (sign_in["id"], sign_in["user_id"]) =
                (json!(format!("sin_{name}")), json!(format!("usr_{name}")));
            sign_in["user"]["id"] = json!(format!("usr_{name}"));
            let address = short["email_address"].as_str().map(str::to_owned);
            sign_in["user"]["email_address"] =
                json!(address.unwrap_or_else(|| format!("{name}@example.com")));
            sign_in["user"]["first_name"] = short["first_name"].as_str().unwrap_or(name).into();
            if *name == active {
                sign_in["active_organization_membership_id"] = json!(member("organization"));
                sign_in["active_workspace_membership_id"] = json!(member("workspace"));
            }
            sign_in
        };
        let attempts = short["attempts"].as_array().cloned().unwrap_or_default();
        let attempt = |id: Value| {
            let mut attempt = self.templates["attempt"].clone();
            attempt["id"] = id;
            attempt
        };
        json!({
            "id": id, "revision": short["revision"].as_i64().unwrap_or(i64::from(!id.is_empty())),
            "end_reason": short["reason"], "active_signin": active.as_str().map(|_| sign_in(&active)),
            "signins": accounts.iter().map(sign_in).collect::<Vec<_>>(),
            "signin_attempts": attempts.into_iter().map(attempt).collect::<Vec<_>>(), "signup_attempts": [],
        })
    }

    pub(super) fn shown(&self, what: &str) -> Value {
        let Seen { status, error, stale, refetching, end_reason, session, .. } = self.shows().seen();
        let session = session.as_ref();
        let active = session.and_then(|session| session.active_signin.as_ref());
        match what {
            "status" => json!(status),
            "error" => json!(error.map(|error| error.code)),
            "stale" => json!(stale),
            "refetching" => json!(refetching),
            "end_reason" => json!(end_reason),
            "id" => json!(session.map(|session| &session.id)),
            "revision" => json!(session.map(|session| session.revision)),
            "active" => json!(active.map(|active| &active.id)),
            "first_name" => json!(active.map(|active| &active.user.first_name)),
            "email_address" => json!(active.map(|active| &active.user.email_address)),
            "organization" => {
                json!(active.and_then(|active| active.active_organization_membership_id.as_ref()))
            }
            "workspace" => json!(active.and_then(|active| active.active_workspace_membership_id.as_ref())),
            "accounts" => {
                json!(session.map(|session| session.signins.iter().map(|one| &one.id).collect::<Vec<_>>()))
            }
            "attempts" => {
                json!(
                    session.map(|session| session
                        .signin_attempts
                        .iter()
                        .map(|one| &one.id)
                        .collect::<Vec<_>>())
                )
            }
            "same" => {
                let (marked, told) = self.mark.as_ref().expect("a step `mark` comes first");
                json!(
                    session.is_some_and(|session| Arc::ptr_eq(session, marked))
                        && self.shows().told() == *told
                )
            }
            _ => json!("nobody knows"),
        }
    }
}
