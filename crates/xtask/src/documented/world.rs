//! What is there to be asked about: an account that is signed in, its organization, another member, a secret key.

use crate::http::{Browser, Failure, client};
use crate::server::Setup;
use crate::{Outcome, tools};
use serde_json::{Value, json};
use std::process::Command;

/// Everything is in, so that it is there to be tried.
pub const CONFIG: &str = r#"[[deployment]]
id = "fuzz"
mode = "staging"
origin = "https://auth.example.com"
hosts = ["auth.example.com"]

[deployment.auth]
username = "optional"
email_otp = true
magic_link = true
phone = "optional"
phone_otp = true

[deployment.auth.second_factor]
phone_otp = true

[deployment.auth.passkey]
enabled = true

[deployment.organizations]
enabled = true

[deployment.workspaces]
enabled = true
"#;

/// Operations of backends that would end what the others are to find.
pub const ENDS_SOMETHING: [&str; 11] = [
    "adminDeleteOrganization",
    "adminDeleteWorkspace",
    "adminRemoveOrganizationMember",
    "adminRemoveWorkspaceMember",
    "removeContact",
    "deleteUser",
    "disableUser",
    "endSession",
    "endSignIn",
    "endUserSessions",
    "withdrawInvitation",
];

/// What was made.
pub struct World {
    /// A secret key with every scope.
    pub key: String,
    /// The credential of somebody who is signed in.
    pub rack: String,
    /// The ids of what is there, by what they are called in paths and queries.
    ids: Vec<(&'static str, String)>,
}

impl World {
    /// Makes it.
    pub async fn make(setup: &Setup) -> Outcome<Self> {
        let key = key(setup)?;
        let mut person = Browser::new(&client()?, &setup.url());
        let made =
            Self::ids(&mut person).await.map_err(|failure| format!("nobody to ask about: {failure:?}"));
        let ids = made?;
        let rack = person.rack.clone().ok_or("the sign-up handed out no credential")?;
        Ok(Self { key, rack, ids })
    }

    async fn ids(person: &mut Browser) -> Result<Vec<(&'static str, String)>, Failure> {
        let session = person.sign_up("fuzz@example.com").await?;
        let organization = person.post("/organizations", json!({ "name": "Fuzz" })).await?;
        let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let organization = id(&organization["organization"]["id"]);
        let mill = json!({ "organization_id": organization, "name": "Mill" });
        let workspace = person.post("/workspaces", mill).await?;
        let contact = person.get("/me/email-addresses").await?;
        let invitation = json!({ "email": "guest@example.com" });
        let invited = person.post(&format!("/organizations/{organization}/invitations"), invitation).await?;
        Ok(vec![
            ("user_id", id(&session["active_signin"]["user_id"])),
            ("session_id", id(&session["id"])),
            ("sign_in_id", id(&session["active_signin"]["id"])),
            ("organization_id", organization),
            ("workspace_id", id(&workspace["workspace"]["id"])),
            ("contact_id", id(&contact[0]["id"])),
            ("invitation_id", id(&invited["id"])),
            ("role_id", "member".to_owned()),
        ])
    }

    /// What Schemathesis is to say instead of ids that it makes up.
    pub fn parameters(&self) -> String {
        let line = |(name, id): &(&str, String)| {
            format!("\"path.{name}\" = \"{id}\"\n\"query.{name}\" = \"{id}\"\n")
        };
        let lines = self.ids.iter().map(line);
        format!("[parameters]\n{}", lines.collect::<String>())
    }
}

/// A secret key with every scope, from an operator.
fn key(setup: &Setup) -> Outcome<String> {
    let help = tools::output(Command::new(&setup.binary).args(["key", "create", "--help"]))?;
    let listed = help.split_once("Scopes:").map_or("", |(_, scopes)| scopes);
    let scopes =
        listed.lines().filter_map(|line| line.split_whitespace().next()).collect::<Vec<_>>().join(",");
    let mut create = Command::new(&setup.binary);
    create.args(["key", "create", "fuzz", "--json", "--scope", &scopes, "--data"]).arg(&setup.data);
    let made: Value = serde_json::from_str(&tools::output(&mut create)?).unwrap_or_default();
    made["secret"].as_str().map(str::to_owned).ok_or_else(|| "the key was not shown".to_owned())
}
