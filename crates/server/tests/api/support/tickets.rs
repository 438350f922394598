use super::{Backend, Browser, Keyrack, Reply};
use serde_json::{Value, json};

/// What a backend may have made that makes every kind of ticket.
const SCOPES: [&str; 5] =
    ["tickets:sign_in", "tickets:impersonate", "tickets:handover", "invitations:write", "sessions:read"];

impl Keyrack {
    /// A server whose deployment lets people act as others.
    pub async fn impersonating() -> Self {
        Self::start_with(|deployment| deployment.impersonation.enabled = true).await
    }

    /// A backend that may make every kind of ticket.
    pub async fn vouching(&self) -> Backend {
        self.backend(&SCOPES).await
    }
}

impl Backend {
    /// A new ticket.
    pub async fn ticket(&self, order: Value) -> String {
        let made = self.post("/admin/v1/tickets", order).await.bare();
        made["ticket"].as_str().unwrap().to_owned()
    }

    /// One that signs this user in.
    pub async fn ticket_for(&self, user: &str) -> String {
        self.ticket(json!({ "kind": "sign_in", "user_id": user })).await
    }

    /// One by which one of the application's own people acts as this user.
    pub async fn ticket_to_act_as(&self, user: &str) -> String {
        let order = json!({
            "kind": "impersonation", "user_id": user, "actor_id": "jane@support", "reason": "case 17"
        });
        self.ticket(order).await
    }
}

impl Browser {
    pub async fn exchanges(&self, ticket: &str) -> Reply {
        self.post("/session/ticket/exchange", json!({ "ticket": ticket })).await
    }
}
