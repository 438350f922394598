use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use keyrack_client::State;
use keyrack_client::protocol::OrganizationMembership;
use serde_json::Value;

/// Every account, the active one with a star.
pub fn who(state: &State) -> String {
    let Some(loaded) = state.loaded() else { return "not known yet".to_owned() };
    let session = loaded.session();
    let active = session.active_signin.as_ref().map(|active| active.id.as_str());
    let line = |one: &keyrack_client::protocol::SignIn| {
        let star = if active == Some(one.id.as_str()) { '*' } else { ' ' };
        let place = one.active_organization_membership_id.as_deref().unwrap_or("for themselves");
        format!("{star} {}  {}  {place}", one.id, one.user.email_address)
    };
    let mut lines: Vec<String> = session.signins.iter().map(line).collect();
    if lines.is_empty() {
        lines.push(loaded.end_reason().map_or_else(
            || "nobody is signed in".to_owned(),
            |reason| format!("nobody is signed in ({})", reason.as_str()),
        ));
    }
    if let Some(error) = loaded.error() {
        lines.push(format!("This may be old: {error}"));
    }
    lines.join("\n")
}

/// An organization, with a star where the account acts in it.
pub fn place(membership: &OrganizationMembership, is_active: bool) -> String {
    let star = if is_active { '*' } else { ' ' };
    format!("{star} {}  {}", membership.organization.id, membership.organization.name)
}

/// What a token claims. Nothing is verified here: that is for the backend.
pub fn claims(token: &str) -> String {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = payload.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).unwrap_or_default();
    format!("{claims:#}")
}
