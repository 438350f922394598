//! What the names in the OpenAPI document say: a name that nobody has classed here fails the tenant sweep.

use crate::support::Browser;
use reqwest::Method;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// Names that say nothing of what there is.
const PLAIN: &str = "
    archived ask_password availability challenge_token channels code codes country_code current_password description
    domain email
    enable_ip_restriction enforce_2fa enforce_mfa file first_name here identifier identifier_type
    image invite_token is_archived is_read is_starred join_mode last_digits last_event_id last_name limit method
    name new_password otp page password 
    password permissions phone phone_country_code phone_number poll public_metadata redirect_uri
    remove_profile_picture 
    search second_factor_policy severity slug solutions starred strategy template token
     token type username
    verification_code
    whitelisted_ips
    ticket code_verifier code_challenge device_code user_code program origin
    authenticatorAttachment authenticatorData clientDataJSON clientExtensionResults credential id rawId response
    signature userHandle
";

/// What ids are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    Organization,
    Workspace,
    Role,
    WorkspaceRole,
    Member,
    WorkspaceMember,
    Notification,
    Invitation,
    Domain,
    Passkey,
    SignIn,
    Attempt,
    Authenticator,
    EmailAddress,
    PhoneNumber,
}

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Plain,
    /// What is asked about: one that is not there is refused.
    Names(Of),
    /// It narrows what is answered, or says where it begins: by one that is not there nothing is found.
    Narrows(Of),
    /// In which scope: its parts are ids.
    Scope,
    /// Whoever has the id may see it.
    Public,
}

fn meaning(method: &Method, path: &str, name: &str) -> Meaning {
    use Meaning::{Names, Narrows, Plain, Public, Scope};
    let in_workspace = path.starts_with("/workspaces");
    match name {
        "scope" => Scope,
        "organization_ids" | "org_id" => Narrows(Of::Organization),
        "workspace_ids" => Narrows(Of::Workspace),
        "workspace_id" if *method == Method::GET && !path.contains("{workspace_id}") => {
            Narrows(Of::Workspace)
        }
        "organization_id" => Names(Of::Organization),
        "workspace_id" | "auto_assigned_workspace_id" => Names(Of::Workspace),
        "role_id" if !in_workspace => Names(Of::Role),
        "role_id" | "workspace_role_id" => Names(Of::WorkspaceRole),
        "membership_id" => Names(if in_workspace { Of::WorkspaceMember } else { Of::Member }),
        "notification_id" => Names(Of::Notification),
        "invitation_id" => Names(Of::Invitation),
        "domain_id" => Names(Of::Domain),
        "email_address_id" | "primary_email_address_id" => Names(Of::EmailAddress),
        "phone_number_id" | "primary_phone_number_id" => Names(Of::PhoneNumber),
        "passkey_id" => Names(Of::Passkey),
        "sign_in_id" => Names(Of::SignIn),
        "attempt_identifier" | "attempt" | "attempt_id" => Names(Of::Attempt),
        "authenticator_id" => Names(Of::Authenticator),
        "cursor" if path.ends_with("/members") => {
            Narrows(if in_workspace { Of::WorkspaceMember } else { Of::Member })
        }
        "cursor" if path.ends_with("/invitations") => Narrows(Of::Invitation),
        "cursor" if path == "/notifications" => Narrows(Of::Notification),
        "picture_id" => Public,
        name if PLAIN.split_whitespace().any(|plain| plain == name) => Plain,
        _ => {
            panic!("what does `{name}` of {method} {path} mean? Class it here, and make one for each tenant")
        }
    }
}

/// A name of an operation.
#[derive(Clone, Debug)]
pub struct Name {
    pub text: String,
    pub means: Meaning,
    pub is_required: bool,
}

/// An operation, as the document describes it.
#[derive(Debug)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub names: Vec<Name>,
}

fn schema<'a>(document: &'a Value, of: &'a Value) -> &'a Value {
    match of["$ref"].as_str() {
        Some(at) => document.pointer(at.trim_start_matches('#')).unwrap(),
        None => of,
    }
}

impl Asked {
    pub fn read(document: &Value, (path, method): (&str, &str), operation: &Value) -> Self {
        let method: Method = method.to_uppercase().parse().unwrap();
        let mut names = Vec::new();
        let mut add = |text: &str, is_required: bool| {
            let means = meaning(&method, path, text);
            names.push(Name { text: text.to_owned(), means, is_required });
        };
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = schema(document, parameter);
            if parameter["in"] != "header" {
                add(parameter["name"].as_str().unwrap(), parameter["required"] == true);
            }
        }
        let body = schema(document, &operation["requestBody"]["content"]["application/json"]["schema"]);
        for name in body["properties"].as_object().into_iter().flat_map(Map::keys) {
            add(name, body["required"].as_array().is_some_and(|all| all.contains(&json!(name))));
        }
        Self { method, path: path.to_owned(), names }
    }

    /// The names that mean something of some kind.
    pub fn that(&self, fits: impl Fn(Meaning) -> Option<Of>) -> Vec<(String, Of)> {
        self.names.iter().filter_map(|name| Some((name.text.clone(), fits(name.means)?))).collect()
    }

    /// What is answered when names say this, and everything else that must be said is plain.
    pub async fn answer(&self, who: &Browser, said: &Said) -> (u16, String) {
        let required = self.names.iter().filter(|name| name.is_required && name.means == Meaning::Plain);
        let plain = required.map(|name| (name.text.clone(), plain(&name.text).to_owned()));
        let (mut path, mut rest) = (self.path.clone(), Vec::new());
        for (name, text) in plain.chain(said.names.iter().cloned()) {
            let part = format!("{{{name}}}");
            match path.contains(&part) {
                true => path = path.replace(&part, &text),
                false => rest.push((name, text)),
            }
        }
        let mut query = form_urlencoded::Serializer::for_suffix(format!("{path}?"), path.len() + 1);
        query.extend_pairs(said.scope.iter().map(|scope| ("scope", scope)));
        let request = match self.method == Method::GET {
            true => who.request(Method::GET, &query.extend_pairs(&rest).finish()),
            false => {
                let body = rest.into_iter().map(|(name, text)| (name, json!(text)));
                let request = who.request(self.method.clone(), &query.finish());
                request.json(&body.collect::<Map<String, Value>>())
            }
        };
        let reply = who.send(request).await;
        (reply.status, reply.text)
    }
}

/// What a request says of what it is about.
#[derive(Debug)]
pub struct Said {
    pub names: Vec<(String, String)>,
    pub scope: Option<String>,
}

/// Something that a plain name may say.
fn plain(name: &str) -> &'static str {
    match name {
        "email" => "x@example.com",
        "domain" => "example.org",
        "join_mode" => "none",
        "identifier_type" => "signup",
        "strategy" => "email_otp",
        "phone_number" => "+14155552671",
        "availability" => "busy",
        "method" => "password",
        "password" | "current_password" | "new_password" => "not the password",
        "code" | "verification_code" => "000000",
        _ => "x",
    }
}

#[test]
#[should_panic(expected = "what does `team_id` of POST /teams mean?")]
fn a_name_that_nobody_has_classed_fails_the_sweep() {
    let operation =
        json!({ "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/x" } } } } });
    let document = json!({ "x": { "properties": { "name": {}, "team_id": {} } } });
    Asked::read(&document, ("/teams", "post"), &operation);
}
